// SIGINT, SIGTERM and SIGHUP as something the main thread can wait for, together with news from
// others.
#pragma once

#include <cstdint>

#include "common/base/clock.hpp"
#include "common/base/file.hpp"

namespace lode::runtime {

enum class Wake : std::uint8_t { deadline, notified, reload_signal, stop_signal };

// While it lives the three signals no longer end the process. To be made before any other thread,
// because threads inherit what is blocked.
class StopSignal {
  public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    // From any thread: the next wait, or the one under way, ends with `notified`.
    void notify();

    // A signal is told once for each and before anything else; SIGHUP is the reload signal.
    [[nodiscard]] Wake wait(SteadyTime deadline);

  private:
    FileDescriptor signals_;
    FileDescriptor news_;
};

}  // namespace lode::runtime
