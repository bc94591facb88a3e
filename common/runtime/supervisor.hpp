// Starts services in order, waits for the signal to stop, stops them in the reverse order in
// bounded time.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <span>

#include "common/runtime/host.hpp"
#include "common/runtime/stop_signal.hpp"

namespace lode::runtime {

enum class Stopped : std::uint8_t { not_in_time, orderly };

class Supervisor {
  public:
    Supervisor(StopSignal& signal, std::span<const std::unique_ptr<Host>> hosts)
        : signal_(signal), hosts_(hosts) {}

    // The first error, with the service's name; cancelled when a stop signal comes before all
    // have started. What was begun has to be stopped in either case.
    [[nodiscard]] Result<void> start(const Shared& shared);

    // Passes reload signals on, those that came while services started included.
    void wait_for_stop_signal();

    struct StopLimits {
        Duration all;  // for all services together
        // A stop signal after this ends the patience; one before is the first told twice, by a
        // terminal to the whole process group and by the script that started us.
        Duration patience;
    };
    // Stops what was begun.
    [[nodiscard]] Stopped stop(const StopLimits& limits);

    // Destroys the services, in the reverse order, each on its loop.
    void discard();

  private:
    // Empty when the deadline or a stop signal after `patient_until` came first.
    struct Until {
        SteadyTime deadline;
        SteadyTime patient_until;
    };
    template <class T>
    std::optional<T> await(std::future<T> result, const Until& until);

    StopSignal& signal_;
    std::span<const std::unique_ptr<Host>> hosts_;
    std::size_t begun_ = 0;
    bool reload_wanted_ = false;
};

}  // namespace lode::runtime
