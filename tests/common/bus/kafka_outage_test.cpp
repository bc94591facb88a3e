// The Kafka bus while its broker is away, hangs and comes back: on a broker of this test's own.
#include <numeric>

#include "common/metrics/metrics.hpp"
#include "tests/common/bus/kafka_broker.hpp"

using namespace lode;
using namespace lode::bus;
using namespace lode::bus::test;

TEST_CASE("what is sent while a broker restarts is neither lost nor reordered nor doubled") {
    OwnBroker& broker = OwnBroker::get();
    const auto bus = broker.open();
    const auto topic = kafka_topic();
    const log::Capture lines;
    Reading reading(*bus, topic, from_earliest());
    Stream stream(*bus, topic);
    stream.send(1'000);
    (void)stream.wait(500);
    stream.send(5'000);
    broker.stop();
    stream.send(5'000);
    wait_until([&] { return lines.text().find("cannot be reached") != std::string::npos; });
    CHECK(metrics::exposition(bus->metrics()).find("lode_bus_connected{service=\"bus\"} 0") !=
          std::string::npos);
    broker.start();
    const auto durable = stream.wait(11'000);
    CHECK(std::ranges::is_sorted(durable));
    CHECK(stream.failures() == 0);
    std::vector<std::uint64_t> all(11'000);
    std::iota(all.begin(), all.end(), 0U);
    CHECK(sequences(reading.wait(11'000)) == all);
    wait_until([&] { return lines.text().find("brokers are reached") != std::string::npos; });
    // An outage is one warning, however often it was tried again.
    CHECK(count_of(lines.text(), "cannot be reached") == 1);
}

TEST_CASE("a bus opens without its broker, and everything goes on once it is there") {
    OwnBroker& broker = OwnBroker::get();
    broker.stop();
    const log::Capture lines;
    const auto bus = broker.open();
    const auto topic = kafka_topic();
    Stream stream(*bus, topic);
    Reading reading(*bus, topic, from_earliest());
    Member member(*bus, topic);
    stream.send(100);
    CHECK(count_of(lines.text(), "cannot be reached") == 1);
    broker.start();
    CHECK(stream.wait(100).size() == 100);
    CHECK(reading.wait(100).size() == 100);
    CHECK(member.given.wait(1).front().size() == 2);
    CHECK(member.reading.wait(100).size() == 100);
}

TEST_CASE("a closed bus does not wait for a broker that says nothing") {
    OwnBroker& broker = OwnBroker::get();
    auto bus = broker.open();
    const auto topic = kafka_topic();
    const log::Capture lines;
    Reading reading(*bus, topic, as_group("counting"));
    Sending sending(*bus, topic);
    sending.send(0, share(1));
    CHECK(reading.wait(1).size() == 1);
    REQUIRE(reading.consumer().commit({0, 1}));
    broker.hang();
    sending.send(0, share(2));
    const auto before = std::chrono::steady_clock::now();
    bus.reset();
    const auto took = std::chrono::steady_clock::now() - before;
    broker.resume();
    // Of which flushing takes 5 s, and a commit or a good-bye under way as long and a second.
    CHECK(took < std::chrono::seconds(9));
    const auto outcome = sending.wait_for_outcomes(2).back();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::unavailable);
    CHECK(lines.text().find("bus records were not written") != std::string::npos);
}

TEST_CASE("a member out of touch is told that it has lost its partitions, and gets them again") {
    OwnBroker& broker = OwnBroker::get();
    const auto bus = broker.open();
    const log::Capture lines;
    const auto topic = kafka_topic();
    Member member(*bus, topic);
    CHECK(member.given.wait(1).size() == 1);
    CHECK(member.reading.wait_for_all().empty());
    broker.hang();
    CHECK(member.taken.wait(1).front() == Revocation::lost);
    broker.resume();
    CHECK(member.given.wait(2).back().size() == 2);
}
