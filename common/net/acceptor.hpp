// Lets clients in: one acceptor a listener, on the first loop's thread, gives each socket to the
// loop with the fewest connections. (SO_REUSEPORT would spread by hash, unevenly, and would hide a
// second pool on the port.)
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/base/result.hpp"
#include "common/metrics/metrics.hpp"
#include "common/net/listener.hpp"
#include "common/net/loop.hpp"

namespace lode::net {

struct AcceptorOptions {
    std::uint32_t listener = 0;  // told to handlers as Peer::listener
    // Of all loops together. Above it clients are closed at once, so that they try their next pool.
    std::size_t connections_max = 0;
    metrics::Counter accepted;
    metrics::Counter turned_away;  // by connections_max, or for want of file descriptors
    // Who connects for others, and must say for whom before anything else.
    std::vector<AddressRange> proxy_from{};
    std::shared_ptr<const TlsContext> tls{};  // null: plain
};

class Acceptor {
  public:
    // Listens from now on. The loops outlive it.
    [[nodiscard]] static Result<Acceptor> start(Listener listener, std::vector<Loop*> loops,
                                                const AcceptorOptions& options);
    // From any thread; the port is free soon afterwards.
    ~Acceptor();
    Acceptor(Acceptor&&) noexcept = default;
    Acceptor& operator=(Acceptor&&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    // Connections accepted from now on; from any thread.
    void renew(std::shared_ptr<const TlsContext> tls);

  private:
    struct Core;
    explicit Acceptor(std::shared_ptr<Core> core) : core_(std::move(core)) {}
    std::shared_ptr<Core> core_;
};

}  // namespace lode::net
