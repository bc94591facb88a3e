// A TCP listener on a free loopback port that says exactly the bytes it is told, for what no
// proper HTTP server would do; and a client that does the same.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "common/base/file.hpp"

namespace lode::test {

// One end of a connection, blocking.
class RawConnection {
  public:
    explicit RawConnection(FileDescriptor socket) : socket_(std::move(socket)) {}
    [[nodiscard]] static RawConnection to(std::uint16_t port);

    void send(std::string_view bytes);
    // Reads until the text so far contains `end`; gives it all. What came before the peer closed
    // when `end` never comes.
    std::string read_until(std::string_view end);
    std::string read_all() { return read_until("\xff never sent"); }

  private:
    FileDescriptor socket_;
};

class RawPeer {
  public:
    // Each connection in turn goes to the script with its number, from 0; it is closed when the
    // script returns.
    using Script = std::function<void(int number, RawConnection&)>;
    explicit RawPeer(Script script);
    ~RawPeer();
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    FileDescriptor listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace lode::test
