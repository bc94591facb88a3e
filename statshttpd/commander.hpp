// An operator's commands on their way to the services that obey them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/bus/bus.hpp"
#include "common/messages/control.pb.h"
#include "common/runtime/service.hpp"

namespace lode::statshttpd {

struct Command {
    std::string id;  // unique
    std::string target;
    std::string action;
    std::string argument;  // as control.proto says
    std::int64_t audit_id = 0;
};

class Commander {
  public:
    // Commands that the bus has not taken yet; an operator sends a few an hour.
    static constexpr std::size_t under_way_max = 100;

    // The context outlives it. All calls on its loop.
    explicit Commander(runtime::Context& context) : context_(context) {}
    [[nodiscard]] Result<void> open();
    void close() { producer_.reset(); }

    // Tells once the bus has the command for good. Exhausted when too many are under way.
    using Told = std::function<void(const Result<void>&)>;
    void send(const Command& command, Told told);

  private:
    runtime::Context& context_;
    std::size_t under_way_ = 0;
    std::optional<bus::Producer<v1::Command>> producer_;
};

}  // namespace lode::statshttpd
