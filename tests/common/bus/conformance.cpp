// The conformance suite: one function a promise.
#include "tests/common/bus/conformance.hpp"

#include <algorithm>
#include <array>

#include "tests/common/bus/bus_fixture.hpp"

namespace lode::bus::test {
namespace {

void keeps_order_within_a_partition(const Trial& on) {
    const auto bus = on.open();
    Reading reading(*bus, on.topic, from_earliest());
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 3'000; ++i) {
        sending.send(static_cast<std::uint32_t>(i % 3), share(i));
    }
    std::array<std::uint64_t, 3> seen{};
    for (const auto& record : reading.wait(3'000)) {
        const auto p = record.position.partition;
        REQUIRE(record.position.offset == static_cast<std::int64_t>(seen[p]));
        REQUIRE(record.message->sequence() == 3 * seen[p] + p);
        ++seen[p];
    }
    CHECK(seen == std::array<std::uint64_t, 3>{1'000, 1'000, 1'000});
}

void tells_places_in_the_order_of_sending(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 1'000; ++i) sending.send(1, share(i));
    const auto places = sending.wait_for_delivery();
    for (std::size_t i = 0; i < places.size(); ++i) {
        REQUIRE(places[i].partition == 1);
        REQUIRE(places[i].offset == static_cast<std::int64_t>(i));
    }
}

void carries_key_and_time(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    const auto before = system_clock().unix_now();
    REQUIRE(sending.try_send(0, share(1), "a key"));
    REQUIRE(sending.wait_for_outcomes(1).front());
    const auto after = system_clock().unix_now();
    Reading reading(*bus, on.topic, from_earliest());
    const auto record = reading.wait(1).front();
    CHECK(record.key == "a key");
    CHECK(record.appended >= before);
    CHECK(record.appended <= after);
}

void replays_from_an_offset(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 10; ++i) sending.send(1, share(i));
    sending.send(2, share(100));
    (void)sending.wait_for_delivery();
    ConsumerOptions options;
    options.start = StartAt::offsets;
    options.offsets = {{1, 7}};
    Reading reading(*bus, on.topic, options);
    auto numbers = sequences(reading.wait(4));
    std::sort(numbers.begin(), numbers.end());
    CHECK(numbers == std::vector<std::uint64_t>{7, 8, 9, 100});
}

void starts_at_a_time(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    Reading all(*bus, on.topic, from_earliest());
    // Sends until the bus's clock has gone on, so that there is a before and an after.
    std::uint64_t sent = 0;
    std::vector<ShareRecord> records;
    do {
        sending.send(0, share(sent++));
        records = all.wait(sent);
    } while (records.back().appended == records.front().appended);
    sending.send(0, share(sent));
    ConsumerOptions options;
    options.start = StartAt::time;
    options.since = records.back().appended;
    Reading reading(*bus, on.topic, options);
    CHECK(sequences(reading.wait(2)) == std::vector<std::uint64_t>{sent - 1, sent});
}

void starts_at_the_latest(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    sending.send(0, share(1));
    (void)sending.wait_for_delivery();
    Reading reading(*bus, on.topic, {});
    (void)reading.wait_for_all();
    sending.send(0, share(2));
    CHECK(sequences(reading.wait(1)) == std::vector<std::uint64_t>{2});
}

void serves_many_readers(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    Reading first(*bus, on.topic, from_earliest());
    Reading second(*bus, on.topic, from_earliest());
    for (std::uint64_t i = 0; i < 100; ++i) sending.send(0, share(i));
    (void)sending.wait_for_delivery();
    Reading third(*bus, on.topic, from_earliest());
    const auto expected = sequences(first.wait(100));
    CHECK(expected.size() == 100);
    CHECK(sequences(second.wait(100)) == expected);
    CHECK(sequences(third.wait(100)) == expected);
}

void keeps_records_over_a_restart(const Trial& on) {
    {
        const auto bus = on.open();
        Sending sending(*bus, on.topic);
        for (std::uint64_t i = 0; i < 3; ++i) sending.send(0, share(i));
        (void)sending.wait_for_delivery();
    }
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    sending.send(0, share(3));
    CHECK(sending.wait_for_delivery().front().offset == 3);
    Reading reading(*bus, on.topic, from_earliest());
    CHECK(sequences(reading.wait(4)) == std::vector<std::uint64_t>{0, 1, 2, 3});
}

void resumes_a_group_where_it_committed(const Trial& on) {
    {
        const auto bus = on.open();
        Sending sending(*bus, on.topic);
        for (std::uint64_t i = 0; i < 5; ++i) sending.send(0, share(i));
        (void)sending.wait_for_delivery();
        Reading reading(*bus, on.topic, as_group("counting"));
        CHECK(sequences(reading.wait(5)) == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
        REQUIRE(reading.consumer().commit({0, 3}));
    }
    const auto bus = on.open();
    Reading again(*bus, on.topic, as_group("counting"));
    CHECK(sequences(again.wait_for_all()) == std::vector<std::uint64_t>{3, 4});
    Reading other(*bus, on.topic, as_group("other"));
    CHECK(sequences(other.wait_for_all()) == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
}

void hands_over_again_without_a_commit(const Trial& on) {
    {
        const auto bus = on.open();
        Sending sending(*bus, on.topic);
        for (std::uint64_t i = 0; i < 5; ++i) sending.send(0, share(i));
        Reading reading(*bus, on.topic, as_group("counting"));
        (void)reading.wait(5);
    }
    const auto bus = on.open();
    Reading reading(*bus, on.topic, as_group("counting"));
    CHECK(sequences(reading.wait_for_all()) == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
}

void refuses_what_does_not_fit_the_queue(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    auto large = share(1);
    large->set_target(std::string(std::size_t{8} << 20, 'x'));
    std::size_t taken = 0;
    Result<void> outcome = success();
    // The queue holds a few of these, and writing one takes far longer than sending it.
    while (taken < 1'000 && (outcome = sending.try_send(0, large))) ++taken;
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::exhausted);
    for (const auto& one : sending.wait_for_outcomes(taken)) CHECK(one);
    REQUIRE(sending.try_send(0, share(2)));
    const auto last = sending.wait_for_outcomes(taken + 1).back();
    REQUIRE(last);
    CHECK(last.value().offset == static_cast<std::int64_t>(taken));
}

void limits_what_is_handed_over_at_a_time(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 100; ++i) sending.send(0, share(i));
    (void)sending.wait_for_delivery();
    auto options = from_earliest();
    options.batch_max = 7;
    Reading reading(*bus, on.topic, options);
    CHECK(reading.wait(100).size() == 100);
    CHECK(reading.largest_batch() <= 7);
}

void passes_16_mib(const Trial& on) {
    auto large = share(1);
    large->set_target(std::string(std::size_t{16} << 20, 'x'));
    {
        const auto bus = on.open();
        Reading live(*bus, on.topic, from_earliest());
        Sending sending(*bus, on.topic);
        sending.send(0, large);
        CHECK(live.wait(1).front().message->target() == large->target());
        const auto beyond = sending.try_send(0, [&] {
            auto larger = share(2);
            larger->set_target(std::string(std::size_t{17} << 20, 'x'));
            return larger;
        }());
        REQUIRE_FALSE(beyond);
        CHECK(beyond.error().code == ErrorCode::malformed);
    }
    const auto bus = on.open();
    Reading reading(*bus, on.topic, from_earliest());
    CHECK(reading.wait(1).front().message->target() == large->target());
}

void passes_an_empty_message(const Trial& on) {
    {
        const auto bus = on.open();
        Sending sending(*bus, on.topic);
        REQUIRE(sending.try_send(0, std::make_shared<v1::Share>(), ""));
        REQUIRE(sending.wait_for_outcomes(1).front());
    }
    const auto bus = on.open();
    Reading reading(*bus, on.topic, from_earliest());
    const auto record = reading.wait(1).front();
    CHECK(record.message->SerializeAsString().empty());
    CHECK(record.key.empty());
}

void keeps_unknown_fields(const Trial& on) {
    // Field 1,000, a varint of value 7, as a later version might add.
    auto newer = std::make_shared<v1::Share>();
    REQUIRE(
        newer->ParseFromString("\x32\x05"
                               "alice"
                               "\xc0\x3e\x07"));
    {
        const auto bus = on.open();
        Sending sending(*bus, on.topic);
        sending.send(0, newer);
        (void)sending.wait_for_delivery();
    }
    const auto bus = on.open();
    Reading reading(*bus, on.topic, from_earliest());
    const auto message = reading.wait(1).front().message;
    CHECK(message->user() == "alice");
    CHECK(message->SerializeAsString().ends_with("\xc0\x3e\x07"));
}

void says_when_a_reader_has_caught_up(const Trial& on) {
    const auto bus = on.open();
    Reading reading(*bus, on.topic, from_earliest());
    CHECK(reading.wait_for_all().empty());
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        sending.send(static_cast<std::uint32_t>(i % 3), share(i));
    }
    (void)sending.wait_for_delivery();
    CHECK(reading.wait_for_all().size() == 1'000);
}

void leaves_a_dropped_consumer_alone(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    Reading dropped(*bus, on.topic, from_earliest());
    sending.send(0, share(1));
    (void)dropped.wait(1);
    dropped.drop();
    Reading other(*bus, on.topic, from_earliest());
    sending.send(0, share(2));
    (void)other.wait(2);
    dropped.executor().run_and_wait([] {});
    CHECK(dropped.size() == 1);
}

void lets_a_handler_drop_its_consumer(const Trial& on) {
    const auto bus = on.open();
    Sending sending(*bus, on.topic);
    for (std::uint64_t i = 0; i < 10; ++i) sending.send(0, share(i));
    (void)sending.wait_for_delivery();
    ThreadExecutor executor;
    Inbox<std::size_t> batches;
    std::unique_ptr<RawConsumer> consumer;
    auto options = from_earliest();
    options.batch_max = 1;
    executor.run_and_wait([&] {
        consumer = bus->raw_consumer(on.topic, options, executor, v1::Share::default_instance(),
                                     [&](std::vector<RawRecord> batch) {
                                         consumer.reset();
                                         batches.put(batch.size());
                                     })
                       .value();
    });
    (void)batches.wait(1);
    executor.run_and_wait([] {});
    CHECK(batches.size() == 1);
}

void refuses_sends_once_closed(const Trial& on) {
    auto bus = on.open();
    Sending sending(*bus, on.topic);
    Reading reading(*bus, on.topic, from_earliest());
    sending.send(0, share(1));
    bus.reset();
    // What was taken before is written; what comes after is refused.
    CHECK(sending.wait_for_delivery().size() == 1);
    const auto refused = sending.try_send(0, share(2));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unavailable);
}

constexpr Promise list[] = {
    {"keeps order within a partition", keeps_order_within_a_partition},
    {"tells places in the order of sending", tells_places_in_the_order_of_sending},
    {"carries key and time", carries_key_and_time},
    {"replays from an offset", replays_from_an_offset},
    {"starts at a time", starts_at_a_time},
    {"starts at the latest", starts_at_the_latest},
    {"serves many readers", serves_many_readers},
    {"keeps records over a restart", keeps_records_over_a_restart},
    {"resumes a group where it committed", resumes_a_group_where_it_committed},
    {"hands over again without a commit", hands_over_again_without_a_commit},
    {"refuses what does not fit the queue, then goes on", refuses_what_does_not_fit_the_queue},
    {"limits what is handed over at a time", limits_what_is_handed_over_at_a_time},
    {"passes 16 MiB, and refuses more", passes_16_mib},
    {"passes an empty message", passes_an_empty_message},
    {"keeps unknown fields", keeps_unknown_fields},
    {"says when a reader has caught up", says_when_a_reader_has_caught_up},
    {"leaves a dropped consumer alone", leaves_a_dropped_consumer_alone},
    {"lets a handler drop its consumer", lets_a_handler_drop_its_consumer},
    {"refuses sends once closed", refuses_sends_once_closed},
};

}  // namespace

TopicName conformance_topic(std::string chain) {
    return {{"lode.<chain>.conformance", 3, Retention::for_time, std::chrono::hours(1),
             std::chrono::hours(1), std::chrono::milliseconds(0)},
            std::move(chain)};
}

std::span<const Promise> promises() {
    return list;
}

}  // namespace lode::bus::test
