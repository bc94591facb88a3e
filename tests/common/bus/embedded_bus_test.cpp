// The embedded bus: the promises of every bus, and what is its own.
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>

#include "common/base/log.hpp"
#include "common/bus/topic_writer.hpp"
#include "common/metrics/metrics.hpp"
#include "tests/common/bus/bus_fixture.hpp"
#include "tests/common/bus/conformance.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::bus;
using namespace lode::bus::test;
using lode::test::TemporaryFolder;

namespace {

const TopicName topic{{"lode.<chain>.test", 2, Retention::for_time, std::chrono::hours(1),
                       std::chrono::hours(1), std::chrono::milliseconds(0)},
                      "main"};
// Deletes whatever the groups allow, at once.
const TopicName held{
    {"lode.<chain>.held", 1, Retention::until_groups_have_it, std::chrono::hours(0)}, "main"};

std::unique_ptr<Bus> open_in(const TemporaryFolder& folder) {
    auto bus = open_bus({.folder = folder.path().string()});
    if (!bus) FAIL(bus.error().context);
    return std::move(bus).value();
}

// Files of this process cannot grow past `bytes` while it lives: writes fail as on a sick disk.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        signal_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        (void)std::signal(SIGXFSZ, signal_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
    void (*signal_)(int) = nullptr;
};

// The wall stands at `now`; `after` its first look the steady clock has gone on by that.
class LateClock final : public Clock {
  public:
    LateClock(UnixTime now, Duration after) : now_(now), after_(after) {}
    [[nodiscard]] UnixTime unix_now() const override { return now_; }
    [[nodiscard]] SteadyTime steady_now() const override {
        return looked_.exchange(true) ? SteadyTime(after_) : SteadyTime{};
    }

  private:
    UnixTime now_;
    Duration after_;
    mutable std::atomic<bool> looked_ = false;
};

// Six records of ten days ago and four of yesterday; a group stands at the fifth.
void write_records_of(const std::filesystem::path& path, UnixTime now) {
    auto store = TopicStore::open(path, 1).value();
    REQUIRE(store.begin());
    for (std::int64_t offset = 0; offset < 10; ++offset) {
        const auto age = std::chrono::hours(24) * (offset < 6 ? 10 : 1);
        REQUIRE(store.append({{0, offset}, now - age, "key", {}}));
    }
    REQUIRE(store.set_group("gone", {0, 4}));
    REQUIRE(store.commit());
}

}  // namespace

TEST_CASE("a group that nobody joins holds back records for a week") {
    const auto now = from_unix_ms(1'795'262'400'000);
    const auto oldest_kept = [&](Duration running) {
        const TemporaryFolder folder;
        const auto path = folder.path() / "held.sqlite";
        write_records_of(path, now);
        const LateClock clock(now, running);
        // Deletes at its start.
        TopicLog log({10});
        metrics::Registry registry("bus");
        {
            const auto writer = TopicWriter::start(TopicStore::open(path, 1).value(), held.spec,
                                                   {log, clock, registry});
            REQUIRE(writer);
        }
        return TopicStore::open(path, 1).value().first_offset(0).value().value();
    };
    CHECK(oldest_kept(std::chrono::minutes(59)) == 4);
    CHECK(oldest_kept(std::chrono::hours(1)) == 6);
}

TEST_CASE("the embedded bus keeps the promises of every bus") {
    for (const auto list : {promises(), membership_promises()}) {
        for (const Promise& promise : list) {
            DYNAMIC_SECTION(promise.sentence) {
                const TemporaryFolder folder;
                promise.check({[&] { return open_in(folder); }, conformance_topic("main")});
            }
        }
    }
}

TEST_CASE("what waits, how long writing takes and how far groups lag can be seen") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    {
        Sending sending(*bus, topic);
        for (std::uint64_t i = 0; i < 5; ++i) sending.send(0, share(i));
        (void)sending.wait_for_delivery();
        Reading reading(*bus, topic, as_group("counting"));
        (void)reading.wait(5);
        REQUIRE(reading.consumer().commit({0, 3}));
        // A group's position is written with the next record at the latest.
        sending.send(0, share(5));
        (void)sending.wait_for_delivery();
        (void)reading.wait(6);
    }
    const auto page = metrics::exposition(bus->metrics());
    const auto shows = [&](const std::string& line) { return page.find(line) != page.npos; };
    INFO(page);
    CHECK(shows("lode_bus_queued_records{service=\"bus\",topic=\"lode.main.test\"} 0\n"));
    CHECK(shows("lode_bus_delivery_seconds_count{service=\"bus\",topic=\"lode.main.test\"} 6\n"));
    CHECK(shows("group=\"counting\"} 3\n"));
}

