// The whole miner against a scripted pool on loopback, with real hashing at a difficulty where a
// share takes microseconds.
#include "miner/miner.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/log.hpp"
#include "common/bitcoin/share_check.hpp"
#include "common/bitcoin/target.hpp"
#include "common/stratum/fields.hpp"
#include "common/stratum/request.hpp"
#include "tests/support/line_peer.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::miner;
using namespace std::chrono_literals;

namespace {

const Bytes extranonce1{0, 1, 0, 7};
const Bytes coinbase_prefix{1, 2};
const Bytes coinbase_suffix{3};
constexpr std::uint32_t mask = 0x1fffe000;
// Every 1,000th hash or so is a share; a block is out of reach.
const bitcoin::Difficulty difficulty{1, std::uint64_t{1} << 22};

struct Fixture {
    log::Capture log;
    test::LinePeer peer;
    test::WaitingScheduler loop;
    bool refused = false;
    Miner miner;

    Fixture() : miner(options(), loop, loop.clock(), [this] { refused = true; }) { miner.start(); }

    MinerOptions options() const {
        MinerOptions out;
        out.host = "127.0.0.1";
        out.port = peer.port();
        out.user = "u.w";
        out.agent = "test/1";
        out.team.threads = 1;
        return out;
    }

    // The pool's side of the handshake; ids are 1, 2 and 3.
    void shake_hands() {
        peer.accept();
        loop.run_until([this] { return miner.status().state == "connecting"; });
        run_while_reading(3);
        peer.send(stratum::configure_line("1", {.version_mask = mask}));
        peer.send(stratum::subscribe_line("2", {"sid", extranonce1, 8}));
        peer.send(stratum::true_line("3"));
        peer.send(stratum::set_difficulty_line(difficulty));
    }

    void send_job(std::uint64_t id, std::uint8_t tip) {
        bitcoin::Hash256 prev_hash;
        prev_hash.bytes[0] = tip;
        peer.send(
            stratum::encode_notify(
                {JobId{id}, prev_hash, coinbase_prefix, {}, 0x20000000, 0x1d00ffff, 1'700'000'000})
                .line(coinbase_suffix, stratum::CleanJobs::yes));
    }

    // The miner writes on the loop, which runs only while the test runs it.
    std::vector<std::string> run_while_reading(std::size_t lines) {
        std::vector<std::string> read;
        while (read.size() < lines) {
            loop.run_until([this] { return peer.readable(); });
            read.push_back(peer.line().value());
        }
        return read;
    }
};

}  // namespace

TEST_CASE("the miner's shares stand the pool's check") {
    Fixture test;
    test.shake_hands();
    test.send_job(0x1a, 1);
    stratum::RequestReader reader;
    for (int i = 0; i < 3; ++i) {
        const std::string line = test.run_while_reading(1)[0];
        const auto request = reader.read(line);
        REQUIRE(request);
        const auto& submit = std::get<stratum::Submit>(request.value().body);
        CHECK(submit.user == "u.w");
        CHECK(submit.job == JobId{0x1a});
        bitcoin::ShareJob job;
        job.coinbase_prefix.update(coinbase_prefix);
        job.coinbase_suffix = coinbase_suffix;
        job.version = 0x20000000;
        job.version_mask = mask;
        job.prev_hash.bytes[0] = 1;
        job.bits = 0x1d00ffff;
        const auto check =
            bitcoin::check_share(job, {.extranonce1 = extranonce1,
                                       .extranonce2 = submit.extranonce2.view(),
                                       .time = submit.time,
                                       .nonce = submit.nonce,
                                       .version_bits = submit.version_bits.value(),
                                       .share_target = bitcoin::target_of_difficulty(difficulty)});
        CHECK(check.meets_share_target);
        test.peer.send(i == 2 ? stratum::error_line(request.value().id, stratum::RejectCode::stale)
                              : stratum::true_line(request.value().id));
    }
    test.loop.run_until([&test] { return test.miner.status().rejected == 1; });
    CHECK(test.miner.status().accepted == 2);
    CHECK(test.miner.status().state == "mining");
}

TEST_CASE("the miner comes back after a loss, with its old session's id, and mines on") {
    Fixture test;
    test.shake_hands();
    test.send_job(1, 1);
    test.run_while_reading(1);
    test.peer.hang_up();
    test.loop.run_until([&test] { return test.miner.status().state == "waiting to reconnect"; });
    test.loop.advance(1s);
    test.peer.accept();
    const auto lines = test.run_while_reading(3);
    CHECK(lines[1] == R"({"id":2,"method":"mining.subscribe","params":["test/1","sid"]})");
    test.peer.send(stratum::subscribe_line("2", {"sid", extranonce1, 8}));
    test.peer.send(stratum::true_line("3"));
    test.peer.send(stratum::set_difficulty_line(difficulty));
    test.send_job(2, 2);
    CHECK(test.run_while_reading(1)[0].find(R"("u.w","2",)") != std::string::npos);
}

TEST_CASE("a pool that cannot be reached is tried again later and later") {
    Fixture test;
    test.peer.accept();
    test.peer.hang_up();
    test.peer.stop_listening();
    for (const Duration wait : {1s, 2s, 4s}) {
        test.loop.run_until(
            [&test] { return test.miner.status().state == "waiting to reconnect"; });
        test.loop.advance(wait / 2 - 1ms);
        CHECK(test.miner.status().state == "waiting to reconnect");
        test.loop.advance(wait / 2 + 1ms);
    }
    CHECK(test.log.text().find("not connected") != std::string::npos);
}

TEST_CASE("a refused user ends the miner with a clear line") {
    Fixture test;
    test.peer.accept();
    test.run_while_reading(3);
    test.peer.send(stratum::subscribe_line("2", {"sid", extranonce1, 8}));
    test.peer.send(stratum::error_line("3", stratum::RejectCode::unauthorised, "no such user"));
    test.loop.run_until([&test] { return test.refused; });
    CHECK(test.log.text().find("the pool refuses this user") != std::string::npos);
    CHECK(test.log.text().find("no such user") != std::string::npos);
    CHECK(test.peer.line() == std::nullopt);
}
