// The shares a session has been credited with, so that none is credited twice. A share is known by
// 64 bits of its header's hash: what was hashed is the same exactly when the hash is, whatever way
// it was written, and two different ones of one session collide once in 10^9 sessions.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/strong.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::sserver {

enum class Novelty : std::uint8_t {
    full,  // it cannot be told
    seen,
    fresh,
};

class DuplicateFilter {
  public:
    // Of all jobs together. At 18 shares a minute an hour on one tip has 1,080; this is room for a
    // flood until the difficulty has followed, and bounds a session's memory at 2 MiB.
    static constexpr std::size_t shares_max = 65'536;

    // Remembers the share, and forgets those of jobs below `oldest`.
    [[nodiscard]] Novelty add(JobId job, const bitcoin::Hash256& hash, JobId oldest);

    [[nodiscard]] std::size_t size() const;
    // Of memory.
    [[nodiscard]] std::size_t bytes() const;

  private:
    // Open addressing, at most half full, empty = 0.
    struct Seen {
        JobId job;
        std::size_t count = 0;
        std::vector<std::uint64_t> slots;
    };
    static bool insert(Seen& seen, std::uint64_t fingerprint);
    static void grow(Seen& seen);

    std::vector<Seen> jobs_;
};

}  // namespace lode::sserver
