// Blocking sockets, for tests only.
#include "tests/common/http/raw_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "common/base/assert.hpp"

namespace lode::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

FileDescriptor new_socket() {
    FileDescriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    LODE_ASSERT(made.valid());
    return made;
}

}  // namespace

RawConnection RawConnection::to(std::uint16_t port) {
    FileDescriptor socket = new_socket();
    const auto address = loopback(port);
    const int connected =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    LODE_ASSERT(connected == 0);
    return RawConnection(std::move(socket));
}

void RawConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the peer has gone, which some tests want
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string RawConnection::read_until(std::string_view end) {
    std::string text;
    std::array<char, 4096> block{};
    while (text.find(end) == text.npos) {
        const auto count = ::recv(socket_.get(), block.data(), block.size(), 0);
        if (count <= 0) break;
        text.append(block.data(), static_cast<std::size_t>(count));
    }
    return text;
}

RawPeer::RawPeer(Script script) : listener_(new_socket()) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool listening = ::bind(listener_.get(), generic, size) == 0 &&
                           ::listen(listener_.get(), 8) == 0 &&
                           ::getsockname(listener_.get(), generic, &size) == 0;
    LODE_ASSERT(listening);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, script = std::move(script)] {
        for (int number = 0;; ++number) {
            FileDescriptor accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!accepted.valid()) return;
            RawConnection connection(std::move(accepted));
            script(number, connection);
        }
    });
}

RawPeer::~RawPeer() {
    ::shutdown(listener_.get(), SHUT_RDWR);  // ends the accept
    thread_.join();
}

}  // namespace lode::test
