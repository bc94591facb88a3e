// A loop with a handler that remembers what it was told, and plain blocking clients on loopback.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/metrics/metrics.hpp"
#include "common/net/acceptor.hpp"
#include "common/net/loop.hpp"
#include "common/net/socket_address.hpp"

namespace lode::test {

// Longer than any honest wait on a busy machine; only a failing test reaches it.
inline constexpr std::chrono::seconds patience(60);

class RecordingHandler final : public net::ConnectionHandler {
  public:
    using OnLine = std::function<void(net::ConnectionId, std::string_view)>;
    using OnEvent = std::function<void(net::ConnectionId)>;

    OnEvent on_opened = [](net::ConnectionId) {};
    OnLine on_line = [](net::ConnectionId, std::string_view) {};
    OnEvent on_deadline = [](net::ConnectionId) {};

    bool admit(const net::Peer& peer) override {
        note([&] { asked.push_back(peer.address.text()); });
        return peer.address.text() != refused;
    }
    void turned_back(const net::Peer& peer, net::CloseReason reason) override {
        note([&] { turned_backs.emplace_back(peer.address.text(), reason); });
    }
    void opened(net::ConnectionId id, const net::Peer& peer) override {
        on_opened(id);
        note([&] {
            open_ids.push_back(id);
            peers.push_back(peer);
        });
    }
    void line(net::ConnectionId id, std::string_view text) override {
        on_line(id, text);
        note([&] { lines.emplace_back(text); });
    }
    void late_line(net::ConnectionId, std::string_view text) override {
        note([&] { late_lines.emplace_back(text); });
    }
    void deadline(net::ConnectionId id) override {
        on_deadline(id);
        note([&] { ++deadlines; });
    }
    void closed(net::ConnectionId id, net::CloseReason reason) override {
        note([&] {
            std::erase(open_ids, id);
            reasons.push_back(reason);
        });
    }

    // Waits until the condition holds on what is recorded.
    [[nodiscard]] bool wait(const std::function<bool()>& condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, condition);
    }

    std::string refused;             // an address; set before the first connection
    std::vector<std::string> asked;  // addresses that wanted to be let in
    std::vector<std::pair<std::string, net::CloseReason>> turned_backs;
    std::vector<net::ConnectionId> open_ids;
    std::vector<net::Peer> peers;  // of all that were ever open
    std::vector<std::string> lines;
    std::vector<std::string> late_lines;
    std::vector<net::CloseReason> reasons;
    int deadlines = 0;

  private:
    void note(const std::function<void()>& change) {
        const std::lock_guard lock(mutex_);
        change();
        changed_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable changed_;
};

class Client {
  public:
    explicit Client(std::uint16_t port, int receive_buffer = 0, const char* host = "127.0.0.1") {
        const auto to = net::parse_socket_address(host, port).value();
        socket_ = FileDescriptor(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (receive_buffer > 0) {
            ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                         sizeof receive_buffer);
        }
        connected_ = ::connect(socket_.get(), to.get(), to.size) == 0;
    }

    [[nodiscard]] bool connected() const { return connected_; }
    void send(std::string_view text) const {
        REQUIRE(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(text.size()));
    }
    // Reads until `text` came or the server closed; gives all that came.
    [[nodiscard]] std::string read_until(std::string_view text) const {
        std::string all;
        char block[65536];
        while (all.find(text) == std::string::npos) {
            const auto count = receive(block, sizeof block);
            if (count <= 0) break;
            all.append(block, static_cast<std::size_t>(count));
        }
        return all;
    }
    [[nodiscard]] bool closed_by_server() const {
        char block[65536];
        ssize_t count = 1;
        while (count > 0) count = receive(block, sizeof block);
        return count == 0 || errno == ECONNRESET;
    }
    void close() { socket_ = FileDescriptor(); }
    [[nodiscard]] int fd() const { return socket_.get(); }

  private:
    ssize_t receive(char* to, std::size_t size) const {
        pollfd ready{socket_.get(), POLLIN, 0};
        const int limit = static_cast<int>(std::chrono::milliseconds(patience).count());
        if (::poll(&ready, 1, limit) != 1) return -1;
        return ::recv(socket_.get(), to, size, 0);
    }
    FileDescriptor socket_;
    bool connected_ = false;
};

// Loops that share a handler, and an acceptor before them.
class Server {
  public:
    struct Options {
        std::size_t loops = 1;
        std::size_t connections_max = 100'000;
        net::ConnectionLimits limits{};
        const char* address = "127.0.0.1";
        std::vector<AddressRange> proxy_from{};
        std::shared_ptr<const net::TlsContext> tls{};
    };

    explicit Server(RecordingHandler& handler) : Server(handler, Options()) {}
    Server(RecordingHandler& handler, const Options& options) {
        for (std::size_t i = 0; i < options.loops; ++i) {
            net::LoopOptions loop_options{
                .name = "test-loop",
                .service = "test",
                .metrics = net::LoopMetrics(registry, {{"loop", std::to_string(i)}}),
                .limits = options.limits};
            loops.push_back(net::Loop::start(loop_options, handler).value());
        }
        acceptor = std::make_unique<net::Acceptor>(
            net::Acceptor::start(net::Listener::bind({.address = options.address}).value(),
                                 pointers(),
                                 {.connections_max = options.connections_max,
                                  .accepted = registry.counter("accepted_total", "Accepted."),
                                  .turned_away = registry.counter("turned_away_total", "Not."),
                                  .proxy_from = options.proxy_from,
                                  .tls = options.tls})
                .value());
    }
    ~Server() {
        acceptor.reset();
        for (auto& loop : loops) loop->stop();
    }

    [[nodiscard]] std::vector<net::Loop*> pointers() const {
        std::vector<net::Loop*> all;
        for (const auto& loop : loops) all.push_back(loop.get());
        return all;
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor->port(); }
    [[nodiscard]] net::Loop& loop() { return *loops.front(); }
    // How many connections of the first loop ended so.
    [[nodiscard]] std::uint64_t closed(net::CloseReason reason) {
        return net::LoopMetrics(registry, {{"loop", "0"}})
            .closed[static_cast<std::size_t>(reason)]
            .value();
    }

    metrics::Registry registry;
    std::vector<std::unique_ptr<net::Loop>> loops;
    std::unique_ptr<net::Acceptor> acceptor;
};

}  // namespace lode::test
