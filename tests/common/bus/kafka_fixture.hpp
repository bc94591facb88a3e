// What tests of the Kafka bus share: where the brokers are, and names nobody else uses.
#pragma once

#include <unistd.h>

#include <cstdlib>

#include "tests/common/bus/bus_fixture.hpp"

namespace lode::bus::test {

inline std::string kafka_url() {
    const char* given = std::getenv("LODE_TEST_KAFKA");
    if (given == nullptr) FAIL("LODE_TEST_KAFKA must name a broker, host:port");
    return std::string("kafka://") + given;
}

// Topics of this chain are nobody else's, also not those of an earlier run.
inline std::string fresh_chain() {
    static int count = 0;
    return "t" + std::to_string(to_unix_ms(system_clock().unix_now())) + "-" +
           std::to_string(::getpid()) + "-" + std::to_string(++count);
}

inline std::unique_ptr<Bus> open_kafka(config::BusConfig config) {
    auto bus = open_bus({.config = std::move(config)});
    if (!bus) FAIL(bus.error().context);
    return std::move(bus).value();
}
inline std::unique_ptr<Bus> open_kafka(const std::string& url) {
    return open_kafka(config::BusConfig{.url = url});
}

inline TopicName kafka_topic(std::uint32_t partitions = 2) {
    return {{"lode.<chain>.test", partitions, Retention::for_time, std::chrono::hours(1),
             std::chrono::hours(1), std::chrono::milliseconds(0)},
            fresh_chain()};
}

// What a member is told, and where it has come to in each partition.
struct Member {
    Member(Bus& bus, const TopicName& topic) : reading(bus, topic, options()) {}

    ConsumerOptions options() {
        ConsumerOptions options;
        options.group = "sharing";
        options.member = Membership{.assigned =
                                        [this](const auto& partitions) {
                                            given.put(partitions);
                                            return Offsets{};
                                        },
                                    .revoked = [this](Revocation why) { taken.put(why); }};
        return options;
    }

    Inbox<std::vector<std::uint32_t>> given;
    Inbox<Revocation> taken;
    Reading reading;
};

// Sends 0, 1, 2 … to one partition as a stream of shares does: what fails is sent again in order,
// and what is refused waits.
class Stream {
  public:
    Stream(Bus& bus, const TopicName& topic) {
        auto opened = bus.raw_producer(topic, executor_);
        if (!opened) FAIL(opened.error().context);
        producer_ = std::move(opened).value();
    }
    ~Stream() {
        executor_.run_and_wait([&] { producer_.reset(); });
    }

    void send(std::uint64_t count) {
        executor_.run_and_wait([&] {
            for (std::uint64_t i = 0; i < count; ++i) waiting_.push_back(next_++);
            pump();
        });
    }
    // Numbers in the order in which they were told to be durable.
    std::vector<std::uint64_t> wait(std::size_t count) {
        // A send that was refused while nothing was outstanding is told to nobody: tried again.
        const auto until = std::chrono::steady_clock::now() + deadline;
        while (!durable_.reaches(count, std::chrono::milliseconds(50)) &&
               std::chrono::steady_clock::now() < until) {
            executor_.run_and_wait([&] { pump(); });
        }
        return durable_.wait(count);
    }
    std::size_t failures() { return failures_; }
    RawProducer& producer() { return *producer_; }
    ThreadExecutor& executor() { return executor_; }

  private:
    // What failed stands before what waits, in its order.
    void pump() {
        while (!waiting_.empty()) {
            const auto number = waiting_.front();
            const auto sent = producer_->send(
                0, "stream", share(number),
                [this, number](Result<Position> place) { told(number, place.has_value()); });
            if (!sent) return;
            waiting_.pop_front();
        }
    }
    void told(std::uint64_t number, bool durable) {
        if (durable) {
            durable_.put(number);
        } else {
            ++failures_;
            waiting_.insert(std::ranges::lower_bound(waiting_, number), number);
        }
        // Not in the midst of the failures, which come one after another.
        executor_.post([this] {
            if (producer_) pump();
        });
    }

    std::deque<std::uint64_t> waiting_;  // the executor's
    std::uint64_t next_ = 0;
    std::atomic<std::size_t> failures_ = 0;
    Inbox<std::uint64_t> durable_;
    std::unique_ptr<RawProducer> producer_;
    ThreadExecutor executor_;
};

// 0 … count-1 in their order, whatever came again in between: what a consumer that drops what it
// has had would count.
inline void check_complete(const std::vector<ShareRecord>& records, std::uint64_t count) {
    std::uint64_t next = 0;
    for (const auto& record : records) {
        const auto number = record.message->sequence();
        REQUIRE(number <= next);
        if (number == next) ++next;
    }
    CHECK(next == count);
}

}  // namespace lode::bus::test
