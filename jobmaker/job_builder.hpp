// From a template to a job: which of its transactions fit beside our coinbase, the coinbase itself
// and its Merkle branch. What depends on the template alone is planned once; each job made from
// the plan then costs one small coinbase.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/messages/job.pb.h"
#include "jobmaker/mining_template.hpp"

namespace lode::jobmaker {

// extranonce1 (4 bytes, sserver's) and extranonce2 (8 bytes, the miner's).
inline constexpr std::size_t extranonce_size = 12;
// Before it, zero in each job: sserver puts random bytes there when it sends the job again. With
// 2^32 values nobody works ahead for one.
inline constexpr std::size_t salt_size = 4;

struct CoinbaseSettings {
    Bytes payout_script;
    std::string tag;
    bool bip54_locktime = true;
    std::uint32_t solo_fee_ppm = 0;           // of what solo miners' blocks pay, parts per million
    std::uint32_t version_mask = 0x1fffe000;  // BIP 310: the bits that miners roll by custom
};

struct JobPlan {
    MiningTemplate source;
    std::uint32_t transaction_count = 0;  // the template's first so many
    bitcoin::Satoshi reward;              // subsidy and the fees of those
    std::optional<Bytes> witness_commitment;
    std::vector<bitcoin::Hash256> merkle_branch;
};

// Rejected when not even an empty block has room for our coinbase.
[[nodiscard]] Result<JobPlan> plan_job(const MiningTemplate& source,
                                       const CoinbaseSettings& settings);

struct JobMoment {
    JobId id{};
    // Different in every job, so that no two jobs of one template ever share a Merkle root.
    std::uint32_t coinbase_number = 0;
    std::uint32_t time = 0;              // unix seconds, for the header
    std::int64_t node_time_unix_ms = 0;  // the node's clock now, as far as known
    bool clean = false;
};
[[nodiscard]] Result<v1::Job> build_job(const JobPlan& plan, const CoinbaseSettings& settings,
                                        const JobMoment& moment);

}  // namespace lode::jobmaker
