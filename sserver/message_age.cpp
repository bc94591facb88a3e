// Differences only: what the maker's clock is off by falls out.
#include "sserver/message_age.hpp"

#include <algorithm>

namespace lode::sserver {
namespace {

// Far above any age that matters, far below what a Duration holds.
constexpr std::chrono::milliseconds step_max = std::chrono::hours(24);
// A clock may be this much slower than ours, and what one that was set back has added is forgotten
// in a hundred times as long.
constexpr int forgotten_part = 100;

// Whatever a message says, nothing overflows.
std::chrono::milliseconds step(UnixTime from, UnixTime to) {
    if (to >= from + step_max) return step_max;
    if (to <= from - step_max) return -step_max;
    return to - from;
}

}  // namespace

Duration MessageAge::arrived(const std::string& source, UnixTime produced, SteadyTime now) {
    constexpr auto latest = from_unix_ms(std::int64_t{1} << 50);  // beyond the year 30000
    produced = std::clamp(produced, UnixTime(), latest);
    Duration age = Duration::zero();
    if (last_ && last_->source == source) {
        const Duration gap = now - last_->arrived;
        const Duration oldest = last_->age + gap;
        age = oldest - step(last_->produced, produced) - gap / forgotten_part;
        age = std::clamp(age, Duration::zero(), oldest);
    }
    last_ = Last{source, produced, now, age};
    return age;
}

}  // namespace lode::sserver
