// Which shares were seen, by stream and sequence: archives of several instances repeat some.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <unordered_map>

#include "common/base/strong.hpp"

namespace lode::sharelogger {

// The sequences seen of each stream as ranges: shares of a stream come without gaps, so this is
// one range a stream and not one entry a share.
class SeenShares {
  public:
    // Whether the share is new.
    [[nodiscard]] bool add(StreamId stream, std::uint64_t sequence) {
        Ranges& ranges = streams_[stream];
        auto after = ranges.upper_bound(sequence);
        auto grown = ranges.end();
        if (after != ranges.begin()) {
            const auto before = std::prev(after);
            if (sequence < before->second) return false;
            if (sequence == before->second) grown = before;
        }
        if (grown == ranges.end()) grown = ranges.emplace(sequence, sequence).first;
        grown->second = sequence + 1;
        if (after != ranges.end() && after->first == grown->second) {
            grown->second = after->second;
            ranges.erase(after);
        }
        return true;
    }

  private:
    using Ranges = std::map<std::uint64_t, std::uint64_t>;  // first to one past the last
    std::unordered_map<StreamId, Ranges> streams_;
};

}  // namespace lode::sharelogger
