// The whole service on an embedded bus and a SQLite file, its time moved by hand.
#include "sharelogger/service.hpp"

#include "common/bus/bus.hpp"
#include "common/config/pool.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "sharelogger/archive.hpp"
#include "sharelogger/gap_repository.hpp"
#include "sharelogger/share_repository.hpp"
#include "tests/sharelogger/builders.hpp"
#include "tests/sharelogger/shared_database.hpp"
#include "tests/support/manual_scheduler.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 10s;
constexpr std::uint64_t stream = 77;

class Running {
  public:
    Running()
        : document_(config::Document::parse(text(), "test.toml").value()),
          pool_(config::pool_section().read(document_).value()) {
        std::filesystem::create_directories(folder() / "bus");
        bus_ = bus::open_bus({.folder = (folder() / "bus").string()}).value();
        jobs_.emplace(
            bus::Producer<v1::JobMessage>::open(*bus_, bus::topics::job, "btc", loop).value());
        blocks_.emplace(
            bus::Producer<v1::BlockEvent>::open(*bus_, bus::topics::block, "btc", loop).value());
        shares_.emplace(
            bus::Producer<v1::Share>::open(*bus_, bus::topics::share, "btc", loop).value());
        start();
    }
    ~Running() {
        stop();
        jobs_.reset();
        blocks_.reset();
        shares_.reset();
        loop.run_posted();
    }

    void start() {
        registry_ = std::make_unique<metrics::Registry>("sharelogger");
        context_ = std::make_unique<runtime::Context>(
            runtime::Context{document_, pool_, folder() / "sharelogger", "sharelogger-1", loop,
                             *bus_, loop.clock(), *registry_, router_});
        service_ = sharelogger::definition().create(*context_).value();
        REQUIRE(service_->start());
    }
    void stop() {
        bool stopped = false;
        service_->stop([&] { stopped = true; });
        REQUIRE(stopped);
        service_.reset();
    }

    [[nodiscard]] std::filesystem::path folder() const { return database.folder(); }

    void publish_job(std::uint64_t id) {
        auto message = std::make_shared<v1::JobMessage>();
        message->mutable_job()->set_job_id(id);
        send(*jobs_, 0, message);
    }
    void publish_block(std::int64_t found_unix_ms) {
        auto event = std::make_shared<v1::BlockEvent>();
        event->set_state(v1::FOUND);
        event->set_found_unix_ms(found_unix_ms);
        send(*blocks_, 0, event);
    }
    void publish(std::uint32_t partition, std::uint64_t sequence, std::uint64_t job) {
        send(*shares_, partition, test::a_bare_share(stream + partition, sequence, job));
    }

    // Runs what the bus posts until it holds. Its time goes on when `step` is given.
    template <class Holds>
    bool comes(Holds holds, Duration step = Duration::zero()) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            loop.run_posted();
            if (step > Duration::zero()) loop.advance(step);
        }
        return true;
    }
    bool counts(std::int64_t shares, Duration step = Duration::zero()) {
        return comes(
            [&] {
                return database.number("SELECT COALESCE(SUM(shares), 0) FROM user_bucket") ==
                       shares;
            },
            step);
    }
    [[nodiscard]] std::string detail() const { return service_->health().detail; }

    test::SharedDatabase database;
    test::ManualScheduler loop;

  private:
    [[nodiscard]] std::string text() const {
        return "data_dir = \"" + folder().string() +
               "\"\n[[chain]]\nname = \"btc\"\nnetwork = \"regtest\"\n"
               "payout_address = \"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\"\n"
               "[[chain.node]]\nurl = \"http://127.0.0.1:18443\"\nuser = \"u\"\npassword = \"p\"\n";
    }
    template <class T>
    void send(bus::Producer<T>& producer, std::uint32_t partition, std::shared_ptr<T> message) {
        bool delivered = false;
        REQUIRE(producer.send(partition, "key", std::move(message), [&](const auto& place) {
            REQUIRE(place);
            delivered = true;
        }));
        REQUIRE(comes([&] { return delivered; }));
    }

    config::Document document_;
    config::PoolConfig pool_;
    std::unique_ptr<metrics::Registry> registry_;
    http::Router router_;
    std::unique_ptr<bus::Bus> bus_;
    std::unique_ptr<runtime::Context> context_;
    std::optional<bus::Producer<v1::JobMessage>> jobs_;
    std::optional<bus::Producer<v1::BlockEvent>> blocks_;
    std::optional<bus::Producer<v1::Share>> shares_;
    std::unique_ptr<runtime::Service> service_;
};

}  // namespace

TEST_CASE("shares are counted once over restarts, in files named by the instance") {
    Running pool;
    pool.publish_job(1);
    pool.publish(0, 1, 1);
    pool.publish(0, 1, 1);
    pool.publish(5, 1, 1);
    CHECK(pool.counts(2));
    pool.stop();
    pool.publish(0, 2, 1);
    pool.start();
    CHECK(pool.counts(3));
    const auto chain = pool.folder() / "sharelogger" / "archive" / "btc";
    const auto days = archive_days(chain.parent_path(), "btc");
    REQUIRE(days.size() == 1);
    CHECK(std::filesystem::exists(chain / days[0] / "share-0000-sharelogger-1"));
    CHECK(std::filesystem::exists(chain / days[0] / "share-0005-sharelogger-1"));
    CHECK(std::filesystem::exists(chain / days[0] / "job-0000-sharelogger-1"));
}

