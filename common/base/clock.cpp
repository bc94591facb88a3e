// The only place that reads the machine's clocks.
#include "common/base/clock.hpp"

#include <cstdio>

namespace lode {
namespace {

class SystemClock final : public Clock {
  public:
    [[nodiscard]] UnixTime unix_now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    [[nodiscard]] SteadyTime steady_now() const override {
        return std::chrono::steady_clock::now();
    }
};

}  // namespace

std::string utc_day(UnixTime time) {
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

}  // namespace lode
