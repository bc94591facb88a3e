// Header first, handshake second, each as far as the bytes there are.
#include "common/net/channel.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "common/net/proxy_header.hpp"

namespace lode::net {
namespace {

using State = Channel::Step::State;

Channel::Step refused(CloseReason reason) {
    return {State::refused, reason};
}

ssize_t receive(int socket, std::span<char> to, int flags) {
    ssize_t count = -1;
    do {
        count = ::recv(socket, to.data(), to.size(), flags);
    } while (count < 0 && errno == EINTR);
    return count;
}

// What recv() gave instead of bytes.
Channel::Step no_bytes(ssize_t count) {
    if (count == 0) return refused(CloseReason::by_peer);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {State::wants_input};
    return refused(CloseReason::broken);
}

}  // namespace

Channel::Step Channel::enter(int socket, std::span<char> scratch) {
    if (entrance_.preface == Preface::proxy_header) {
        return take_header(socket, scratch);
    }
    if (entrance_.tls) return shake_hands(socket);
    open_ = true;
    return {State::open};
}

// Looks before it takes: what follows the header belongs to others.
Channel::Step Channel::take_header(int socket, std::span<char> scratch) {
    const auto seen = receive(socket, scratch.first(proxy_header_max), MSG_PEEK);
    if (seen <= 0) return no_bytes(seen);
    const std::size_t before = header_.size();
    header_.append(scratch.data(), static_cast<std::size_t>(seen));
    const ProxyHeader header = parse_proxy_header(as_bytes(header_));
    if (header.state == ProxyHeader::State::malformed) {
        return refused(CloseReason::bad_proxy_header);
    }
    const bool complete = header.state == ProxyHeader::State::complete;
    const std::size_t end = complete ? header.size : header_.size();
    const auto taken = receive(socket, scratch.first(end - before), 0);
    if (taken <= 0) return no_bytes(taken);
    if (!complete) return {State::wants_input};
    if (header.source) {
        peer_.address = header.source->address;
        peer_.port = header.source->port;
    }
    header_ = {};
    entrance_.preface = Preface::none;
    return {State::addressed};
}

Channel::Step Channel::shake_hands(int socket) {
    if (!tls_) {
        char first = 0;
        const auto seen = receive(socket, {&first, 1}, MSG_PEEK);
        if (seen <= 0) return no_bytes(seen);
        if (first != tls_hello) return refused(CloseReason::plain_on_tls_port);
        tls_.emplace(*entrance_.tls, socket);
    }
    switch (tls_->accept().state) {
        case TlsState::done:
            open_ = true;
            return {State::open};
        case TlsState::wants_input:
            return {State::wants_input};
        case TlsState::ended:
            return refused(CloseReason::by_peer);
        case TlsState::broken:
            return refused(CloseReason::broken);
        case TlsState::wants_room:  // our few certificates fit into any socket's buffer
        case TlsState::failed:
            break;
    }
    return refused(CloseReason::tls_failed);
}

}  // namespace lode::net