TEST_CASE("a share whose job comes after it waits for it, others do not") {
    Running pool;
    pool.publish_job(1);
    pool.publish(0, 1, 2);
    pool.publish(1, 1, 1);
    CHECK(pool.counts(1));
    pool.publish_job(2);
    CHECK(pool.counts(2));
}

TEST_CASE("a share whose job never came stops its partition until the job comes") {
    Running pool;
    pool.publish_job(1);
    pool.publish(0, 1, 9);
    pool.publish(1, 1, 1);
    REQUIRE(pool.counts(1));
    REQUIRE(pool.comes([&] { return pool.detail().find("job 9") != std::string::npos; }, 1s));
    pool.publish(1, 2, 1);
    CHECK(pool.counts(2));
    pool.publish_job(9);
    CHECK(pool.counts(3, 1s));
    CHECK(pool.comes([&] { return pool.detail().empty(); }, 1s));
}

TEST_CASE("a gap stops its partition until it is accepted, and the service goes on by itself") {
    Running pool;
    pool.publish_job(1);
    pool.publish(0, 1, 1);
    pool.publish(0, 4, 1);
    pool.publish(1, 1, 1);
    REQUIRE(pool.counts(2));
    REQUIRE(pool.comes(
        [&] { return pool.detail().find("lacks sequences 2 to 3") != std::string::npos; }));
    pool.publish(0, 5, 1);
    pool.publish(1, 2, 1);
    CHECK(pool.counts(3));
    GapRepository gaps(pool.database.connection, "btc");
    REQUIRE(gaps.accept({StreamId(stream), Sequence(2), Sequence(3)},
                        {"anna", "lost", pool.loop.clock().unix_now()}));
    CHECK(pool.counts(5, 1s));
    CHECK(pool.comes([&] { return pool.detail().empty(); }, 1s));
}

TEST_CASE("a partition that another instance moved on is read anew from the database") {
    Running pool;
    pool.publish_job(1);
    pool.publish(0, 1, 1);
    REQUIRE(pool.counts(1));
    // As a new owner leaves it that has counted one more.
    pool.publish(1, 1, 1);
    REQUIRE(pool.counts(2));
    pool.database.run("UPDATE consumer_offset SET next_offset = 2 WHERE partition_no = 0");
    pool.database.run("UPDATE stream_sequence SET last_sequence = 2 WHERE partition_no = 0");
    pool.publish(0, 2, 1);
    pool.publish(0, 3, 1);
    CHECK(pool.counts(3, 1s));
    CHECK(pool.database.number("SELECT next_offset FROM consumer_offset WHERE partition_no = 0") ==
          3);
}

TEST_CASE("while the schema is old nothing is read, and afterwards all is counted") {
    Running pool;
    pool.publish_job(1);
    REQUIRE(pool.comes([&] { return pool.detail().empty(); }));
    pool.stop();
    pool.database.run("UPDATE schema_version SET version = version - 100");
    pool.start();
    pool.publish(0, 1, 1);
    CHECK(pool.comes([&] { return pool.detail().find("lode db migrate") != std::string::npos; },
                     100ms));
    CHECK(pool.counts(0));
    pool.database.run("UPDATE schema_version SET version = version + 100");
    CHECK(pool.counts(1, 1s));
}

TEST_CASE("a block cuts the sums of every partition, found while running or before the start") {
    Running pool;
    pool.publish_job(1);
    pool.publish(0, 1, 1);
    REQUIRE(pool.counts(1));
    // Shares of these tests are of this moment; the block is of the millisecond before it.
    const auto before = test::a_bare_share(1, 1, 1)->produced_unix_ms() - 1;
    pool.publish_block(before);
    const auto cuts = [&] { return pool.database.number("SELECT COUNT(*) FROM round_cut"); };
    CHECK(pool.comes([&] { return cuts() == 12; }, 1s));
    const auto starts = [&] {
        return pool.database.number("SELECT MAX(start_unix_ms) FROM user_bucket");
    };
    CHECK(starts() == before + 1);
    CHECK(pool.database.number("SELECT SUM(exact) FROM round_cut") == 12);
    pool.stop();
    pool.database.run(
        "INSERT INTO block (chain, height, block_hash, prev_hash, state, reward, user_name, "
        "worker_name, job_id, found_unix_ms, confirmations, updated_unix_ms, published_state) "
        "VALUES ('btc', 1, 'a', 'b', 'found', 1, 'alice', '', 1, 1700000000000, 0, 0, '')");
    pool.start();
    CHECK(pool.comes([&] { return cuts() == 24; }, 1s));
    CHECK(starts() == before + 1);
}

TEST_CASE("how far all shares are counted is told, also when none come") {
    Running pool;
    pool.publish_job(1);
    const auto started = to_unix_ms(pool.loop.clock().unix_now());
    CHECK(pool.comes(
        [&] {
            return pool.database.number(
                       "SELECT COALESCE(MIN(reached_unix_ms), 0) FROM "
                       "partition_reach") > started;
        },
        1s));
    CHECK(pool.database.number("SELECT COUNT(*) FROM partition_reach") == 12);
}
