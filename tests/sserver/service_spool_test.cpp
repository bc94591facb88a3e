// The server as a whole while the bus stands: answers from the spool, stops and crashes, and the
// next start hands over what was left.
#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/gated_server.hpp"
#include "tests/sserver/share_model.hpp"

using namespace lode;
using namespace lode::test;

namespace {

// How many shares a reader counts; there is no gap.
std::size_t counted(std::initializer_list<std::vector<GatedBus::Stored>> logs) {
    CountingReader reader;
    for (const auto& log : logs) {
        for (const auto& one : log) reader.read(*one.share);
    }
    CHECK_FALSE(reader.gap());
    return reader.counted.size();
}

std::size_t spools(const std::filesystem::path& folder) {
    const std::filesystem::directory_iterator files(folder / "sserver" / "spool");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

TEST_CASE("while the bus stands shares are answered, and it gets them when it stores again") {
    const TemporaryFolder folder;
    GatedServer server(folder.path(), GatedBus::Gate::shut);
    server->publish({.id = 0x1000});
    REQUIRE(server->listens());
    WireMiner miner(server->port());
    miner.login();
    mine_shares(server, miner, 5);
    CHECK(server.detail() == "the bus is slow, shares are spooled");
    CHECK(spools(folder.path()) == 1);
    server.bus().set(GatedBus::Gate::open);
    server.wait_until([&] { return server.detail().empty(); });
    server.wait_until([&] { return spools(folder.path()) == 0; });
    mine_shares(server, miner, 2);
    CHECK(counted({server.bus().log()}) == 7);
}

TEST_CASE("a server stops while the bus stands, and the next one hands over what it left") {
    const TemporaryFolder folder;
    std::vector<GatedBus::Stored> first;
    {
        GatedServer server(folder.path(), GatedBus::Gate::shut);
        server->publish({.id = 0x1000});
        REQUIRE(server->listens());
        WireMiner miner(server->port());
        miner.login();
        mine_shares(server, miner, 4);
        server.bus().store(1);
        const auto begin = std::chrono::steady_clock::now();
        server->stop();
        CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
        first = server.bus().log();
    }
    CHECK(spools(folder.path()) == 1);
    GatedServer server(folder.path(), GatedBus::Gate::open);
    server.wait_until([&] { return spools(folder.path()) == 0; });
    REQUIRE(server->listens());
    server->publish({.id = 0x2000});
    WireMiner miner(server->port());
    miner.login();
    mine_shares(server, miner, 1);
    CHECK(counted({first, server.bus().log()}) == 5);
    // Under its own stream and in its own partition.
    const auto log = server.bus().log();
    CHECK(log.front().share->stream() == sserver::stream_id(5, 1, 0).value());
    CHECK(log.front().partition == sserver::partition_of(5, 0, 12));
    CHECK(log.back().share->stream() == sserver::stream_id(5, 2, 0).value());
}

TEST_CASE("a server that is killed has on disk whatever it answered") {
    const TemporaryFolder folder;
    const TemporaryFolder killed;
    GatedServer server(folder.path(), GatedBus::Gate::shut);
    server->publish({.id = 0x1000});
    REQUIRE(server->listens());
    WireMiner miner(server->port());
    miner.login();
    mine_shares(server, miner, 6);
    copy_as_killed(folder.path(), killed.path());
    // Two shares came through.
    server.bus().store(2);
    const auto first = server.bus().log();
    GatedServer after(killed.path(), GatedBus::Gate::open);
    after.wait_until([&] { return spools(killed.path()) == 0; });
    CHECK(counted({first, after.bus().log()}) == 6);
}

TEST_CASE("a bus that fails again and again loses nothing and doubles nothing") {
    const TemporaryFolder folder;
    GatedServer server(folder.path(), GatedBus::Gate::shut);
    server->publish({.id = 0x1000});
    REQUIRE(server->listens());
    WireMiner miner(server->port());
    miner.login();
    for (std::size_t i = 0; i < 5; ++i) {
        mine_shares(server, miner, 3);
        server.bus().store(i % 2);
        server.bus().fail(i % 3);
    }
    server.bus().set(GatedBus::Gate::open);
    server.wait_until([&] { return counted({server.bus().log()}) == 15; });
    server.wait_until([&] { return server.detail().empty(); });
}

TEST_CASE("with ack = spool every share is on disk before its answer, with a good bus too") {
    const TemporaryFolder folder;
    const TemporaryFolder killed;
    GatedServer server(folder.path(), GatedBus::Gate::shut, "ack = \"spool\"");
    server->publish({.id = 0x1000});
    REQUIRE(server->listens());
    WireMiner miner(server->port());
    miner.login();
    mine_shares(server, miner, 3);
    CHECK(server.detail().empty());
    copy_as_killed(folder.path(), killed.path());
    GatedServer after(killed.path(), GatedBus::Gate::open);
    after.wait_until([&] { return counted({after.bus().log()}) == 3; });
    server.bus().set(GatedBus::Gate::open);
    server.wait_until([&] { return counted({server.bus().log()}) == 3; });
}
