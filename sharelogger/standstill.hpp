// Which partitions stand still, and until when: each is told once and looked at again until what it
// waits for is there.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "sharelogger/gap_repository.hpp"
#include "sharelogger/job_shelf.hpp"
#include "sharelogger/partition_account.hpp"
#include "sharelogger/probe.hpp"

namespace lode::sharelogger {

class Standstill {
  public:
    // The probe outlives it; `instance` is who reports gaps.
    Standstill(Probe& probe, std::string instance)
        : probe_(probe), instance_(std::move(instance)) {}

    // All that stand now, by number. The log has those that were not told before, and gaps among
    // them are written down, so that an operator can accept them.
    [[nodiscard]] Result<void> note(const std::map<std::uint32_t, Stop>& stops, GapRepository& gaps,
                                    UnixTime now);
    // Of those told, the first whose job is on the shelf now or whose gap was accepted.
    [[nodiscard]] Result<std::optional<std::uint32_t>> can_go_on(GapRepository& gaps,
                                                                 const JobShelf& jobs) const;

    // The bus has lost records before the place where the partition stands.
    void past_end(std::uint32_t partition, std::string why) {
        past_end_[partition] = std::move(why);
    }
    void record_came(std::uint32_t partition) { past_end_.erase(partition); }

    // No partition is ours any more, or each begins anew.
    void clear();

    // Why one of them stands; empty when none does.
    [[nodiscard]] std::string reason() const;

  private:
    [[nodiscard]] static Result<bool> can_go_on(std::uint32_t partition, const Stop& stop,
                                                GapRepository& gaps, const JobShelf& jobs);

    Probe& probe_;
    std::string instance_;
    std::map<std::uint32_t, Stop> told_;
    std::map<std::uint32_t, std::string> past_end_;
};

}  // namespace lode::sharelogger
