// Which of several jobmakers makes jobs. The bus names one of them (a consumer group's member that
// has the partition); that one writes a claim to the job topic, whose offset is the generation of
// its jobs, and whoever gets jobs drops those of lower generations. So also a maker that does not
// know yet that it was replaced cannot disturb.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/base/clock.hpp"

namespace lode::jobmaker {

struct LeadershipSettings {
    // A claim that did not reach the bus is written again after this.
    Duration claim_retry = std::chrono::seconds(2);
    // Overtaken although still the group's choice: by a late claim of a maker that is none. Longer
    // than the group needs to tell a member that it is out (6 s), so that two makers who both
    // think they are in do not outbid each other.
    Duration reclaim_after = std::chrono::seconds(10);
};

enum class Role : std::uint8_t { standby, claiming, leader };
[[nodiscard]] const char* to_string(Role role);

class Leadership {
  public:
    explicit Leadership(LeadershipSettings settings) : settings_(settings) {}

    // The group has chosen us.
    void assigned(SteadyTime now);
    // The group has chosen nobody yet, or another, or we are out of touch with it. We go on with
    // the jobs we have a claim for until we read a higher one: a group takes seconds to choose,
    // whoever it chooses may hang, and while the whole bus is away our jobs still reach miners
    // directly.
    void revoked();

    // A claim is to be written now.
    [[nodiscard]] bool claim_due(SteadyTime now) const;
    void claim_sent();
    // It is in the topic. It counts once it is read there, so that everything before it is known.
    void claim_written(std::int64_t offset, SteadyTime now);
    void claim_failed(SteadyTime now);

    // A message of the job topic was read: of a claim its offset, of any other its generation.
    void generation_read(std::int64_t generation, SteadyTime now);

    // What our jobs carry; none while we make none.
    [[nodiscard]] std::optional<std::int64_t> generation() const { return generation_; }
    [[nodiscard]] Role role() const;
    // The highest that was read.
    [[nodiscard]] std::int64_t highest() const { return highest_; }

  private:
    void compare(SteadyTime now);

    LeadershipSettings settings_;
    bool member_ = false;
    bool claim_under_way_ = false;
    bool claim_counts_ = false;            // it was sent since the group chose us
    std::optional<SteadyTime> claim_at_;   // when the next claim is due
    std::optional<std::int64_t> written_;  // our claim, not yet read
    std::optional<std::int64_t> generation_;
    std::int64_t highest_ = -1;
};

}  // namespace lode::jobmaker
