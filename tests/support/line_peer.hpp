// The other end of a line connection on loopback, driven by the test with blocking calls: a plain
// listening socket and the one connection accepted on it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lode::test {

class LinePeer {
  public:
    LinePeer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* raw = reinterpret_cast<sockaddr*>(&address);
        require(::bind(listener_, raw, size) == 0, "bind");
        require(::listen(listener_, 8) == 0, "listen");
        require(::getsockname(listener_, raw, &size) == 0, "getsockname");
        port_ = ntohs(address.sin_port);
    }
    ~LinePeer() {
        hang_up();
        if (listener_ >= 0) ::close(listener_);
    }
    LinePeer(const LinePeer&) = delete;
    LinePeer& operator=(const LinePeer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    // Takes the next connection in place of the one before.
    void accept() {
        hang_up();
        wait_readable(listener_);
        connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        require(connection_ >= 0, "accept");
    }

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            require(sent > 0, "send");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    // The next line without its newline; empty when the client has closed.
    [[nodiscard]] std::optional<std::string> line() {
        while (true) {
            if (const std::size_t end = begun_.find('\n'); end != std::string::npos) {
                std::string whole = begun_.substr(0, end);
                begun_.erase(0, end + 1);
                return whole;
            }
            char chunk[4096];
            wait_readable(connection_);
            const ssize_t size = ::recv(connection_, chunk, sizeof chunk, 0);
            if (size <= 0) return std::nullopt;
            begun_.append(chunk, static_cast<std::size_t>(size));
        }
    }

    // A line or the end of the connection can be read without waiting for more than a blink.
    [[nodiscard]] bool readable() const {
        pollfd wanted{connection_, POLLIN, 0};
        return !begun_.empty() || ::poll(&wanted, 1, 0) == 1;
    }

    // Later connections are refused.
    void stop_listening() {
        ::close(listener_);
        listener_ = -1;
    }

    void hang_up() {
        if (connection_ >= 0) ::close(connection_);
        connection_ = -1;
        begun_.clear();
    }

  private:
    static void require(bool ok, const char* what) {
        if (!ok) throw std::runtime_error(std::string("line peer: ") + what + " failed");
    }
    // 30 s: longer than any test needs, so that a hang fails and says where.
    static void wait_readable(int socket) {
        pollfd wanted{socket, POLLIN, 0};
        require(::poll(&wanted, 1, 30'000) == 1, "waiting");
    }

    int listener_;
    int connection_ = -1;
    std::uint16_t port_ = 0;
    std::string begun_;
};

}  // namespace lode::test
