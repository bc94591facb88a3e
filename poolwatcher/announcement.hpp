// What the board finds, as messages for the bus.
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/messages/event.pb.h"
#include "common/messages/template.pb.h"
#include "poolwatcher/tip_board.hpp"

namespace lode::poolwatcher {

// Our own tip as a template names it; empty for hints. Malformed when a field is missing.
[[nodiscard]] Result<std::optional<OwnTip>> own_tip(const v1::TemplateMessage& message);

struct Origin {
    std::string chain;  // the operator's name of it
    std::string pool;   // the watched pool's name
    UnixTime now;
};

[[nodiscard]] v1::TemplateMessage hint_message(const Unknown& unknown, const Origin& origin);
[[nodiscard]] v1::PoolEvent watch_event(const Met& met, const Origin& origin);
[[nodiscard]] v1::PoolEvent watch_event(const Forked& forked, const Origin& origin);
[[nodiscard]] v1::PoolEvent watch_event(const Rejoined& rejoined, const Origin& origin);
[[nodiscard]] v1::PoolEvent alert_event(const Forked& forked, const Origin& origin);

}  // namespace lode::poolwatcher
