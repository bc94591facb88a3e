// Where buckets are cut: behind the moment of each block of ours, so that no row of user_bucket
// holds shares of both sides. Shares of the very millisecond lie before the cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "common/base/clock.hpp"

namespace lode::sharelogger {

inline constexpr auto user_bucket_length = std::chrono::minutes(1);

// From `from`, before `until`.
struct TimeRange {
    UnixTime from;
    UnixTime until;
    friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

[[nodiscard]] UnixTime minute_of(UnixTime time);

// Moments of cuts, in order. A chain on which every share is a block has hundreds a second: only
// the newest are known.
class RoundCuts {
  public:
    // Five minutes of such a chain, thousands of years of Bitcoin's; 400 kB.
    static constexpr std::size_t known_max = 50'000;

    RoundCuts() : RoundCuts(known_max) {}
    explicit RoundCuts(std::size_t most) : most_(most) {}

    // In any order, twice as well.
    void add(UnixTime cut);
    // Where the bucket begins that a share of this time is in: at its minute, or one millisecond
    // behind the last cut before it.
    [[nodiscard]] UnixTime bucket_start(UnixTime accepted) const;
    // Where the bucket ends that this time is in.
    [[nodiscard]] UnixTime bucket_end(UnixTime time) const;
    [[nodiscard]] bool has(UnixTime cut) const;
    [[nodiscard]] const std::vector<UnixTime>& all() const { return cuts_; }
    // Of what lies earlier, always a whole minute, some cuts were forgotten.
    [[nodiscard]] UnixTime known_from() const { return known_from_; }

  private:
    std::size_t most_;
    std::vector<UnixTime> cuts_;  // ascending, each once
    UnixTime known_from_ = UnixTime::min();
};

// Whether rows were split share by share, or the shares of both sides could not be told apart and
// all count behind the cut.
enum class Exactness : std::uint8_t { inexact, exact };

struct RoundCut {
    UnixTime at;
    Exactness exactness = Exactness::inexact;
    friend bool operator==(const RoundCut&, const RoundCut&) = default;
};

// The cuts of one partition: those that its rows in the database hold to, and those to be made.
class PartitionCuts {
  public:
    // Rows of one range hold exactly the shares of its time, and are to be split at `cuts`.
    struct Range {
        TimeRange time;
        std::vector<UnixTime> cuts;  // ascending
        bool hopeless = false;       // an inexact cut is among its rows
    };
    struct Plan {
        std::vector<Range> ranges;      // ascending
        std::vector<RoundCut> rowless;  // nothing is to be split for these
    };

    // A cut that the database has.
    void made(const RoundCut& cut);
    // A block of ours.
    void found(UnixTime cut);

    // What is to be done for up to `most` of the cuts that wait.
    [[nodiscard]] Plan plan(std::size_t most) const;
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  private:
    RoundCuts made_;
    std::set<UnixTime> waiting_;
    std::set<UnixTime> inexact_minutes_;
};

}  // namespace lode::sharelogger
