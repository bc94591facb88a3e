// A thread with an epoll set: thousands of line-based connections, their deadlines, and tasks from
// other threads. What the lines mean is the handler's business.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/executor.hpp"
#include "common/base/file.hpp"
#include "common/base/ip_address.hpp"
#include "common/base/result.hpp"
#include "common/base/slab.hpp"
#include "common/metrics/metrics.hpp"
#include "common/net/connection.hpp"
#include "common/net/timer_wheel.hpp"

namespace lode::net {

// Told of everything on the loop's thread. Nothing is called again for a connection after closed().
class ConnectionHandler {
  public:
    virtual ~ConnectionHandler() = default;
    // Asked once it is known from where a connection comes: at once, or after a proxy's header, and
    // before a handshake costs anything. If it is not let in it is closed and not told of again.
    [[nodiscard]] virtual bool admit(const Peer& /*peer*/) { return true; }
    // One that was admitted ended before it was open. A header that is no good is its sender's, who
    // is asked for as for any client.
    virtual void turned_back(const Peer& /*peer*/, CloseReason /*reason*/) {}
    // Admitted, and a TLS handshake is done where the entrance wants one.
    virtual void opened(ConnectionId id, const Peer& peer) = 0;
    // Without the newline; empty lines are left out. The view ends with the call.
    virtual void line(ConnectionId id, std::string_view line) = 0;
    // One that came in the turn in which its connection was closed, behind what closed it; at most
    // Loop::input_a_turn of them. Nobody waits for an answer.
    virtual void late_line(ConnectionId /*id*/, std::string_view /*line*/) {}
    // The deadline set last has passed; it is not set any more.
    virtual void deadline(ConnectionId id) = 0;
    virtual void closed(ConnectionId id, CloseReason reason) = 0;
};

// How far one client may go; each is closed beyond it.
struct ConnectionLimits {
    std::size_t line_size_max = 8 * 1024;
    // 250 jobs of 1 kB, more than an hour of them.
    std::size_t output_size_max = 256 * 1024;
    // Output of which the socket takes no byte for so long.
    Duration send_timeout = std::chrono::seconds(60);
    // For a proxy's header and the TLS handshake together.
    Duration handshake_timeout = std::chrono::seconds(10);
};

// What loops and all their connections count; `labels` tell one loop's from another's.
struct LoopMetrics {
    LoopMetrics(metrics::Registry& registry, const metrics::Labels& labels);

    metrics::Counter received_bytes;  // of lines: without TLS's own
    metrics::Counter sent_bytes;
    metrics::Gauge handshaking;            // not open yet
    metrics::Gauge tls_connections;        // open ones
    std::vector<metrics::Counter> closed;  // by CloseReason
};

struct LoopOptions {
    std::string name;     // of the thread, 15 characters
    std::string service;  // whose log lines the thread writes
    const Clock* clock = &system_clock();
    LoopMetrics metrics;
    ConnectionLimits limits{};
};

class Loop final : public Executor {
  public:
    // What one client is read of before the next has a turn: 300 requests, some tenths of a
    // millisecond. One call reads it all, and a whole record of TLS.
    static constexpr std::size_t input_a_turn = 16 * 1024;

    // Starts the thread; unavailable when the system has no descriptors left. The handler
    // outlives the loop.
    [[nodiscard]] static Result<std::unique_ptr<Loop>> start(const LoopOptions& options,
                                                             ConnectionHandler& handler);
    // Closes every connection, joins, drops the tasks not yet run.
    ~Loop() override;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // ---- from any thread ----
    void post(Task task) override;
    // Takes over a connected, non-blocking socket.
    void adopt(FileDescriptor socket, const Peer& peer, const Entrance& entrance = {});
    // Connections it has or is about to adopt.
    [[nodiscard]] std::size_t load() const { return load_.load(std::memory_order_relaxed); }
    // From any thread but its own: closes every connection and joins. Idempotent.
    void stop();

