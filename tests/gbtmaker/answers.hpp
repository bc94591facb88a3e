// What a regtest node would answer, for gbtmaker's tests.
#pragma once

#include <string>

#include "common/bitcoin/block.hpp"
#include "common/bitcoin/block_template.hpp"
#include "common/bitcoin/target.hpp"
#include "gbtmaker/maker.hpp"

namespace lode::test {

inline constexpr std::uint32_t node_seconds = 1'700'000'000;
inline constexpr UnixTime wall_start{std::chrono::seconds(node_seconds)};
inline constexpr SteadyTime steady_start{std::chrono::hours(1)};

inline bitcoin::Hash256 hash_of(std::uint8_t byte) {
    bitcoin::Hash256 hash;
    hash.bytes.fill(byte);
    return hash;
}

// Block `n` of the test's chain has hash n, height 100 + n and n units of work.
inline gbtmaker::TipHeader header(std::uint8_t n) {
    return {.hash = hash_of(n),
            .confirmations = 1,
            .height = 100U + n,
            .chainwork = bitcoin::Uint256(n),
            .time = node_seconds - 60,
            .median_time = node_seconds - 600,
            .bits = 0x207fffff};
}

inline gbtmaker::ChainState chain_at(std::uint8_t n) {
    return {.chain = "regtest",
            .blocks = 100 + n,
            .headers = 100 + n,
            .initial_block_download = false,
            .tip = hash_of(n)};
}

// The node's template on block `n`.
inline bitcoin::BlockTemplate block_template(std::uint8_t n, std::size_t transactions = 0) {
    bitcoin::BlockTemplate made;
    made.version = 0x20000000;
    made.prev_hash = hash_of(n);
    made.height = 101U + n;
    made.bits = 0x207fffff;
    made.target = bitcoin::target_from_bits(made.bits).value();
    made.cur_time = node_seconds;
    made.min_time = node_seconds - 599;
    made.coinbase_value = bitcoin::Satoshi(5'000'000'000);
    made.default_witness_commitment = bitcoin::witness_commitment_script({});
    made.weight_limit = 4'000'000;
    made.sigop_limit = 80'000;
    made.size_limit = 4'000'000;
    made.rules = {"csv", "!segwit", "taproot"};
    made.longpoll_id = "poll" + std::to_string(n);
    for (std::size_t i = 0; i < transactions; ++i) {
        made.transactions.push_back({.raw = Bytes(100, static_cast<std::uint8_t>(i)),
                                     .txid = hash_of(0x51),
                                     .wtxid = hash_of(0x52),
                                     .fee = bitcoin::Satoshi(10),
                                     .weight = 400,
                                     .sigops = 4});
    }
    return made;
}

}  // namespace lode::test
