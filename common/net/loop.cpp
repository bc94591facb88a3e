// The turns of the loop: wait, let in, run tasks, pass deadlines, close. Reading and writing are in
// loop_io.cpp.
#include "common/net/loop.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "common/base/log.hpp"

namespace lode::net {
namespace {

constexpr std::size_t events_at_once = 256;
// Steps of TLS handshakes in a turn: one with an RSA key takes a millisecond, which the shares of
// others wait for.
constexpr int handshakes_at_once = 8;
// Generation 0 belongs to no connection: such events are the loop's own.
constexpr std::uint64_t wake_key = 0xffffffff;

std::vector<metrics::Counter> closed_counters(metrics::Registry& registry, metrics::Labels labels) {
    labels.emplace_back("reason", "");
    std::vector<metrics::Counter> counters;
    for (std::size_t i = 0; i < close_reasons_count; ++i) {
        labels.back().second = to_string(static_cast<CloseReason>(i));
        counters.push_back(registry.counter("connections_closed_total",
                                            "Connections that ended, by reason.", labels));
    }
    return counters;
}

}  // namespace

LoopMetrics::LoopMetrics(metrics::Registry& registry, const metrics::Labels& labels)
    : received_bytes(registry.counter("received_bytes_total", "Bytes read of clients.", labels)),
      sent_bytes(registry.counter("sent_bytes_total", "Bytes written to clients.", labels)),
      handshaking(registry.gauge("connections_handshaking",
                                 "Connections whose TLS handshake or proxy header is awaited.",
                                 labels)),
      tls_connections(registry.gauge("tls_connections", "Open connections with TLS.", labels)),
      closed(closed_counters(registry, labels)) {}

Result<std::unique_ptr<Loop>> Loop::start(const LoopOptions& options, ConnectionHandler& handler) {
    FileDescriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    FileDescriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = wake_key;
    if (!epoll.valid() || !wake.valid() ||
        ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
        return failure(ErrorCode::unavailable,
                       std::string("cannot make an event loop: ") + std::strerror(errno));
    }
    std::unique_ptr<Loop> loop(new Loop(options, handler, std::move(epoll), std::move(wake)));
    loop->thread_ = std::thread([raw = loop.get()] { raw->run(); });
    return loop;
}

Loop::Loop(const LoopOptions& options, ConnectionHandler& handler, FileDescriptor epoll,
           FileDescriptor wake)
    : options_(options),
      handler_(handler),
      epoll_(std::move(epoll)),
      wake_(std::move(wake)),
      now_(options.clock->steady_now()),
      wheel_(now_),
      buffer_(new char[input_a_turn]),
      tls_buffer_(new char[TlsSession::record_max]) {}

Loop::~Loop() {
    stop();
}

void Loop::stop() {
    stopping_.store(true);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto woken = ::write(wake_.get(), &one, sizeof one);
    if (thread_.joinable()) thread_.join();
    std::vector<Task> dropped;
    {
        const std::lock_guard lock(mutex_);
        dropped.swap(tasks_);
    }
}

void Loop::post(Task task) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_.load(std::memory_order_relaxed)) return;
        first = tasks_.empty();
        tasks_.push_back(std::move(task));
    }
    if (!first) return;  // the one that was first has woken the loop
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto woken = ::write(wake_.get(), &one, sizeof one);
}

void Loop::adopt(FileDescriptor socket, const Peer& peer, const Entrance& entrance) {
    load_.fetch_add(1, std::memory_order_relaxed);
    // std::function wants copies to be possible.
    auto arrival = std::make_shared<Arrival>(Arrival{std::move(socket), peer, entrance});
    post([this, arrival] { register_connection(*arrival); });
}

void Loop::run() {
    ::pthread_setname_np(::pthread_self(), options_.name.substr(0, 15).c_str());
    log::set_service(options_.service);
    // OpenSSL writes without MSG_NOSIGNAL; a peer that has gone is an error of the write.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (!stopping_.load(std::memory_order_relaxed)) {
        wait_and_dispatch();
        run_tasks();
        pass_deadlines();
        flush();
        bury();
    }
    connections_.for_each([this](std::uint32_t slot, Connection& connection) {
        doom(connection, {slot, connection.generation}, CloseReason::stopped);
    });
    flush();
    bury();
}

