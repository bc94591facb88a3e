// Empty templates: exact or none.
#include "gbtmaker/empty_template.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "tests/gbtmaker/answers.hpp"

using namespace lode;
using namespace lode::test;
using bitcoin::Network;

namespace {

struct Case {
    Network network = Network::regtest;
    gbtmaker::TipHeader tip = header(2);
    bitcoin::BlockTemplate last = block_template(1, 3);
    UnixTime node_time = wall_start;

    [[nodiscard]] std::optional<bitcoin::BlockTemplate> make() const {
        return gbtmaker::empty_template({network, tip, last, node_time});
    }
};

}  // namespace

TEST_CASE("an empty template follows from the new tip's header and the last template") {
    const auto made = Case().make();
    REQUIRE(made);
    CHECK(made->prev_hash == hash_of(2));
    CHECK(made->height == 103);
    CHECK(made->bits == 0x207fffff);
    CHECK(made->coinbase_value.value() == 5'000'000'000);
    CHECK(made->transactions.empty());
    CHECK(made->min_time == node_seconds - 599);
    CHECK(made->cur_time == node_seconds);
    CHECK(made->version == 0x20000000);
    CHECK(made->weight_limit == 4'000'000);
}

TEST_CASE("its witness commitment is that of the coinbase alone") {
    // SHA-256d of 64 zero bytes: the coinbase's wtxid counts as zero, and so does the reserved
    // value.
    Case c;
    c.last.default_witness_commitment = Bytes(38, 0x6a);
    CHECK(c.make()->default_witness_commitment ==
          from_hex("6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9")
              .value());
}

TEST_CASE("regtest halves each 150 blocks, the other networks each 210,000") {
    Case regtest;
    regtest.tip.height = 148;
    CHECK(regtest.make()->coinbase_value.value() == 5'000'000'000);
    regtest.tip.height = 149;
    CHECK(regtest.make()->coinbase_value.value() == 2'500'000'000);
    Case main;
    main.network = Network::main;
    main.tip.height = 839'999;
    main.last.height = 839'999;
    main.last.coinbase_value = bitcoin::Satoshi(700'000'000);
    CHECK(main.make()->coinbase_value.value() == 312'500'000);
}

TEST_CASE("there is none for the first block of a retarget period, except on regtest") {
    for (const Network network : {Network::main, Network::signet}) {
        Case c;
        c.network = network;
        c.last.height = 2;
        c.tip.height = 2'015;
        CHECK_FALSE(c.make());
        c.tip.height = 2'016;
        CHECK(c.make());
    }
    Case regtest;
    regtest.tip.height = 2'015;
    CHECK(regtest.make());
}

TEST_CASE("there is never one on the test networks whose bits depend on time") {
    Case c;
    c.network = Network::test;
    CHECK_FALSE(c.make());
    c.network = Network::testnet4;
    CHECK_FALSE(c.make());
}

TEST_CASE("the least time at a period's first block is also at most 600 s before its parent") {
    Case c;
    c.tip.height = 143;
    c.tip.time = node_seconds + 100;
    CHECK(c.make()->min_time == node_seconds - 500);
    c.tip.height = 144;
    CHECK(c.make()->min_time == node_seconds - 599);
}

TEST_CASE("a node's clock that is behind the least time does not lower the header's time") {
    Case c;
    c.node_time = wall_start - std::chrono::hours(2);
    CHECK(c.make()->cur_time == node_seconds - 599);
}

TEST_CASE("there is none when the node's own template pays less than a block creates") {
    Case c;
    c.last.coinbase_value = bitcoin::Satoshi(4'999'999'999);
    CHECK_FALSE(c.make());
}
