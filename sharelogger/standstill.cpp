// What is told, written down and waited for.
#include "sharelogger/standstill.hpp"

#include "common/base/log.hpp"

namespace lode::sharelogger {

Result<void> Standstill::note(const std::map<std::uint32_t, Stop>& stops, GapRepository& gaps,
                              UnixTime now) {
    for (const auto& [partition, stop] : stops) {
        if (!told_.emplace(partition, stop).second) continue;
        log::error("a partition of shares stands still",
                   {{"partition", partition}, {"reason", stop.reason}});
        if (stop.cause != Stop::Cause::gap) continue;
        const Gap gap{stop.stream, stop.first_missing, stop.last_missing};
        LODE_TRY_VOID(gaps.report({partition, stop.offset, gap}, instance_, now));
    }
    probe_.stopped.set(stops.size());
    return success();
}

Result<std::optional<std::uint32_t>> Standstill::can_go_on(GapRepository& gaps,
                                                           const JobShelf& jobs) const {
    for (const auto& [partition, stop] : told_) {
        LODE_TRY(const bool go_on, can_go_on(partition, stop, gaps, jobs));
        if (go_on) return std::optional(partition);
    }
    return std::optional<std::uint32_t>();
}

Result<bool> Standstill::can_go_on(std::uint32_t partition, const Stop& stop, GapRepository& gaps,
                                   const JobShelf& jobs) {
    switch (stop.cause) {
        case Stop::Cause::malformed:
            return false;
        case Stop::Cause::job:
            return jobs.has(stop.job);
        case Stop::Cause::gap: {
            LODE_TRY(const auto last, gaps.last_sequence(partition, stop.stream));
            return last && *last >= stop.last_missing;
        }
    }
    return false;
}

void Standstill::clear() {
    told_.clear();
    past_end_.clear();
    probe_.stopped.set(0);
}

std::string Standstill::reason() const {
    if (!past_end_.empty()) return past_end_.begin()->second;
    if (told_.empty()) return {};
    const auto& [partition, stop] = *told_.begin();
    return "partition " + std::to_string(partition) + ": " + stop.reason;
}

}  // namespace lode::sharelogger