void Loop::wait_and_dispatch() {
    std::array<epoll_event, events_at_once> events;
    int timeout = -1;
    if (!dirty_.empty() || !doomed_.empty()) {
        timeout = 0;  // closed() of one connection sent to, or closed, another
    } else if (const auto wake = wheel_.next_wake()) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(*wake - options_.clock->steady_now());
        timeout = static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    const int count = ::epoll_wait(epoll_.get(), events.data(), events_at_once, timeout);
    now_ = options_.clock->steady_now();
    handshakes_left_ = handshakes_at_once;
    // A negative count is EINTR, for example after the process was stopped and continued.
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        const auto id = ConnectionId::unpack(event.data.u64);
        if (event.data.u64 == wake_key) {
            std::uint64_t posts = 0;
            [[maybe_unused]] const auto taken = ::read(wake_.get(), &posts, sizeof posts);
        } else if (id.generation == 0) {
            // Held here, because the task may unwatch itself.
            const auto found = watched_.find(static_cast<int>(id.slot));
            if (found != watched_.end()) {
                const std::shared_ptr<Task> task = found->second;
                (*task)();
            }
        } else if (Connection* connection = present(id)) {
            pass_event(*connection, id, event.events);
        }
    }
}

void Loop::run_tasks() {
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(mutex_);
        tasks.swap(tasks_);
    }
    if (tasks.empty()) return;
    now_ = options_.clock->steady_now();  // reading may have taken a while
    for (Task& task : tasks) {
        task();
        task = nullptr;
    }
}

void Loop::pass_deadlines() {
    for (const auto& entry : wheel_.advance(now_)) {
        const auto id = ConnectionId::unpack(entry.id);
        if (id == slow_look) {
            close_slow_readers();
        } else {
            pass_deadline(id, entry.due);
        }
    }
}

void Loop::pass_deadline(ConnectionId id, SteadyTime due) {
    Connection* connection = find(id);
    if (connection == nullptr || connection->wheel_due != due) return;
    connection->wheel_due = SteadyTime::max();
    if (connection->deadline > now_) {
        set_deadline(id, connection->deadline);  // it was put off
        return;
    }
    connection->deadline = SteadyTime::max();
    if (connection->channel && !connection->channel->open()) {
        doom(*connection, id, CloseReason::handshake_timeout);
    } else {
        handler_.deadline(id);
    }
}

void Loop::set_deadline(ConnectionId id, SteadyTime deadline) {
    Connection* connection = find(id);
    if (connection == nullptr) return;
    connection->deadline = deadline;
    if (deadline >= connection->wheel_due) return;  // its entry will be seen early enough
    connection->wheel_due = deadline;
    wheel_.insert({id.packed(), deadline});
}

void Loop::register_connection(Arrival& arrival) {
    const bool known = arrival.entrance.preface == Preface::none;
    if (known && !handler_.admit(arrival.peer)) {
        load_.fetch_sub(1, std::memory_order_relaxed);
        options_.metrics.closed[static_cast<std::size_t>(CloseReason::by_us)].increment();
        return;
    }
    const std::uint32_t slot = connections_.next();
    if (++last_generation_ == 0) ++last_generation_;
    const ConnectionId id{slot, last_generation_};
    epoll_event event{};
    event.events = input_events;
    event.data.u64 = id.packed();
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, arrival.socket.get(), &event) != 0) {
        load_.fetch_sub(1, std::memory_order_relaxed);
        log::warn("connection not taken", {{"reason", std::strerror(errno)}});
        if (known) handler_.turned_back(arrival.peer, CloseReason::broken);
        return;
    }
    auto& connection = connections_.emplace(slot, std::move(arrival.socket), id.generation);
    if (arrival.entrance.direct()) {
        handler_.opened(id, arrival.peer);
        return;
    }
    options_.metrics.handshaking.increment();
    connection.channel = std::make_unique<Channel>(arrival.peer, std::move(arrival.entrance));
    if (known) connection.channel->set_admitted();
    set_deadline(id, now_ + options_.limits.handshake_timeout);
}

