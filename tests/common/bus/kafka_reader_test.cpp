// A reader of the Kafka bus whose place is not in its partition, while it reads.
#include "common/bus/kafka_reader.hpp"

#include "common/base/log.hpp"
#include "tests/common/bus/kafka_fixture.hpp"

using namespace lode;
using namespace lode::bus;
using namespace lode::bus::test;

namespace {

// Begins where its member says, which nobody compares with what the partition holds.
struct At {
    At(Bus& bus, const TopicName& topic, std::int64_t offset)
        : reading(bus, topic, options(offset)) {}
    static ConsumerOptions options(std::int64_t offset) {
        ConsumerOptions options;
        options.group = "sharing";
        options.member = Membership{.assigned =
                                        [offset](const auto&) {
                                            return Offsets{{0, offset}};
                                        },
                                    .revoked = [](Revocation) {}};
        return options;
    }
    Reading reading;
};

// As retention does it.
void delete_before(const TopicName& topic, std::int64_t offset) {
    using Request =
        std::unique_ptr<rd_kafka_DeleteRecords_t, Deleter<rd_kafka_DeleteRecords_destroy>>;
    using Event = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;
    KafkaEvents events(std::make_shared<KafkaShared>(config::BusConfig{.url = kafka_url()}));
    const auto handle = make_handle(RD_KAFKA_PRODUCER, {}, events);
    REQUIRE(handle);
    const auto list =
        KafkaOffsets(nullptr, nullptr, "lode." + topic.chain + ".test").list({{0, offset}});
    const Request request(rd_kafka_DeleteRecords_new(list.get()));
    const KafkaQueue queue(rd_kafka_queue_new(handle.value().get()));
    std::array<rd_kafka_DeleteRecords_t*, 1> requests{request.get()};
    rd_kafka_DeleteRecords(handle.value().get(), requests.data(), 1, nullptr, queue.get());
    const Event event(rd_kafka_queue_poll(queue.get(), 60'000));
    REQUIRE(event);
    REQUIRE(rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
    const auto* done =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
    REQUIRE(done->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR);
}

}  // namespace

TEST_CASE("a reader whose next records are deleted says so and goes on at the oldest kept") {
    const auto topic = kafka_topic(1);
    const auto bus = open_kafka(kafka_url());
    Sending sending(*bus, topic);
    for (std::uint64_t i = 0; i < 100; ++i) sending.send(0, share(i));
    (void)sending.wait_for_delivery();
    delete_before(topic, 60);
    const log::Capture lines;
    At at(*bus, topic, 10);
    const auto read = sequences(at.reading.wait(40));
    CHECK(read.front() == 60);
    CHECK(read.back() == 99);
    CHECK(read.size() == 40);
    CHECK(lines.text().find("bus records are gone topic=lode." + topic.chain +
                            ".test partition=0 wanted=10 oldest=60") != std::string::npos);
    sending.send(0, share(100));
    CHECK(sequences(at.reading.wait(41)).back() == 100);
}

TEST_CASE("a reader past the end stands still, says so, and reads on once its place is there") {
    const auto topic = kafka_topic(1);
    const auto bus = open_kafka(kafka_url());
    Sending sending(*bus, topic);
    for (std::uint64_t i = 0; i < 10; ++i) sending.send(0, share(i));
    (void)sending.wait_for_delivery();
    const log::Capture lines;
    At at(*bus, topic, 13);
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (lines.text().find("past the end at 10") == std::string::npos &&
           std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    CHECK(lines.text().find("a reader wants to go on at 13, past the end at 10") !=
          std::string::npos);
    for (std::uint64_t i = 10; i < 15; ++i) sending.send(0, share(i));
    CHECK(sequences(at.reading.wait(2)) == std::vector<std::uint64_t>{13, 14});
}
