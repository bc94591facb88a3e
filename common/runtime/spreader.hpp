// Takes each message to the bus and, the same bytes, straight to neighbours: whoever must have it
// has it also while the bus is sick, and the bus has everything in order once it is well again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/executor.hpp"
#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/bus/bus.hpp"
#include "common/metrics/metrics.hpp"

namespace lode::runtime {

struct SpreaderOptions {
    std::vector<std::string> neighbours;  // their endpoints, http://host:port
    std::string path;                     // "/v1/job"
    Secret secret;                        // PoolConfig::direct_secret
    std::string key;                      // of the records on the bus
    std::size_t waiting_max = 1;          // posts that wait for a slow neighbour
    std::size_t kept_max = 1;             // messages that wait for a bus that takes none
};

// Whether a message goes again to a bus that has lost or refused it and, the newest of them within
// a minute, to a neighbour that is back or answers 409 because it lacks it: not what is worthless
// later.
enum class Again : std::uint8_t { never, until_delivered };

// On one thread, the executor's; `told` runs there.
class Spreader {
  public:
    // Malformed when a URL is none.
    [[nodiscard]] static Result<std::unique_ptr<Spreader>> open(
        std::unique_ptr<bus::RawProducer> producer, Scheduler& loop, metrics::Registry& metrics,
        SpreaderOptions options);
    // Posts under way end at once; what the bus has taken is still written.
    ~Spreader();

    // Told once: success when the first has it, bus or neighbour; an error when all have failed.
    using Told = std::function<void(Result<void>)>;
    void send(bus::MessagePtr message, Again again, Told told);

    // To the bus alone, behind everything sent before. Unavailable while something waits there.
    [[nodiscard]] Result<void> send_to_bus(bus::MessagePtr message, bus::Delivered delivered);

  private:
    struct Core;
    explicit Spreader(std::shared_ptr<Core> core);
    std::shared_ptr<Core> core_;
};

}  // namespace lode::runtime
