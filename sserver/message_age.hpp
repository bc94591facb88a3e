// How long messages were on their way, by what their maker's clock says between two of them: what
// waited through an outage and comes in a burst at its end is old, though it comes now. Neither a
// clock that is wrong nor one that is set makes a message older than it can be.
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.hpp"

namespace lode::sserver {

// The messages of one way, in their order.
class MessageAge {
  public:
    // How old the message is that comes now. The first of a source counts as just made; a later
    // one was made after the last, so it is at most so much older as time has passed since.
    [[nodiscard]] Duration arrived(const std::string& source, UnixTime produced, SteadyTime now);

  private:
    struct Last {
        std::string source;
        UnixTime produced;
        SteadyTime arrived;
        Duration age;
    };
    std::optional<Last> last_;
};

}  // namespace lode::sserver
