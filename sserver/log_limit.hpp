// Keeps what thousands of miners do alike from filling the log: of each cause a few lines, then
// only how many were left out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.hpp"

namespace lode::sserver {

class LogLimit {
  public:
    // A line a second of each cause at the most, over longer times.
    static constexpr std::uint32_t lines_max = 10;
    static constexpr Duration period = std::chrono::seconds(10);

    // Whether to write a line now, and how many of this cause were left out since the last one.
    // Causes are words of the code's own, so there are few.
    [[nodiscard]] std::optional<std::uint64_t> line(std::string_view cause, SteadyTime now) {
        auto found = causes_.find(cause);
        if (found == causes_.end()) found = causes_.emplace(cause, Cause{}).first;
        Cause& one = found->second;
        if (now - one.since >= period) one = {.since = now, .lines = 0, .left_out = one.left_out};
        if (one.lines >= lines_max) {
            ++one.left_out;
            return std::nullopt;
        }
        ++one.lines;
        return std::exchange(one.left_out, 0);
    }

  private:
    struct Cause {
        SteadyTime since{};
        std::uint32_t lines = 0;
        std::uint64_t left_out = 0;
    };
    std::map<std::string, Cause, std::less<>> causes_;  // found without a string of one's own
};

}  // namespace lode::sserver
