// The only file that knows ZMQ: a thread that blocks in recv until the context is shut down.
#include "common/node/zmq_subscriber.hpp"

#include <pthread.h>

#include <array>
#include <thread>
#include <zmq.hpp>

#include "common/base/log.hpp"

namespace lode::node {
namespace {

// A node that vanished without a word (its machine lost power) is noticed and connected anew.
constexpr int heartbeat_ms = 10'000;
constexpr int heartbeat_timeout_ms = 30'000;
constexpr int reconnect_max_ms = 2'000;
// hashblock frames have at most 32 bytes; more is not from a node.
constexpr std::int64_t message_max = 1024;
constexpr std::size_t frames_max = 3;

zmq::socket_t subscribe(zmq::context_t& context, const std::string& endpoint) {
    zmq::socket_t socket(context, zmq::socket_type::sub);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::ipv6, true);
    socket.set(zmq::sockopt::heartbeat_ivl, heartbeat_ms);
    socket.set(zmq::sockopt::heartbeat_timeout, heartbeat_timeout_ms);
    socket.set(zmq::sockopt::reconnect_ivl_max, reconnect_max_ms);
    socket.set(zmq::sockopt::maxmsgsize, message_max);
    socket.set(zmq::sockopt::subscribe, "hashblock");
    socket.connect(endpoint);
    return socket;
}

}  // namespace

struct ZmqSubscriber::Core {
    Core(const std::string& its_endpoint, Executor& its_executor, Handler its_handler)
        : endpoint(its_endpoint),
          executor(its_executor),
          handler(std::make_shared<const Handler>(std::move(its_handler))),
          socket(subscribe(context, endpoint)),
          thread([this] { run(); }) {}
    ~Core() {
        context.shutdown();  // ends the recv
        thread.join();
    }
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    void run() {
        pthread_setname_np(pthread_self(), "zmq");
        try {
            for (;;) receive();
        } catch (const zmq::error_t& error) {
            if (error.num() != ETERM) {
                // Polling goes on without notices, only slower.
                log::error("ZMQ notices ended", {{"endpoint", endpoint}, {"reason", error.what()}});
            }
        }
        socket.close();  // on this thread, so that the context can end
    }

    // One message with all its frames.
    void receive() {
        std::array<zmq::message_t, frames_max> parts;
        std::array<ByteView, frames_max> frames;
        std::size_t count = 0;
        for (bool more = true; more; ++count) {
            zmq::message_t& part = parts[std::min(count, frames_max - 1)];
            if (!socket.recv(part)) continue;  // interrupted by a signal
            if (count < frames_max) {
                frames[count] = {static_cast<const std::uint8_t*>(part.data()), part.size()};
            }
            more = part.more();
        }
        const auto notice =
            count > frames_max ? reader.read({}) : reader.read(std::span(frames).first(count));
        if (!notice) {
            log::warn("ZMQ message ignored", {{"endpoint", endpoint}, {"reason", notice.error()}});
            return;
        }
        executor.post([weak = std::weak_ptr(handler), news = notice.value()] {
            if (const auto alive = weak.lock()) (*alive)(news);
        });
    }

    std::string endpoint;
    Executor& executor;
    std::shared_ptr<const Handler> handler;  // tasks hold it weakly: gone means destroyed
    NoticeReader reader;
    zmq::context_t context;
    zmq::socket_t socket;
    std::thread thread;  // last: it uses all of the above
};

Result<ZmqSubscriber> ZmqSubscriber::start(const std::string& endpoint, Executor& executor,
                                           Handler handler) {
    try {
        return ZmqSubscriber(std::make_unique<Core>(endpoint, executor, std::move(handler)));
    } catch (const zmq::error_t& error) {
        return failure(ErrorCode::malformed, "ZMQ endpoint " + endpoint + ": " + error.what());
    }
}

ZmqSubscriber::ZmqSubscriber(std::unique_ptr<Core> core) : core_(std::move(core)) {}
ZmqSubscriber::~ZmqSubscriber() = default;
ZmqSubscriber::ZmqSubscriber(ZmqSubscriber&&) noexcept = default;
ZmqSubscriber& ZmqSubscriber::operator=(ZmqSubscriber&&) noexcept = default;

}  // namespace lode::node