TEST_CASE("a bus of no known kind is refused") {
    CHECK_FALSE(open_bus({.config = {.url = "sqlite:"}}));
}

TEST_CASE("a topic's chain is part of its file's name and nothing else can be") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    { const Sending sending(*bus, topic); }
    CHECK(std::filesystem::exists(folder.path() / "lode.main.test.sqlite"));
    ThreadExecutor executor;
    CHECK_FALSE(bus->raw_producer({topic.spec, "../main"}, executor));
    CHECK_FALSE(bus->raw_producer({topic.spec, ""}, executor));
}

TEST_CASE("a reader that keeps up gets the message that was sent, not a copy") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    Reading reading(*bus, topic, {});
    Sending sending(*bus, topic);
    const auto message = share(1);
    sending.send(0, message);
    CHECK(reading.wait(1).front().message == message);
}

TEST_CASE("a reader far behind reads the file and then follows, in order") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    Sending sending(*bus, topic);
    constexpr std::uint64_t count = 40'000;  // more than twice what memory keeps
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto partition = static_cast<std::uint32_t>(i % 2);
        while (!sending.try_send(partition, share(i))) std::this_thread::yield();
    }
    Reading reading(*bus, topic, from_earliest());
    std::array<std::uint64_t, 2> seen{};
    for (const auto& record : reading.wait(count)) {
        const auto p = record.position.partition;
        REQUIRE(record.message->sequence() == 2 * seen[p] + p);
        ++seen[p];
    }
}

TEST_CASE("a group has one reader at a time") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    Reading first(*bus, topic, as_group("counting"));
    ThreadExecutor executor;
    const auto open_second = [&] {
        return bus->raw_consumer(topic, as_group("counting"), executor,
                                 v1::Share::default_instance(), [](auto) {});
    };
    const auto second = open_second();
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::conflict);
    first.drop();
    const auto third = open_second();
    CHECK(third);
}

TEST_CASE("a start past the end is a conflict, because the file is not the one that was read") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    ThreadExecutor executor;
    ConsumerOptions options;
    options.start = StartAt::offsets;
    options.offsets = {{0, 1}};
    const auto consumer =
        bus->raw_consumer(topic, options, executor, v1::Share::default_instance(), [](auto) {});
    REQUIRE_FALSE(consumer);
    CHECK(consumer.error().code == ErrorCode::conflict);
}

TEST_CASE("a commit needs a group and a place in the topic") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    Reading single(*bus, topic, {});
    CHECK_FALSE(single.consumer().commit({0, 0}));
    Reading member(*bus, topic, as_group("counting"));
    CHECK(member.consumer().commit({0, 0}));
    CHECK_FALSE(member.consumer().commit({0, 1}));
    CHECK_FALSE(member.consumer().commit({2, 0}));
}

TEST_CASE("what a lagging group has not dealt with is kept, the rest is deleted") {
    const TemporaryFolder folder;
    {
        const auto bus = open_in(folder);
        Reading fast(*bus, held, as_group("fast"));
        Reading slow(*bus, held, as_group("slow"));
        Sending sending(*bus, held);
        for (std::uint64_t i = 0; i < 10; ++i) sending.send(0, share(i));
        (void)fast.wait(10);
        (void)slow.wait(10);
        REQUIRE(fast.consumer().commit({0, 10}));
        REQUIRE(slow.consumer().commit({0, 4}));
    }
    {
        const auto bus = open_in(folder);
        Reading reading(*bus, held, from_earliest());
        CHECK(sequences(reading.wait_for_all()) == std::vector<std::uint64_t>{4, 5, 6, 7, 8, 9});
        Reading slow(*bus, held, as_group("slow"));
        (void)slow.wait(6);
        REQUIRE(slow.consumer().commit({0, 10}));
    }
    const auto bus = open_in(folder);
    Reading reading(*bus, held, from_earliest());
    CHECK(reading.wait_for_all().empty());
    // Nothing is left, and still no offset is used twice.
    Sending sending(*bus, held);
    sending.send(0, share(10));
    CHECK(sending.wait_for_delivery().front().offset == 10);
}