    // ---- on the loop's own thread; an id that is gone is passed over ----
    void send(ConnectionId id, std::string_view text);
    void send(ConnectionId id, const SharedText& text);
    // Sends what the socket takes at once, then closes.
    void close(ConnectionId id);
    void set_deadline(ConnectionId id, SteadyTime deadline);
    // The time of this turn of the loop, read once for its input and once for its tasks.
    [[nodiscard]] SteadyTime now() const { return now_; }
    // Runs the task whenever `fd` is readable, until unwatch. The fd outlives the watch.
    [[nodiscard]] Result<void> watch(int fd, Task readable);
    void unwatch(int fd);

  private:
    static constexpr std::uint32_t input_events = EPOLLIN | EPOLLRDHUP;
    // An entry of the wheel that is no connection's: suspects are to be looked at.
    static constexpr ConnectionId slow_look{0, 0};

    Loop(const LoopOptions& options, ConnectionHandler& handler, FileDescriptor epoll,
         FileDescriptor wake);
    void run();
    void wait_and_dispatch();
    void run_tasks();
    void pass_deadlines();
    void pass_deadline(ConnectionId id, SteadyTime due);
    // A connected socket on its way in.
    struct Arrival {
        FileDescriptor socket;
        Peer peer;
        Entrance entrance;
    };
    void register_connection(Arrival& arrival);
    void enter(Connection& connection, ConnectionId id);
    [[nodiscard]] bool admit(Channel& channel);
    void refuse(Connection& connection, ConnectionId id, CloseReason reason);
    void tell_opened(Connection& connection, ConnectionId id);
    void pass_event(Connection& connection, ConnectionId id, std::uint32_t events);
    void read_from(Connection& connection, ConnectionId id);
    void read_tls(Connection& connection, ConnectionId id);
    void take_bytes(Connection& connection, ConnectionId id, std::size_t count);
    void take_lines(Connection& connection, ConnectionId id, std::string_view bytes);
    void finish_half_line(Connection& connection, ConnectionId id, std::string_view rest);
    void give_line(const Connection& connection, ConnectionId id, std::string_view line);
    // Also one that is closed in this turn.
    [[nodiscard]] Connection* present(ConnectionId id);
    [[nodiscard]] Connection* find(ConnectionId id);
    [[nodiscard]] Output* output_of(Connection& connection, ConnectionId id);
    void queued(Connection& connection, ConnectionId id);
    void flush();
    void write_to(Connection& connection, ConnectionId id);
    void suspect(Connection& connection, ConnectionId id);
    void close_slow_readers();
    void recycle(Connection& connection);
    void listen_for(Connection& connection, ConnectionId id, std::uint32_t events);
    void doom(Connection& connection, ConnectionId id, CloseReason reason);
    void bury();
    void bury(ConnectionId id);

    LoopOptions options_;
    ConnectionHandler& handler_;
    const FileDescriptor epoll_;
    const FileDescriptor wake_;  // eventfd
    SteadyTime now_;

    Slab<Connection> connections_;
    std::uint32_t last_generation_ = 0;
    TimerWheel wheel_;
    std::vector<ConnectionId> dirty_;
    std::vector<ConnectionId> doomed_;
    std::vector<std::unique_ptr<Output>> spare_outputs_;
    // Those whose socket took no more; looked through once a second while there are any.
    std::vector<ConnectionId> suspects_;
    int handshakes_left_ = 0;  // in this turn
    std::unordered_map<int, std::shared_ptr<Task>> watched_;
    // One for all connections: whatever is left of it after a read is half a line.
    const std::unique_ptr<char[]> buffer_;
    // Apart from it, because lines that are read are answered while they lie there.
    const std::unique_ptr<char[]> tls_buffer_;

    std::mutex mutex_;  // guards tasks_
    std::vector<Task> tasks_;
    std::atomic<std::size_t> load_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace lode::net
