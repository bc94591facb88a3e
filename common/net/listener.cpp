// bind() and listen() with errors that name the address.
#include "common/net/listener.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

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
    if (::bind(socket.get(), address.get(), address.size) != 0) return listen_failure(name, errno);
    SocketAddress bound;
    bound.size = sizeof bound.storage;
    if (::getsockname(socket.get(), bound.get(), &bound.size) != 0) {
        return listen_failure(name, errno);
    }
    return Listener(std::move(socket), bound.port(), bound.text());
}

Result<void> Listener::listen() {
    if (::listen(socket_.get(), backlog) != 0) return listen_failure(name_, errno);
    return success();
}

}  // namespace lode::net
