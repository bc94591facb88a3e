// The judgement on one share. Whatever the verdict, the hash is compared with the network's target
// first: a block is never lost to a formality, the verdict only decides credit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/bitcoin/share_check.hpp"
#include "common/stratum/codes.hpp"
#include "common/stratum/request.hpp"
#include "sserver/duplicate_filter.hpp"
#include "sserver/job_book.hpp"
#include "sserver/merkle_roots.hpp"
#include "sserver/users.hpp"

namespace lode::sserver {

// Zero is a refusal, so that a forgotten case never becomes credit.
enum class ShareVerdict : std::uint8_t {
    refused,
    stale,
    duplicate,
    low_difficulty,
    unauthorised,
    time_too_old,
    time_too_new,
    version_bits,  // set outside the mask
    too_many,      // more shares than can be told apart
    accepted,
};
inline constexpr std::size_t share_verdicts_count = 10;

[[nodiscard]] stratum::RejectCode reject_code(ShareVerdict verdict);
// For the miner.
[[nodiscard]] std::string_view reject_text(ShareVerdict verdict);
// For metrics: "low_difficulty".
[[nodiscard]] std::string_view to_string(ShareVerdict verdict);

// Header times that are credited, both ends included, in unix seconds.
struct TimeWindow {
    std::int64_t first = 0;
    std::int64_t last = 0;
};
// mintime … min(job time + elapsed + 600 s, node time + elapsed + 7,000 s): the first bound keeps
// miners from rolling far ahead, the second keeps a block within the two hours that nodes allow.
[[nodiscard]] TimeWindow time_window(const Job& job, SteadyTime now);

// The coinbase of a miner who mines solo, of one job.
struct OwnCoinbase {
    Bytes suffix;            // stripped coinbase from after the extranonce space
    ByteView payout_script;  // the miner's
};

struct ShareClaim {
    const Job& job;
    Standing standing = Standing::stale;
    std::uint32_t extranonce1 = 0;
    std::uint32_t version_mask = 0;    // the session's, before the job's own is applied
    int exponent = exponent_max;       // of the difficulty that the job was sent with
    std::optional<Salt> salt{};        // of the id that it was sent under
    const Worker* worker = nullptr;    // null: unauthorised
    const stratum::Submit& submit;     // with an extranonce2 of the right size
    JobId oldest_job;                  // known to the book
    MerkleRoots& roots;                // the loop's
    const OwnCoinbase* own = nullptr;  // null: the pool's coinbase

    [[nodiscard]] ByteView coinbase_suffix() const {
        return own != nullptr ? own->suffix : job.coinbase_suffix;
    }
};

// What the job's shares must meet and earn: never harder than a block, so that one share is at most
// one block's work.
[[nodiscard]] const ShareTarget& assigned_target(const Job& job, int exponent);

// Hashes the share and compares it with both targets.
[[nodiscard]] bitcoin::ShareCheck check(const ShareClaim& claim);

struct Judgement {
    ShareVerdict verdict = ShareVerdict::refused;
    bitcoin::ShareCheck check;
};

// An accepted share is remembered in `seen`.
[[nodiscard]] Judgement judge(const ShareClaim& claim, DuplicateFilter& seen, SteadyTime now);

}  // namespace lode::sserver
