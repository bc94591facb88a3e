// The Merkle root that each session's last share had. Up a branch of twelve it is most of what a
// share costs, and it is the same for all shares of a session and job with one extranonce2: those
// of a miner whose difficulty is still too low, and those of whoever sends the same again and
// again, which is when the cost matters.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/bitcoin/hash256.hpp"
#include "sserver/job.hpp"

namespace lode::sserver {

// One a loop.
class MerkleRoots {
  public:
    // All that the root depends on where the coinbase is the pool's.
    struct Key {
        std::uint64_t job = 0;  // Job::serial, never 0
        std::uint64_t extranonce2 = 0;
        std::uint32_t extranonce1 = 0;
        std::optional<Salt> salt{};
        friend bool operator==(const Key&, const Key&) = default;
    };

    // The root, by `compute` unless it is known. Valid until the next call.
    template <class Compute>
    [[nodiscard]] const bitcoin::Hash256& of(const Key& key, const Compute& compute) {
        Entry& entry = entries_[key.extranonce1 % entries_max];
        if (entry.key != key) entry = {key, compute()};
        return entry.root;
    }

  private:
    // Sessions of a loop in a flood; 64 KB. Numbers of sessions follow one another, so that few
    // share a place.
    static constexpr std::size_t entries_max = 1'024;

    struct Entry {
        Key key;
        bitcoin::Hash256 root;
    };
    std::vector<Entry> entries_ = std::vector<Entry>(entries_max);
};

}  // namespace lode::sserver
