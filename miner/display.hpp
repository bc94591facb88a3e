// What a person sees: hash rate over the last seconds, and the one line of the terminal.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace lode::miner {

// Hashes a second over about the last ten seconds.
class RateMeter {
  public:
    // `hashes` counts from the start and never falls.
    void sample(SteadyTime now, std::uint64_t hashes);
    [[nodiscard]] std::uint64_t per_second() const;

  private:
    struct Sample {
        SteadyTime at;
        std::uint64_t hashes;
    };
    std::deque<Sample> samples_;  // at most 11, one a second
};

struct Status {
    std::uint64_t rate = 0;  // hashes a second
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::uint64_t blocks = 0;  // shares that met the network's target too
    std::string difficulty;
    std::string pool;   // host:port
    std::string state;  // "mining", or what is waited for
};

// "7.42 MH/s", with three digits.
[[nodiscard]] std::string rate_text(std::uint64_t hashes_per_second);
// One line without its end, at most `columns` characters.
[[nodiscard]] std::string status_line(const Status& status, std::size_t columns);

}  // namespace lode::miner
