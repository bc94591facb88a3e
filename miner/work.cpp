// Coinbase, Merkle root and header of a unit, and the loop over nonces.
#include "miner/work.hpp"

#include <algorithm>

#include "common/bitcoin/header.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::miner {

namespace {

// The low bits of `value` put into the places of the mask's set bits.
std::uint32_t spread_into(std::uint64_t value, std::uint32_t mask) {
    std::uint32_t out = 0;
    for (std::uint32_t rest = mask; rest != 0; rest &= rest - 1) {
        if ((value & 1) != 0) out |= rest & -rest;
        value >>= 1;
    }
    return out;
}

// `number` big-endian in `size` bytes, its high end cut off where it does not fit.
Bytes counter_bytes(std::uint64_t number, std::size_t size) {
    Bytes bytes(size, 0);
    for (std::size_t i = 0; i < std::min<std::size_t>(size, 8); ++i) {
        bytes[size - 1 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return bytes;
}

}  // namespace

Unit make_unit(const Work& work, std::uint64_t number) {
    Unit unit;
    unit.extranonce2 = counter_bytes(number, work.extranonce2_size);
    // When extranonce2 has gone round, the version bits it meets are others than before.
    const std::uint64_t rounds =
        work.extranonce2_size < 8 ? number >> (8 * work.extranonce2_size) : 0;
    unit.version_bits = spread_into(number + rounds, work.version_mask);

    bitcoin::Sha256 coinbase;
    coinbase.update(work.job.coinbase_prefix).update(work.extranonce1);
    coinbase.update(unit.extranonce2).update(work.job.coinbase_suffix);
    bitcoin::BlockHeader header;
    header.version =
        bitcoin::rolled_version(work.job.version, work.version_mask, unit.version_bits);
    header.prev_hash = work.job.prev_hash;
    header.merkle_root =
        bitcoin::merkle_root_from_branch(coinbase.finish_double(), work.job.merkle_branch);
    header.time = work.job.time;
    header.bits = work.job.bits;
    const auto bytes = header.serialise();
    unit.midstate = bitcoin::header_midstate(std::span(bytes).first<64>());
    std::ranges::copy(std::span(bytes).last<16>(), unit.tail.begin());
    return unit;
}

std::optional<Hit> scan(const Unit& unit, NonceRange range, const bitcoin::Uint256& target) {
    // Two at a time keep the CPU's SHA unit busy.
    std::array<std::array<std::uint8_t, 16>, 2> tails{unit.tail, unit.tail};
    for (std::uint64_t first = range.first; first < range.end; first += 2) {
        store_le(tails[0].data() + 12, static_cast<std::uint32_t>(first));
        store_le(tails[1].data() + 12, static_cast<std::uint32_t>(first + 1));
        const auto hashes = bitcoin::sha256d_headers(unit.midstate, tails[0], tails[1]);
        for (std::uint64_t i = 0; i < 2 && first + i < range.end; ++i) {
            // The most significant quarter decides nearly always.
            if (load_le<std::uint64_t>(hashes[i].bytes.data() + 24) > target.limb(3)) continue;
            if (bitcoin::meets_target(hashes[i], target)) {
                return Hit{static_cast<std::uint32_t>(first + i), hashes[i]};
            }
        }
    }
    return std::nullopt;
}

}  // namespace lode::miner
