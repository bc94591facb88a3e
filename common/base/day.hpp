// Days in UTC as people name them.
#pragma once

#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace lode {

// Midnight UTC of "2026-11-21"; malformed when there is no such day.
[[nodiscard]] Result<UnixTime> day_start(std::string_view day);

}  // namespace lode
