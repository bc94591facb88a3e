// The server as a whole: from a job on the bus to shares and solved shares on it, over loopback.
#include "sserver/service.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sserver/share_stream.hpp"
#include "tests/sserver/service_harness.hpp"

using namespace lode;
using namespace lode::test;

namespace {

// Every record of a topic so far.
template <class T>
std::vector<std::shared_ptr<const T>> all_of(RunningServer& server, const bus::Topic<T>& topic) {
    std::vector<std::shared_ptr<const T>> all;
    std::promise<void> done;
    std::optional<bus::Consumer<T>> consumer;
    server.on_loop([&] {
        consumer = bus::Consumer<T>::open(
                       server.bus(), topic, "regtest",
                       {.group = "", .start = bus::StartAt::earliest, .offsets = {}}, server.loop(),
                       [&](const auto& records) {
                           for (const auto& one : records) all.push_back(one.message);
                       })
                       .value();
        consumer->when_caught_up([&] { done.set_value(); });
        return 0;
    });
    done.get_future().get();
    server.on_loop([&] {
        consumer.reset();
        return 0;
    });
    return all;
}

}  // namespace

TEST_CASE("nobody is let in before the first job, and the port is taken already") {
    const TemporaryFolder folder;
    RunningServer server(folder.path());
    CHECK(server.health().detail == "no job yet, miners are not let in");
    CHECK_FALSE(Client(server.port()).connected());
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    CHECK(Client(server.port()).connected());
}

TEST_CASE("a share answered true is on the bus with all it takes to verify it") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 1");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    for (int i = 0; i < 3; ++i) {
        const std::string answer =
            miner.submit(*server.last_job, Want::share_only, miner.next_nonce);
        CHECK(answer.find(R"({"id":77,"result":true,"error":null})") != std::string::npos);
    }
    const auto shares = all_of(server, bus::topics::share);
    REQUIRE(shares.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(shares[i]->sequence() == i + 1);
        CHECK(shares[i]->stream() == sserver::stream_id(1, 1, 0).value());
        CHECK(shares[i]->user() == "alice");
        CHECK(shares[i]->worker() == "rig");
        CHECK(shares[i]->job_id() == 0x1000);
    }
}

TEST_CASE("a solved share is on the bus, and its file is gone then") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 1");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    CHECK(miner.submit(*server.last_job, Want::block).find("true") != std::string::npos);
    while (all_of(server, bus::topics::solved).empty()) {
    }
    const auto solved = all_of(server, bus::topics::solved);
    REQUIRE(solved.size() == 1);
    CHECK(solved[0]->user() == "alice");
    CHECK(solved[0]->template_id() == std::string(32, 't'));
    CHECK(solved[0]->bitcoin().transaction_count() == 7);
    server.stop();
    CHECK(std::filesystem::is_empty(folder.path() / "sserver" / "solved"));
}

TEST_CASE("a restart begins a new epoch and goes on with the session numbers") {
    const TemporaryFolder folder;
    std::uint32_t first = 0;
    {
        RunningServer server(folder.path(), "loops = 1");
        server.publish({.id = 0x1000});
        REQUIRE(server.listens());
        WireMiner miner(server.port());
        miner.login();
        first = miner.extranonce1;
        CHECK(first == 1u << 20);
    }
    RunningServer server(folder.path(), "loops = 1");
    REQUIRE(server.listens());  // by the job of before, which is still fresh
    WireMiner miner(server.port());
    miner.login();
    CHECK(miner.extranonce1 == first + 4096);
    server.publish({.id = 0x2000, .clean = true});
    const std::string notify = miner.client().read_until("2000");
    CHECK(notify.find("mining.notify") != std::string::npos);
    CHECK(miner.submit(*server.last_job, Want::share_only).find("true") != std::string::npos);
    const auto shares = all_of(server, bus::topics::share);
    REQUIRE(shares.size() == 1);
    CHECK(shares[0]->stream() == sserver::stream_id(1, 2, 0).value());
    CHECK(shares[0]->sequence() == 1);
}

TEST_CASE("a thousand miners log in at once over all loops and each gets every job") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 3");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    std::vector<std::unique_ptr<WireMiner>> miners;
    for (int i = 0; i < 1000; ++i) miners.push_back(std::make_unique<WireMiner>(server.port()));
    std::set<std::uint32_t> extranonces;
    for (auto& miner : miners) {
        miner->login();
        extranonces.insert(miner->extranonce1);
    }
    CHECK(extranonces.size() == 1000);
    server.publish({.id = 0x2000});
    for (auto& miner : miners) {
        CHECK(miner->client().read_until("\"2000\"").find("\"2000\"") != std::string::npos);
    }
}

TEST_CASE("when jobs cease miners are sent away, and let in again when they come") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 1");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    server.clock.advance(std::chrono::seconds(121));
    CHECK(miner.client().closed_by_server());
    CHECK(server.health().detail == "no jobs come, miners sent away");
    CHECK_FALSE(Client(server.port()).connected());
    server.publish({.id = 0x2000});
    REQUIRE(server.listens());
    WireMiner again(server.port());
    again.login();
    CHECK(again.submit(*server.last_job, Want::share_only).find("true") != std::string::npos);
}

TEST_CASE("a port that another process listens on is a conflict at the start") {
    const TemporaryFolder folder;
    auto taken = net::Listener::bind({.address = "127.0.0.1"}).value();
    REQUIRE(taken.listen());
    const RunningServer server(folder.path(), "", taken.port());
    REQUIRE_FALSE(server.started);
    CHECK(server.started.error().code == ErrorCode::conflict);
    CHECK(server.started.error().context.starts_with(taken.name()));
}

TEST_CASE("a stop closes every connection and leaves nothing behind") {
    const TemporaryFolder folder;
    RunningServer server(folder.path());
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    server.stop();
    CHECK(miner.client().closed_by_server());
    CHECK_FALSE(Client(server.port()).connected());
}
