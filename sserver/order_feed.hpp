// An operator's orders from the bus, each once, and the one that outlives a restart on disk.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/bus/bus.hpp"
#include "common/messages/control.pb.h"
#include "common/runtime/service.hpp"
#include "sserver/order.hpp"

namespace lode::sserver {

class OrderFeed {
  public:
    // All on the context's loop, which it does not outlive. `obey` gets every order but Mining's,
    // which is kept here; it is called after that changed, too.
    OrderFeed(runtime::Context& context, std::function<void(const Order&)> obey)
        : context_(context), obey_(std::move(obey)) {}

    // Commands of before are only read for whether mining is stopped: what was to be done to
    // connections concerned those that are gone. The folder tells of a stop older than the bus
    // keeps commands.
    [[nodiscard]] Result<void> open();
    void close() { commands_.reset(); }

    // Why the operator has stopped mining; empty: he has not.
    [[nodiscard]] const std::string& stopped() const { return stopped_; }

  private:
    void take(const bus::Record<v1::Command>& record);
    void keep(const MiningOrder& order);
    [[nodiscard]] std::filesystem::path path() const;

    runtime::Context& context_;
    const std::function<void(const Order&)> obey_;
    UnixTime started_{};
    std::string stopped_;
    Once once_;
    std::optional<bus::Consumer<v1::Command>> commands_;
};

}  // namespace lode::sserver
