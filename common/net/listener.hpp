// A listening TCP socket on an IPv4 or IPv6 address.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/file.hpp"
#include "common/base/result.hpp"

namespace lode::net {

struct ListenerOptions {
    std::string address = "0.0.0.0";  // IPv4 or IPv6; "::" is IPv6 only, list both for both
    std::uint16_t port = 0;           // 0: any free one
};

class Listener {
  public:
    // A burst of thousands of miners after a power cut must fit.
    static constexpr int backlog = 8192;
    // What the kernel makes of it: net.core.somaxconn caps it.
    [[nodiscard]] static int backlog_granted();

    // Takes the port without answering on it yet: a client is refused and goes to its next pool.
    // Malformed when the address is none of this machine, conflict naming it when another
    // process listens there.
    [[nodiscard]] static Result<Listener> bind(const ListenerOptions& options);

    // From now on clients are let in.
    [[nodiscard]] Result<void> listen();

    [[nodiscard]] int fd() const { return socket_.get(); }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    // "address:port", IPv6 in brackets.
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    Listener(FileDescriptor socket, std::uint16_t port, std::string name)
        : socket_(std::move(socket)), port_(port), name_(std::move(name)) {}

    FileDescriptor socket_;
    std::uint16_t port_ = 0;
    std::string name_;
};

}  // namespace lode::net