Connection* Loop::present(ConnectionId id) {
    Connection* connection = connections_.find(id.slot);
    return connection != nullptr && connection->generation == id.generation ? connection : nullptr;
}

Connection* Loop::find(ConnectionId id) {
    Connection* connection = present(id);
    const bool alive = connection != nullptr && connection->closing == CloseReason::none;
    return alive ? connection : nullptr;
}

void Loop::pass_event(Connection& connection, ConnectionId id, std::uint32_t events) {
    if (connection.channel && !connection.channel->open()) {
        if (connection.closing == CloseReason::none) enter(connection, id);
        return;
    }
    if ((events & EPOLLOUT) != 0) queued(connection, id);
    if ((events & ~std::uint32_t{EPOLLOUT}) != 0) read_from(connection, id);
}

void Loop::enter(Connection& connection, ConnectionId id) {
    // The event comes again in the next turn.
    if (handshakes_left_ == 0) return;
    --handshakes_left_;
    using State = Channel::Step::State;
    Channel& channel = *connection.channel;
    const std::span<char> scratch(buffer_.get(), input_a_turn);
    auto step = channel.enter(connection.socket.get(), scratch);
    if (step.state == State::addressed) {
        if (!admit(channel)) {
            doom(connection, id, CloseReason::by_us);
            return;
        }
        step = channel.enter(connection.socket.get(), scratch);
    }
    if (step.state == State::refused) refuse(connection, id, step.reason);
    if (step.state == State::open) tell_opened(connection, id);
}

bool Loop::admit(Channel& channel) {
    if (!handler_.admit(channel.peer())) return false;
    channel.set_admitted();
    return true;
}

void Loop::refuse(Connection& connection, ConnectionId id, CloseReason reason) {
    // Nobody is known behind it, so it counts as its sender's own.
    if (reason == CloseReason::bad_proxy_header) (void)admit(*connection.channel);
    doom(connection, id, reason);
}

void Loop::tell_opened(Connection& connection, ConnectionId id) {
    const Peer peer = connection.channel->peer();
    connection.deadline = SteadyTime::max();
    options_.metrics.handshaking.decrement();
    if (connection.channel->tls() != nullptr) {
        options_.metrics.tls_connections.increment();
    } else {
        connection.channel.reset();
    }
    handler_.opened(id, peer);
}

void Loop::close(ConnectionId id) {
    if (Connection* connection = find(id)) doom(*connection, id, CloseReason::by_us);
}

void Loop::doom(Connection& connection, ConnectionId id, CloseReason reason) {
    if (connection.closing != CloseReason::none) return;
    connection.closing = reason;
    doomed_.push_back(id);
}

// At the end of a turn, so that nothing disappears under a handler's feet.
void Loop::bury() {
    while (!doomed_.empty()) {
        std::vector<ConnectionId> doomed;
        doomed.swap(doomed_);
        for (const ConnectionId id : doomed) bury(id);
    }
}

void Loop::bury(ConnectionId id) {
    Connection& connection = *connections_.find(id.slot);
    const CloseReason reason = connection.closing;
    Channel* channel = connection.channel.get();
    const bool open = channel == nullptr || channel->open();
    if (!open) options_.metrics.handshaking.decrement();
    if (open && channel != nullptr) {
        options_.metrics.tls_connections.decrement();
        channel->tls()->say_goodbye();
    }
    options_.metrics.closed[static_cast<std::size_t>(reason)].increment();
    load_.fetch_sub(1, std::memory_order_relaxed);
    // Told before the peer can see it, so that whoever comes again finds it done.
    if (open) {
        handler_.closed(id, reason);
    } else if (channel->admitted()) {
        handler_.turned_back(channel->peer(), reason);
    }
    connections_.erase(id.slot);
}

Result<void> Loop::watch(int fd, Task readable) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<std::uint32_t>(fd);
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        return failure(ErrorCode::unavailable,
                       std::string("cannot watch a socket: ") + std::strerror(errno));
    }
    watched_[fd] = std::make_shared<Task>(std::move(readable));
    return success();
}

void Loop::unwatch(int fd) {
    if (watched_.erase(fd) != 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

}  // namespace lode::net
