// What the pool wants hashed, and the hashing itself: a job with everything a header needs, cut
// into units of 2^32 nonces that no two threads share.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "common/base/bytes.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/bitcoin/uint256.hpp"
#include "common/stratum/client.hpp"

namespace lode::miner {

struct Work {
    stratum::PoolJob job;
    Bytes extranonce1;
    std::size_t extranonce2_size = 0;  // bytes, 1 to 16
    std::uint32_t version_mask = 0;    // bits the pool lets us roll
    bitcoin::Uint256 share_target;
    bitcoin::Uint256 network_target;
    std::uint64_t connection = 0;  // shares found for an earlier connection are void
    std::uint64_t tip = 0;         // counts clean jobs: shares of an earlier one are stale
};
using WorkPtr = std::shared_ptr<const Work>;

// A header but for its nonce.
struct Unit {
    Bytes extranonce2;
    std::uint32_t version_bits = 0;
    bitcoin::Sha256State midstate;
    std::array<std::uint8_t, 16> tail{};  // end of the Merkle root, time, bits, nonce
};
// Units of different numbers differ in extranonce2, or where that is too short to count on, in
// the version bits.
[[nodiscard]] Unit make_unit(const Work& work, std::uint64_t number);

inline constexpr std::uint64_t nonces = std::uint64_t{1} << 32;

struct NonceRange {
    std::uint64_t first = 0;
    std::uint64_t end = nonces;  // one past the last
};

struct Hit {
    std::uint32_t nonce = 0;
    bitcoin::Hash256 hash;
};
// The first nonce of the range whose hash meets the target.
[[nodiscard]] std::optional<Hit> scan(const Unit& unit, NonceRange range,
                                      const bitcoin::Uint256& target);

struct Found {
    WorkPtr work;
    Bytes extranonce2;
    std::uint32_t version_bits = 0;
    Hit hit;
    bool solves_block = false;
};

}  // namespace lode::miner
