// bind() and listen() with errors that name the address.
#include "common/net/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "common/net/socket_address.hpp"

namespace lode::net {
namespace {

auto listen_failure(const std::string& name, int number) {
    const std::string reason = name + ": " + std::strerror(number);
    switch (number) {
        case EADDRINUSE:
            return failure(ErrorCode::conflict, reason + ": another process listens there");
        case EADDRNOTAVAIL:
        case EAFNOSUPPORT:
            return failure(ErrorCode::malformed, reason);
        default:
            return failure(ErrorCode::unavailable, reason);
    }
}

// Kernel memory of a client that never reads; several jobs of any size fit.
constexpr int send_buffer_size = 64 * 1024;
// And of one that sends while its loop is busy: hundreds of shares.
constexpr int receive_buffer_size = 32 * 1024;
// A peer that acknowledges nothing for so long is gone.
constexpr unsigned unacknowledged_ms = 120'000;
// One that was sent nothing for so long is asked, by the kernel alone, whether it is there.
constexpr int idle_s = 120;
constexpr int probe_interval_s = 30;

// Accepted sockets have them from their listener, so that they cost no call each.
void set_options(int socket) {
    const auto set = [socket](int level, int name, auto value) {
        ::setsockopt(socket, level, name, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_SNDBUF, send_buffer_size);
    set(SOL_SOCKET, SO_RCVBUF, receive_buffer_size);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, unacknowledged_ms);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
    set(IPPROTO_TCP, TCP_KEEPINTVL, probe_interval_s);
}

}  // namespace

Result<Listener> Listener::bind(const ListenerOptions& options) {
    LODE_TRY(auto address, parse_socket_address(options.address, options.port));
    const std::string name = address.text();
    FileDescriptor socket(
        ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return listen_failure(name, errno);
    const int on = 1;
    // A restart must not wait for old connections' TIME_WAIT.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.family() == AF_INET6) {
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    set_options(socket.get());
    if (::bind(socket.get(), address.get(), address.size) != 0) return listen_failure(name, errno);
    SocketAddress bound;
    bound.size = sizeof bound.storage;
    if (::getsockname(socket.get(), bound.get(), &bound.size) != 0) {
        return listen_failure(name, errno);
    }
    return Listener(std::move(socket), bound.port(), bound.text());
}

int Listener::backlog_granted() {
    std::ifstream limit("/proc/sys/net/core/somaxconn");
    int most = backlog;
    limit >> most;
    return std::min(most, backlog);
}

Result<void> Listener::listen() {
    if (::listen(socket_.get(), backlog) != 0) return listen_failure(name_, errno);
    return success();
}

}  // namespace lode::net
