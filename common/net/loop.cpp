// The turns of the loop: wait, read and hand over lines, run tasks, pass deadlines, write, close.
#include "common/net/loop.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "common/base/log.hpp"

namespace lode::net {
namespace {

// A client's pipelined burst in one call; also how much one client gets before the next has a turn.
constexpr std::size_t read_buffer_size = 64 * 1024;
constexpr std::size_t events_at_once = 256;
// Written in groups while a job goes out to all, so that the first clients do not wait for the
// last, and that few Outputs are in use at a time.
constexpr std::size_t dirty_max = 64;
// Generation 0 belongs to no connection: such events are the loop's own.
constexpr std::uint64_t wake_key = 0xffffffff;
constexpr std::uint32_t input_events = EPOLLIN | EPOLLRDHUP;

}  // namespace

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
      read_buffer_(new char[read_buffer_size]) {}

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

void Loop::adopt(FileDescriptor socket, const Peer& peer) {
    load_.fetch_add(1, std::memory_order_relaxed);
    // std::function wants copies to be possible.
    auto shared = std::make_shared<FileDescriptor>(std::move(socket));
    post([this, shared, peer] { register_connection(std::move(*shared), peer); });
}

void Loop::run() {
    ::pthread_setname_np(::pthread_self(), options_.name.substr(0, 15).c_str());
    log::set_service(options_.service);
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
        } else if (Connection* connection = find(id)) {
            if ((event.events & EPOLLOUT) != 0) queued(*connection, id);
            if ((event.events & ~std::uint32_t{EPOLLOUT}) != 0) read_from(*connection, id);
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
        Connection* connection = find(id);
        if (connection == nullptr || connection->wheel_due != entry.due) continue;
        connection->wheel_due = SteadyTime::max();
        if (connection->deadline > now_) {
            set_deadline(id, connection->deadline);  // it was put off
        } else {
            connection->deadline = SteadyTime::max();
            handler_.deadline(id);
        }
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

void Loop::register_connection(FileDescriptor socket, const Peer& peer) {
    const std::uint32_t slot = connections_.next();
    if (++last_generation_ == 0) ++last_generation_;
    const ConnectionId id{slot, last_generation_};
    epoll_event event{};
    event.events = input_events;
    event.data.u64 = id.packed();
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) {
        load_.fetch_sub(1, std::memory_order_relaxed);
        log::warn("connection not taken", {{"reason", std::strerror(errno)}});
        return;
    }
    connections_.emplace(slot, std::move(socket), id.generation);
    handler_.opened(id, peer);
}

Connection* Loop::find(ConnectionId id) {
    Connection* connection = connections_.find(id.slot);
    const bool alive = connection != nullptr && connection->generation == id.generation &&
                       connection->closing == CloseReason::none;
    return alive ? connection : nullptr;
}

void Loop::read_from(Connection& connection, ConnectionId id) {
    ssize_t count = -1;
    do {
        count = ::recv(connection.socket.get(), read_buffer_.get(), read_buffer_size, 0);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        options_.received_bytes.increment(static_cast<std::uint64_t>(count));
        take_lines(connection, id, {read_buffer_.get(), static_cast<std::size_t>(count)});
    } else if (count == 0) {
        doom(connection, id, CloseReason::by_peer);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
        doom(connection, id, CloseReason::broken);
    }
}

void Loop::take_lines(Connection& connection, ConnectionId id, std::string_view bytes) {
    while (connection.closing == CloseReason::none && !bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const std::string_view part = bytes.substr(0, newline);
        const std::size_t before = connection.half_line ? connection.half_line->size() : 0;
        if (before + part.size() > options_.line_size_max) {
            doom(connection, id, CloseReason::line_too_long);
            return;
        }
        if (newline == std::string_view::npos) {
            if (!connection.half_line) connection.half_line = std::make_unique<std::string>();
            *connection.half_line += part;
            return;
        }
        if (connection.half_line) {
            finish_half_line(connection, id, part);
        } else {
            give_line(id, part);
        }
        bytes.remove_prefix(newline + 1);
    }
}

void Loop::finish_half_line(Connection& connection, ConnectionId id, std::string_view rest) {
    const std::unique_ptr<std::string> whole = std::move(connection.half_line);
    *whole += rest;
    give_line(id, *whole);
}

void Loop::give_line(ConnectionId id, std::string_view line) {
    if (line.empty() || line == "\r") return;
    handler_.line(id, line);
}

void Loop::send(ConnectionId id, std::string_view text) {
    Connection* connection = find(id);
    if (connection == nullptr) return;
    if (Output* output = output_of(*connection, id)) {
        output->add(text);
        queued(*connection, id);
    }
}

void Loop::send(ConnectionId id, const SharedText& text) {
    Connection* connection = find(id);
    if (connection == nullptr) return;
    if (Output* output = output_of(*connection, id)) {
        output->add(text);
        queued(*connection, id);
    }
}

// Null when the peer has too much unread already.
Output* Loop::output_of(Connection& connection, ConnectionId id) {
    if (!connection.output) {
        if (spare_outputs_.empty()) {
            connection.output = std::make_unique<Output>();
        } else {
            connection.output = std::move(spare_outputs_.back());
            spare_outputs_.pop_back();
        }
    }
    // Asked while the socket is known to be full only: within one turn of the loop a client may
    // be owed more, which the write at the turn's end shows.
    if (connection.waits_for_room && connection.output->size() > options_.output_size_max) {
        doom(connection, id, CloseReason::slow_reader);
        return nullptr;
    }
    return connection.output.get();
}

void Loop::queued(Connection& connection, ConnectionId id) {
    if (connection.dirty) return;
    if (dirty_.size() >= dirty_max) flush();
    connection.dirty = true;
    dirty_.push_back(id);
}

void Loop::flush() {
    for (const ConnectionId id : dirty_) {
        Connection* connection = connections_.find(id.slot);
        if (connection == nullptr || connection->generation != id.generation) continue;
        connection->dirty = false;
        write_to(*connection, id);
    }
    dirty_.clear();
}

void Loop::write_to(Connection& connection, ConnectionId id) {
    if (!connection.output || connection.output->size() == 0) return;
    if (connection.closing != CloseReason::none && connection.closing != CloseReason::by_us) return;
    const auto progress = connection.output->write_to(connection.socket.get());
    options_.sent_bytes.increment(progress.bytes);
    switch (progress.written) {
        case Output::Written::all:
            recycle(connection);
            listen_for(connection, id, input_events);
            break;
        case Output::Written::some:
            if (connection.closing != CloseReason::none) break;
            if (connection.output->size() > options_.output_size_max) {
                doom(connection, id, CloseReason::slow_reader);
            } else {
                listen_for(connection, id, input_events | EPOLLOUT);
            }
            break;
        case Output::Written::failed:
            if (connection.closing == CloseReason::none) doom(connection, id, CloseReason::broken);
            break;
    }
}

void Loop::recycle(Connection& connection) {
    connection.output->reset();
    if (spare_outputs_.size() < dirty_max) {
        spare_outputs_.push_back(std::move(connection.output));
    }
    connection.output.reset();
}

void Loop::listen_for(Connection& connection, ConnectionId id, std::uint32_t events) {
    const bool wants_room = (events & EPOLLOUT) != 0;
    if (connection.waits_for_room == wants_room) return;
    connection.waits_for_room = wants_room;
    epoll_event event{};
    event.events = events;
    event.data.u64 = id.packed();
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket.get(), &event) != 0) {
        doom(connection, id, CloseReason::broken);
    }
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
        for (const ConnectionId id : doomed) {
            const CloseReason reason = connections_.find(id.slot)->closing;
            connections_.erase(id.slot);
            load_.fetch_sub(1, std::memory_order_relaxed);
            handler_.closed(id, reason);
        }
    }
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
