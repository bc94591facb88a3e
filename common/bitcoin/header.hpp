// The 80-byte block header.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::bitcoin {

inline constexpr std::size_t header_size = 80;

//  0        4            36            68     72     76     80
//  | version | prev hash | merkle root | time | bits | nonce |   integers little-endian
struct BlockHeader {
    std::uint32_t version = 0;
    Hash256 prev_hash;
    Hash256 merkle_root;
    std::uint32_t time = 0;  // unix seconds
    std::uint32_t bits = 0;  // compact target
    std::uint32_t nonce = 0;

    [[nodiscard]] std::array<std::uint8_t, header_size> serialise() const;
    [[nodiscard]] Hash256 hash() const;
    friend bool operator==(const BlockHeader&, const BlockHeader&) = default;
};

// Exactly 80 bytes.
[[nodiscard]] Result<BlockHeader> parse_header(ByteView bytes);

// Version rolling (BIP 310): the miner's bits where the mask allows, the job's elsewhere.
[[nodiscard]] constexpr std::uint32_t rolled_version(std::uint32_t job, std::uint32_t mask,
                                                     std::uint32_t bits) {
    return (job & ~mask) | (bits & mask);
}

}  // namespace lode::bitcoin
