// The ports that miners come in by. Taken at the start, so that one that another process listens
// on is known at once; answered on only while there is work.
#pragma once

#include <vector>

#include "common/base/result.hpp"
#include "common/net/acceptor.hpp"
#include "common/net/listener.hpp"
#include "sserver/config.hpp"
#include "sserver/probe.hpp"

namespace lode::sserver {

[[nodiscard]] net::ConnectionLimits connection_limits(const Config& config);

class Doors {
  public:
    // Both outlive it.
    Doors(const Config& config, Probe& probe) : config_(config), probe_(probe) {}

    // Malformed, naming the file, when a certificate is no good; conflict, naming address and
    // port, when another process listens there.
    [[nodiscard]] Result<void> take_ports();
    // Opens or closes them as wished. What fails is reported once and tried again by the next
    // call.
    void let_in(const std::vector<net::Loop*>& loops);
    void keep_out();
    // Reads them again for connections to come; a listener whose new one is no good keeps what it
    // has, and the log says so.
    void renew_certificates();
    // The ports go too.
    void give_up();

    [[nodiscard]] bool open() const { return !acceptors_.empty(); }

  private:
    using Certificate = std::shared_ptr<const net::TlsContext>;
    [[nodiscard]] static Result<net::Listener> bind(const ListenerConfig& listener);
    [[nodiscard]] net::AcceptorOptions options_of(std::size_t listener) const;
    [[nodiscard]] Result<void> accept(const std::vector<net::Loop*>& loops);

    const Config& config_;
    Probe& probe_;
    std::vector<Certificate> certificates_;  // one a listener, null where it is plain
    std::vector<net::Listener> bound_;       // ports taken but not answered on yet
    std::vector<net::Acceptor> acceptors_;
    bool failing_ = false;  // the last try to listen failed
};

}  // namespace lode::sserver
