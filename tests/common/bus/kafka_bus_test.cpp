// The Kafka bus on real brokers: the promises of every bus, and what is its own.
#include "common/base/log.hpp"
#include "common/bus/kafka_producer.hpp"
#include "common/metrics/metrics.hpp"
#include "tests/common/bus/conformance.hpp"
#include "tests/common/bus/kafka_fixture.hpp"

using namespace lode;
using namespace lode::bus;
using namespace lode::bus::test;

TEST_CASE("the Kafka bus keeps the promises of every bus") {
    const auto open = [] { return open_kafka(kafka_url()); };
    for (const auto list : {promises(), membership_promises()}) {
        for (const Promise& promise : list) {
            DYNAMIC_SECTION(promise.sentence) {
                promise.check({open, conformance_topic(fresh_chain())});
            }
        }
    }
}

TEST_CASE("members share a topic's partitions, and one takes over what another leaves") {
    const auto topic = kafka_topic(4);
    const auto bus = open_kafka(kafka_url());
    const auto other_bus = open_kafka(kafka_url());
    Member first(*bus, topic);
    CHECK(first.given.wait(1).back().size() == 4);
    auto second = std::make_unique<Member>(*other_bus, topic);
    // The first lets go of all before either is given its half.
    CHECK(first.taken.wait(1).front() == Revocation::orderly);
    auto shared = first.given.wait(2).back();
    const auto half = second->given.wait(1).back();
    CHECK(shared.size() == 2);
    CHECK(half.size() == 2);
    shared.insert(shared.end(), half.begin(), half.end());
    std::ranges::sort(shared);
    CHECK(shared == std::vector<std::uint32_t>{0, 1, 2, 3});

    Sending sending(*bus, topic);
    for (std::uint64_t i = 0; i < 40; ++i)
        sending.send(static_cast<std::uint32_t>(i % 4), share(i));
    CHECK(first.reading.wait(20).size() == 20);
    CHECK(second->reading.wait(20).size() == 20);
    for (const auto p : half) REQUIRE(second->reading.consumer().commit({p, 10}));
    const auto others = first.given.wait(2).back();
    for (const auto p : others) {
        REQUIRE(first.reading.consumer().commit({p, 10}));
    }
    second.reset();
    CHECK(first.given.wait(3).back().size() == 4);
    for (std::uint64_t i = 0; i < 4; ++i)
        sending.send(static_cast<std::uint32_t>(i), share(100 + i));
    const auto numbers = sequences(first.reading.wait(24));
    CHECK(numbers.size() == 24);
    for (std::size_t i = 20; i < numbers.size(); ++i) CHECK(numbers[i] >= 100);
}

TEST_CASE("the next owner waits until a member has let go") {
    const auto topic = kafka_topic(1);
    const auto bus = open_kafka(kafka_url());
    std::promise<void> may_go;
    std::atomic<bool> has_gone = false;
    std::atomic<bool> too_early = false;
    Inbox<std::string> told;
    ConsumerOptions options;
    options.group = "leading";
    options.member = Membership{.assigned =
                                    [&](const auto&) {
                                        told.put("first");
                                        return Offsets{};
                                    },
                                .revoked =
                                    [&, wait = may_go.get_future().share()](Revocation) {
                                        wait.wait();
                                        has_gone = true;
                                    }};
    ThreadExecutor first_executor;
    auto first =
        bus->raw_consumer(topic, options, first_executor, v1::Share::default_instance(), nullptr);
    REQUIRE(first);
    (void)told.wait(1);
    options.member = Membership{.assigned =
                                    [&](const auto&) {
                                        too_early = !has_gone;
                                        told.put("second");
                                        return Offsets{};
                                    },
                                .revoked = [](Revocation) {}};
    ThreadExecutor second_executor;
    auto second =
        bus->raw_consumer(topic, options, second_executor, v1::Share::default_instance(), nullptr);
    REQUIRE(second);
    // A round trip to the brokers and back, in which nobody may have been given anything.
    {
        Reading other(*bus, topic, from_earliest());
        (void)other.wait_for_all();
    }
    CHECK(told.size() == 1);
    may_go.set_value();
    (void)told.wait(2);
    CHECK_FALSE(too_early);
    second_executor.run_and_wait([&] { second.value().reset(); });
    first_executor.run_and_wait([&] { first.value().reset(); });
}

