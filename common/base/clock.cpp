// The only place that reads the machine's clocks.
#include "common/base/clock.hpp"

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

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

}  // namespace lode
