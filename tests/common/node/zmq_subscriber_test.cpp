// A real publisher on a free loopback port. An XPUB socket tells of each subscription, so that
// nothing is published too early.
#include "common/node/zmq_subscriber.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <future>
#include <zmq.hpp>

#include "tests/support/manual_scheduler.hpp"

using namespace lode;
using namespace lode::node;

namespace {

// Hands a task on to whoever waits for it.
class WaitingExecutor final : public Executor {
  public:
    void post(Task task) override { next_.set_value(std::move(task)); }
    Task wait() {
        Task task = next_.get_future().get();
        next_ = {};
        return task;
    }

  private:
    std::promise<Task> next_;
};

class Publisher {
  public:
    explicit Publisher(const std::string& endpoint = "tcp://127.0.0.1:*") {
        socket_.set(zmq::sockopt::linger, 0);
        socket_.bind(endpoint);
    }
    [[nodiscard]] std::string endpoint() const { return socket_.get(zmq::sockopt::last_endpoint); }
    void await_subscriber() {
        zmq::message_t message;
        REQUIRE(socket_.recv(message));
        REQUIRE(message.to_string() == "\1hashblock");
    }
    void publish(std::uint8_t last_hash_byte, std::uint32_t sequence) {
        std::array<std::uint8_t, 32> hash{};
        hash[31] = last_hash_byte;
        std::array<std::uint8_t, 4> count{};
        store_le(count.data(), sequence);
        socket_.send(zmq::str_buffer("hashblock"), zmq::send_flags::sndmore);
        socket_.send(zmq::buffer(hash), zmq::send_flags::sndmore);
        socket_.send(zmq::buffer(count));
    }

  private:
    zmq::context_t context_;
    zmq::socket_t socket_{context_, zmq::socket_type::xpub};
};

}  // namespace

TEST_CASE("a published block reaches the handler on the executor") {
    Publisher publisher;
    WaitingExecutor executor;
    std::vector<BlockNotice> seen;
    const auto subscriber = ZmqSubscriber::start(
        publisher.endpoint(), executor, [&](const BlockNotice& notice) { seen.push_back(notice); });
    REQUIRE(subscriber);
    publisher.await_subscriber();
    publisher.publish(0x7f, 3);
    executor.wait()();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].hash.bytes[0] == 0x7f);
    CHECK(seen[0].sequence == 3);
    publisher.publish(0x80, 5);
    executor.wait()();
    REQUIRE(seen.size() == 2);
    CHECK(seen[1].missed == 1);
}

TEST_CASE("a publisher that comes back is heard again") {
    std::optional<Publisher> publisher(std::in_place);
    const std::string endpoint = publisher->endpoint();
    WaitingExecutor executor;
    int seen = 0;
    const auto subscriber =
        ZmqSubscriber::start(endpoint, executor, [&](const BlockNotice&) { ++seen; });
    REQUIRE(subscriber);
    publisher->await_subscriber();
    publisher.reset();
    publisher.emplace(endpoint);
    publisher->await_subscriber();
    publisher->publish(1, 0);
    executor.wait()();
    CHECK(seen == 1);
}

TEST_CASE("a notice that waits on the executor is dropped with its subscriber") {
    Publisher publisher;
    WaitingExecutor executor;
    int seen = 0;
    auto subscriber = std::make_optional(
        ZmqSubscriber::start(publisher.endpoint(), executor, [&](const BlockNotice&) {
            ++seen;
        }).value());
    publisher.await_subscriber();
    publisher.publish(1, 0);
    const Task waiting = executor.wait();
    subscriber.reset();
    waiting();
    CHECK(seen == 0);
}

TEST_CASE("a broken endpoint is malformed and named") {
    test::ManualScheduler executor;
    const auto subscriber = ZmqSubscriber::start("nonsense", executor, [](const BlockNotice&) {});
    REQUIRE(subscriber.has_error());
    CHECK(subscriber.error().code == ErrorCode::malformed);
    CHECK(subscriber.error().context.find("nonsense") != std::string::npos);
}

TEST_CASE("a subscriber ends although nobody ever published") {
    test::ManualScheduler executor;
    const auto subscriber =
        ZmqSubscriber::start("tcp://127.0.0.1:1", executor, [](const BlockNotice&) {});
    REQUIRE(subscriber);
}
