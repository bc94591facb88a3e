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

class Doors {
  public:
    // Both outlive it.
    Doors(const Config& config, Probe& probe) : config_(config), probe_(probe) {}

    // Conflict, naming address and port, when another process listens there.
    [[nodiscard]] Result<void> take_ports();
    // Opens or closes them as wished. What fails is reported once and tried again by the next
    // call.
    void let_in(const std::vector<net::Loop*>& loops);
    void keep_out();
    // The ports go too.
    void give_up();

    [[nodiscard]] bool open() const { return !acceptors_.empty(); }

  private:
    [[nodiscard]] static Result<net::Listener> bind(const ListenerConfig& listener);
    [[nodiscard]] Result<void> accept(const std::vector<net::Loop*>& loops);

    const Config& config_;
    Probe& probe_;
    std::vector<net::Listener> bound_;  // ports taken but not answered on yet
    std::vector<net::Acceptor> acceptors_;
    bool failing_ = false;  // the last try to listen failed
};

}  // namespace lode::sserver
