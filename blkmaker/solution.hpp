// A solved share as blkmaker takes it in: parsed once at the door, its proof of work checked.
#pragma once

#include <string>
#include <vector>

#include "blkmaker/block_row.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/header.hpp"

namespace lode::v1 {
class SolvedShare;
}

namespace lode::blkmaker {

struct Solution {
    bitcoin::Hash256 hash;
    bitcoin::BlockHeader header;
    Bytes coinbase;           // stripped, as hashed
    bitcoin::Satoshi reward;  // of all its outputs
    PaidCoinbase paid;
    std::size_t transaction_count = 0;  // of the template: its first so many
    std::uint32_t height = 0;
    JobId job;
    bitcoin::Hash256 template_id;
    std::string user;
    std::string worker;
    UnixTime found;
};

// Malformed when a field is missing or the header does not hash to block_hash; rejected when the
// hash does not meet the header's own target, so that only real work gets past the door.
[[nodiscard]] Result<Solution> parse_solution(const v1::SolvedShare& share);

// The row that a solution begins its life with.
[[nodiscard]] BlockRow found_row(const Solution& solution, const std::string& chain);

// Serialised v1::SolvedShare messages, as the journal keeps them; internal when one is none.
[[nodiscard]] Result<std::vector<v1::SolvedShare>> parse_entries(
    const std::vector<std::string>& entries);

}  // namespace lode::blkmaker