TEST_CASE("a failed write is told, later ones are not written before it, and the bus recovers") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    const log::Capture lines;
    Sending sending(*bus, topic);
    sending.send(0, share(0));
    (void)sending.wait_for_delivery();
    auto large = share(1);
    large->set_target(std::string(std::size_t{1} << 20, 'x'));
    std::size_t taken = 1;
    {
        const FileSizeLimit limit(std::size_t{512} << 10);
        for (int i = 0; i < 20; ++i) taken += sending.try_send(0, large).has_value() ? 1U : 0U;
        (void)sending.wait_for_outcomes(taken);
    }
    const auto outcomes = sending.wait_for_outcomes(taken);
    REQUIRE(taken > 1);
    for (std::size_t i = 1; i < taken; ++i) {
        REQUIRE_FALSE(outcomes[i]);
        CHECK(outcomes[i].error().code == ErrorCode::unavailable);
    }
    CHECK(lines.text().find("bus write failed") != std::string::npos);
    REQUIRE(sending.try_send(0, share(2)));
    const auto after = sending.wait_for_outcomes(taken + 1).back();
    REQUIRE(after);
    CHECK(after.value().offset == 1);
    CHECK(lines.text().find("bus writes again") != std::string::npos);
    Reading reading(*bus, topic, from_earliest());
    CHECK(sequences(reading.wait_for_all()) == std::vector<std::uint64_t>{0, 2});
}

TEST_CASE("nothing is taken between a failure and its telling, so that nothing overtakes") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    const log::Capture lines;
    Sending sending(*bus, topic);
    std::promise<void> told;
    std::size_t taken = 0;
    {
        const FileSizeLimit limit(std::size_t{256} << 10);
        // The producer hears of nothing for now.
        sending.executor().post([busy = told.get_future().share()] { busy.wait(); });
        auto large = share(0);
        large->set_target(std::string(std::size_t{1} << 20, 'x'));
        // The queue may be full before the first write has failed.
        Result<void> outcome = success();
        while (outcome || outcome.error().code == ErrorCode::exhausted) {
            outcome = sending.try_send(0, large);
            if (outcome) ++taken;
        }
    }
    // The disk is well again, yet a later record must not stand before those that failed.
    const auto early = sending.try_send(0, share(1));
    REQUIRE_FALSE(early);
    CHECK(early.error().code == ErrorCode::unavailable);
    told.set_value();
    for (const auto& outcome : sending.wait_for_outcomes(taken)) CHECK_FALSE(outcome);
    REQUIRE(sending.try_send(0, share(1)));
    CHECK(sending.wait_for_outcomes(taken + 1).back().value().offset == 0);
}

TEST_CASE("a file of another number of partitions, or no bus file at all, is refused") {
    const TemporaryFolder folder;
    {
        const auto bus = open_in(folder);
        const Sending sending(*bus, topic);
    }
    const auto bus = open_in(folder);
    ThreadExecutor executor;
    TopicName other = topic;
    other.spec.partitions = 3;
    const auto refused = bus->raw_producer(other, executor);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context.find("has 2 partitions, this program wants 3") !=
          std::string::npos);
    std::ofstream(folder.path() / "lode.side.test.sqlite") << std::string(4096, 'x');
    const auto garbage = bus->raw_producer({topic.spec, "side"}, executor);
    REQUIRE_FALSE(garbage);
    CHECK(garbage.error().code == ErrorCode::internal);
}

TEST_CASE("a member whose offset lies past the end is told, and stands still") {
    const TemporaryFolder folder;
    const auto bus = open_in(folder);
    Sending sending(*bus, topic);
    for (std::uint64_t i = 0; i < 6; ++i) sending.send(static_cast<std::uint32_t>(i % 2), share(i));
    (void)sending.wait_for_delivery();
    Inbox<std::uint32_t> told;
    ConsumerOptions options;
    options.group = "ahead";
    options.member = Membership{.assigned =
                                    [](const auto&) {
                                        return Offsets{{0, 2}, {1, 4}};
                                    },
                                .revoked = [](Revocation) {},
                                .past_end =
                                    [&](std::uint32_t partition, const Error& why) {
                                        CHECK(why.code == ErrorCode::conflict);
                                        told.put(partition);
                                    }};
    Reading reading(*bus, topic, options);
    CHECK(told.wait(1).front() == 1);
    // Of partition 1 nothing; of 0 the last may have come.
    for (const std::uint64_t number : sequences(reading.wait(0))) CHECK(number == 4);
}
