// Whom a solo session pays, and with which coinbase.
#include "sserver/solo_miner.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/bitcoin/script.hpp"
#include "tests/sserver/builders.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;

namespace {

constexpr auto regtest = bitcoin::Network::regtest;
const std::string first = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
const std::string other = "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn";

}  // namespace

TEST_CASE("the first login must be a payout address") {
    SoloMiner miner;
    CHECK_FALSE(miner.login("alice", regtest));
    CHECK_FALSE(miner.login("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", regtest));
    const auto worker = miner.login(first + ".rig", regtest);
    REQUIRE(worker);
    CHECK(worker.value().user == first);
    CHECK(worker.value().name == "rig");
}

TEST_CASE("another worker of the address is let in, another address is not") {
    SoloMiner miner;
    REQUIRE(miner.login(first, regtest));
    CHECK(miner.login(first + ".second", regtest));
    const auto refused = miner.login(other, regtest);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context ==
          "this connection mines solo already: another address needs another connection");
    CHECK(miner.login(first + ".third", regtest));
}

TEST_CASE("the coinbase pays the miner the reward less the fee, and the pool the fee") {
    SoloMiner miner;
    REQUIRE(miner.login(first, regtest));
    const auto job = a_job({.solo = true});
    const OwnCoinbase* own = miner.coinbase(*job);
    REQUIRE(own != nullptr);
    const Bytes script = bitcoin::parse_address(first, regtest).value().script;
    CHECK(to_bytes(own->payout_script) == script);
    Bytes expected{0xfe, 0xff, 0xff, 0xff, 2};
    bitcoin::append_output(expected, {bitcoin::Satoshi(4'900'000'000), script});
    bitcoin::append_output(expected,
                           {bitcoin::Satoshi(100'000'000), to_bytes(as_bytes(pool_script))});
    append(expected, Bytes{99, 0, 0, 0});
    CHECK(own->suffix == expected);
}

TEST_CASE("each job has its own coinbase, however jobs alternate") {
    SoloMiner miner;
    REQUIRE(miner.login(first, regtest));
    auto message = job_message({.id = 0x1001, .solo = true});
    message.set_reward(1'000'000);
    const auto one = a_job({.solo = true});
    const auto two = make_job(message, {.made = start.steady}).value();
    const Bytes of_one = miner.coinbase(*one)->suffix;
    const Bytes of_two = miner.coinbase(*two)->suffix;
    CHECK(of_one != of_two);
    CHECK(miner.coinbase(*one)->suffix == of_one);
    CHECK(miner.coinbase(*two)->suffix == of_two);
}

TEST_CASE("before a login, and of a job without solo work, there is none") {
    SoloMiner miner;
    CHECK(miner.coinbase(*a_job({.solo = true})) == nullptr);
    REQUIRE(miner.login(first, regtest));
    CHECK(miner.coinbase(*a_job()) == nullptr);
}
