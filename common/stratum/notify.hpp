// mining.notify as a server sends it to thousands: the text before and after the second coinbase
// half is made once a job; the half itself is the pool's for most, a user's own for some.
//
//   {"id":null,"method":"mining.notify","params":["ID","PREVHASH","COINBASE 1","   prefix
//   COINBASE 2                                                                     half, as hex
//   ",["BRANCH",…],"VERSION","BITS","TIME",CLEAN]}\n                               suffix
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::stratum {

// The views' bytes live elsewhere.
struct NotifyJob {
    JobId id;
    bitcoin::Hash256 prev_hash;
    ByteView coinbase_prefix;  // stripped coinbase up to extranonce1
    std::span<const bitcoin::Hash256> merkle_branch;
    std::uint32_t version = 0;
    std::uint32_t bits = 0;
    std::uint32_t time = 0;
};

// Whether earlier jobs are stale. A session's first job is always clean.
enum class CleanJobs : bool { no, yes };

struct NotifyText {
    std::string prefix;
    std::string suffix;        // clean jobs: no
    std::string suffix_clean;  // clean jobs: yes

    // The whole line around a second half given as bytes: what follows extranonce2.
    [[nodiscard]] std::string line(ByteView coinbase_suffix, CleanJobs clean) const;
};

[[nodiscard]] NotifyText encode_notify(const NotifyJob& job);

}  // namespace lode::stratum