TEST_CASE("after a fatal error all that is outstanding fails in order and can be sent again") {
    const auto topic = kafka_topic();
    const auto bus = open_kafka(kafka_url());
    const log::Capture lines;
    Reading reading(*bus, topic, from_earliest());
    Stream stream(*bus, topic);
    constexpr std::uint64_t count = 3'000;
    for (std::uint64_t i = 0; i < 3; ++i) {
        stream.send(count / 3);
        raise_fatal_error(stream.producer());
    }
    (void)stream.wait(count);
    // Durable in the order of sending, all of them, although handles were lost.
    auto numbers = stream.wait(count);
    CHECK(std::ranges::is_sorted(numbers));
    CHECK(stream.failures() > 0);
    CHECK(lines.text().find("bus write failed") != std::string::npos);
    check_complete(reading.wait_for_all(), count);
}

TEST_CASE("what a dropped producer has sent is written") {
    const auto topic = kafka_topic();
    const auto bus = open_kafka(kafka_url());
    Reading reading(*bus, topic, from_earliest());
    {
        Sending sending(*bus, topic);
        for (std::uint64_t i = 0; i < 1'000; ++i) sending.send(0, share(i));
    }
    CHECK(reading.wait(1'000).size() == 1'000);
}

TEST_CASE("a topic of another number of partitions is refused") {
    auto topic = kafka_topic(2);
    (void)open_kafka(kafka_url())->partitions(topic);
    topic.spec.partitions = 3;
    const auto bus = open_kafka(kafka_url());
    const auto refused = bus->partitions(topic);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::malformed);
    CHECK(refused.error().context ==
          "topic lode." + topic.chain + ".test has 2 partitions, this program wants 3");
}

TEST_CASE("a start past the end of a Kafka topic is a conflict") {
    const auto topic = kafka_topic();
    const auto bus = open_kafka(kafka_url());
    ThreadExecutor executor;
    ConsumerOptions options;
    options.start = StartAt::offsets;
    options.offsets = {{0, 1}};
    const auto consumer =
        bus->raw_consumer(topic, options, executor, v1::Share::default_instance(), [](auto) {});
    REQUIRE_FALSE(consumer);
    CHECK(consumer.error().code == ErrorCode::conflict);
}

TEST_CASE("a commit to Kafka needs a group") {
    const auto topic = kafka_topic();
    const auto bus = open_kafka(kafka_url());
    Reading single(*bus, topic, {});
    CHECK_FALSE(single.consumer().commit({0, 0}));
    Reading member(*bus, topic, as_group("counting"));
    CHECK(member.consumer().commit({0, 0}));
    CHECK_FALSE(member.consumer().commit({2, 0}));
}

TEST_CASE("the bus counts connection, delivery and lag") {
    const auto topic = kafka_topic();
    const auto bus = open_kafka(kafka_url());
    Sending sending(*bus, topic);
    for (std::uint64_t i = 0; i < 10; ++i) sending.send(0, share(i));
    (void)sending.wait_for_delivery();
    Reading reading(*bus, topic, as_group("counting"));
    (void)reading.wait_for_all();
    const auto text = metrics::exposition(bus->metrics());
    const auto name = "lode." + topic.chain + ".test";
    CHECK(text.find("lode_bus_connected{service=\"bus\"} 1") != std::string::npos);
    CHECK(text.find("lode_bus_delivery_seconds_count{service=\"bus\",topic=\"" + name + "\"} 10") !=
          std::string::npos);
    CHECK(text.find("lode_bus_queued_records{service=\"bus\",topic=\"" + name + "\"} 0") !=
          std::string::npos);
    CHECK(text.find("lode_bus_consumer_lag_records{service=\"bus\",topic=\"" + name +
                    "\",group=\"counting\"} 0") != std::string::npos);
}
