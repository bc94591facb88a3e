// The server as a whole: from a job on the bus to shares and solved shares on it, over loopback.
#include "sserver/service.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sserver/share_stream.hpp"
#include "tests/sserver/gated_bus.hpp"
#include "tests/sserver/service_harness.hpp"

using namespace lode;
using namespace lode::test;

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

TEST_CASE("a job that comes straight is enough to begin with, and dead generations are dropped") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 1");
    v1::JobMessage job = server.message_of({.id = 0x1000});
    job.set_generation(7);
    CHECK(server.post(job) == 200);
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    CHECK(miner.submit(*server.last_job, Want::share_only).find("true") != std::string::npos);

    v1::JobMessage old = server.message_of({.id = 0x1001});
    old.set_generation(6);
    CHECK(server.post(old) == 200);
    CHECK(server.post(job) == 200);  // a second time
    v1::JobMessage next = server.message_of({.id = 0x1002, .clean = true});
    next.set_generation(8);
    CHECK(server.post(next) == 200);
    const std::string text = miner.client().read_until("\"1002\"");
    CHECK(text.find("\"1001\"") == std::string::npos);
    CHECK(text.find("\"1000\"") == std::string::npos);
    next.set_chain("other");
    CHECK(server.post(next) == 422);
}

TEST_CASE("a heartbeat of a job that has not come is answered with 409 until it has") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 1");
    const v1::JobMessage job = server.message_of({.id = 0x1000});
    v1::JobMessage heartbeat = job;
    heartbeat.mutable_heartbeat()->set_job_id(0x1000);
    CHECK(server.post(heartbeat) == 409);
    CHECK(server.post(job) == 200);
    CHECK(server.post(heartbeat) == 200);
    heartbeat.mutable_heartbeat()->set_job_id(0x1001);
    CHECK(server.post(heartbeat) == 409);
    heartbeat.mutable_heartbeat()->set_job_id(0x0fff);
    CHECK(server.post(heartbeat) == 200);
}

TEST_CASE("the same job by the bus and straight goes to miners once") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 1");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    const v1::JobMessage job = server.message_of({.id = 0x2000});
    CHECK(server.post(job) == 200);
    CHECK_FALSE(miner.client().read_until("\"2000\"").empty());
    server.publish({.id = 0x2000});
    server.publish({.id = 0x3000});
    CHECK(miner.client().read_until("\"3000\"").find("\"2000\"") == std::string::npos);
}

TEST_CASE("with a backup miners are told to go there, their shares refused as stale meanwhile") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(),
                         "loops = 1\nbackup = \"stratum+tcp://backup.example:3334\"");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    server.clock.advance(std::chrono::seconds(121));
    const std::string told = miner.client().read_until("3334,0]");
    CHECK(told.find(R"("client.reconnect","params":["backup.example",3334,0])") !=
          std::string::npos);
    CHECK(miner.submit(*server.last_job, Want::share_only).find("[21,") != std::string::npos);
    // A block is a block.
    CHECK(miner.submit(*server.last_job, Want::block).find("[21,") != std::string::npos);
    while (all_of(server, bus::topics::solved).empty()) {
    }
    CHECK_FALSE(Client(server.port()).connected());
    // Who stayed is given work again when there is some.
    server.publish({.id = 0x2000});
    CHECK(server.listens());
    CHECK_FALSE(miner.client().read_until("\"2000\"").empty());
    CHECK(miner.submit(*server.last_job, Want::share_only).find("true") != std::string::npos);
    server.clock.advance(std::chrono::seconds(121));
    CHECK_FALSE(miner.client().read_until("client.reconnect").empty());
    server.clock.advance(std::chrono::seconds(11));
    CHECK(miner.client().closed_by_server());
}

TEST_CASE("a solved share goes straight to a blkmaker, again until it has it") {
    std::atomic<int> asked = 0;
    std::promise<void> taken;
    http::Router router;
    router.add(http::Method::post, "/v1/solved", [&](const auto&, const http::Responder& reply) {
        const int count = ++asked;
        reply.send({.status = count == 1 ? 425 : 200, .body = "{}"});
        if (count == 2) taken.set_value();
    });
    const auto blkmaker = http::Server::start({}, router).value();
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 1\nblkmakers = [\"http://127.0.0.1:" +
                                            std::to_string(blkmaker.port()) + "\"]");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    CHECK(miner.submit(*server.last_job, Want::block).find("true") != std::string::npos);
    while (asked == 0) {
    }
    CHECK_FALSE(std::filesystem::is_empty(folder.path() / "sserver" / "solved"));
    server.clock.advance(std::chrono::seconds(5));
    REQUIRE(taken.get_future().wait_for(patience) == std::future_status::ready);
    server.stop();
    CHECK(std::filesystem::is_empty(folder.path() / "sserver" / "solved"));
}

TEST_CASE("a copied folder does not start, whoever runs it") {
    const TemporaryFolder folder;
    {
        RunningServer server(folder.path(), "loops = 1");
        REQUIRE(server.started);
        std::filesystem::create_directories(folder.path() / "copy");
        for (const char* name : {"lease", "epoch", "session-numbers"}) {
            const auto from = folder.path() / "sserver" / name;
            if (!std::filesystem::exists(from)) continue;
            std::filesystem::create_directories(folder.path() / "copy" / "sserver");
            std::filesystem::copy(from, folder.path() / "copy" / "sserver" / name);
        }
    }
    const RunningServer copy(folder.path() / "copy");
    REQUIRE_FALSE(copy.started);
    CHECK(copy.started.error().code == ErrorCode::conflict);
}

TEST_CASE("a block that is found while the server stops goes out, and is not answered") {
    const TemporaryFolder folder;
    GatedBus* bus = nullptr;
    RunningServer server(folder.path(), "loops = 1", RunningServer::free_port(),
                         [&](std::unique_ptr<bus::Bus> behind) {
                             auto gated = std::make_unique<GatedBus>(std::move(behind),
                                                                     GatedBus::Gate::shut);
                             bus = gated.get();
                             return gated;
                         });
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    // The stop waits for a share that the bus does not store.
    miner.send(*server.last_job, Want::share_only);
    miner.client().send("{\"id\":5,\"method\":\"mining.ping\",\"params\":[]}\n");
    (void)miner.client().read_until("pong");
    const auto stopped = server.begin_stop();
    miner.send(*server.last_job, Want::block);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (all_of(server, bus::topics::solved).empty()) {
        REQUIRE(std::chrono::steady_clock::now() < end);
    }
    bus->set(GatedBus::Gate::open);
    REQUIRE(stopped.wait_for(patience) == std::future_status::ready);
    CHECK(bus->log().size() == 1);
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
