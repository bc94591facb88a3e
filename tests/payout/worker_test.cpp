// The work on its own thread with a real database: one works, another waits and goes on.
#include "payout/worker.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/log.hpp"
#include "tests/support/database.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::payout;
using namespace std::chrono_literals;

namespace {

using Role = WorkerStatus::Role;

struct Pool {
    log::Capture capture;
    test::Database database;
    db::Connection connection = database.migrated();
    config::PoolConfig pool;
    test::WaitingScheduler home;

    Pool() {
        pool.data_dir = database.folder();
        pool.database = database.config();
        config::ChainConfig chain;
        chain.name = "btc";
        chain.network = "regtest";
        chain.nodes.push_back({.url = "http://127.0.0.1:1", .user = "u"});
        pool.chains.push_back(chain);
    }
    std::int64_t number(const std::string& sql) {
        return connection.query(sql).value().at(0).integer(0);
    }
};

// A payout and its metrics.
struct Instance {
    Instance(Pool& in, const std::string& name, Config config = {})
        : pool(in),
          worker(Worker::open({.config = std::move(config),
                               .pool = in.pool,
                               .instance = name,
                               .clock = system_clock()},
                              probe)
                     .value()) {}
    void wait_for(Role role) {
        pool.home.run_until([&] { return worker->status().role == role; });
    }
    void wait_for_settlement() {
        pool.home.run_until([&] { return worker->status().settled.has_value(); });
    }
    void stop() {
        bool stopped = false;
        worker->stop(pool.home, [&] { stopped = true; });
        pool.home.run_until([&] { return stopped; });
    }

    Pool& pool;
    metrics::Registry registry;
    Probe probe{registry};
    std::unique_ptr<Worker> worker;
};

}  // namespace

TEST_CASE("a payout settles, and what the settings promise stands in the database", "[database]") {
    Pool pool;
    Instance instance(pool, "payout-1");
    instance.wait_for_settlement();
    CHECK(instance.worker->status().role == Role::leader);
    CHECK(instance.probe.leads.value() == 1);
    CHECK(instance.probe.passes.value() >= 1);
    CHECK(pool.number("SELECT version FROM terms") == 1);
    instance.stop();
    CHECK(pool.number("SELECT released_unix_ms FROM lease") > 0);
}

TEST_CASE("another payout waits and goes on when the first has stopped", "[database]") {
    Pool pool;
    Instance first(pool, "payout-1");
    first.wait_for_settlement();
    Instance second(pool, "payout-2");
    second.wait_for(Role::standby);
    CHECK(second.worker->status().note == "another works: payout-1");
    CHECK_FALSE(second.worker->status().settled);
    first.stop();
    second.wait_for_settlement();
    CHECK(second.worker->status().role == Role::leader);
    CHECK(pool.number("SELECT fence FROM lease") == 2);
    second.stop();
}

TEST_CASE("a database that is not prepared is waited for") {
    Pool pool;
    REQUIRE(pool.connection.execute("DELETE FROM schema_version WHERE version >= 4"));
    Instance instance(pool, "payout-1");
    pool.home.run_until([&] { return !instance.worker->status().trouble.empty(); });
    CHECK(instance.worker->status().trouble.find("lode db migrate") != std::string::npos);
    REQUIRE(pool.connection.execute("INSERT INTO schema_version (version) VALUES (4)"));
    instance.wait_for_settlement();
    pool.home.run_until([&] { return instance.worker->status().trouble.empty(); });
    instance.stop();
}

TEST_CASE("a wallet that does not answer keeps nobody from being credited", "[database]") {
    Pool pool;
    Config config;
    config.payments = Payments::wallet;
    Instance instance(pool, "payout-1", config);
    instance.wait_for_settlement();
    pool.home.run_until([&] { return !instance.worker->status().note.empty(); });
    CHECK(instance.worker->status().note.find("http://127.0.0.1:1") != std::string::npos);
    CHECK(instance.worker->status().trouble.empty());
    instance.stop();
}

TEST_CASE("a reserve below its floor stops payments where the settings say so", "[database]") {
    for (const auto below : {BelowFloor::warn, BelowFloor::stop}) {
        Pool pool;
        Config config;
        config.choices = {"pps"};
        config.reserve_floor_base_units = 1;
        config.below_floor = below;
        Instance instance(pool, "payout-1", config);
        instance.wait_for_settlement();
        pool.home.run_until([&] { return instance.probe.reserve_low.value() == 1; });
        instance.stop();
        CHECK(pool.number("SELECT COUNT(*) FROM payout_pause WHERE paused = 1 AND reason = 'the "
                          "reserve is below its floor'") == (below == BelowFloor::stop ? 1 : 0));
    }
}
