// The guard and what follows from its bans: connections closed on every loop, a line in the log
// and an event for whoever watches the pool.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/bus/bus.hpp"
#include "common/messages/event.pb.h"
#include "common/runtime/service.hpp"
#include "sserver/guard.hpp"
#include "sserver/log_address.hpp"
#include "sserver/log_limit.hpp"

namespace lode::sserver {

struct DefenceRules {
    GuardRules guard;
    LogAddresses log_addresses = LogAddresses::full;
};

class Defence {
  public:
    // Events that the bus has not taken yet; later ones are left out, and counted.
    static constexpr std::size_t events_max = 1'000;

    // On the service's thread, like all but the guard. `close` is called there with every new ban.
    Defence(runtime::Context& context, std::string chain, DefenceRules rules,
            std::function<void(const Ban&)> close);
    [[nodiscard]] Result<void> open();

    // Outlives the loops that ask it.
    [[nodiscard]] Guard& guard() { return guard_; }
    void tick();

  private:
    void banned(const Ban& ban);
    void publish(const Ban& ban);

    runtime::Context& context_;
    const std::string chain_;
    const LogAddresses log_addresses_;
    const std::function<void(const Ban&)> close_;
    metrics::Counter events_dropped_;
    LogLimit log_limit_;
    std::size_t events_under_way_ = 0;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    Guard guard_;
    std::optional<bus::Producer<v1::PoolEvent>> events_;
};

}  // namespace lode::sserver
