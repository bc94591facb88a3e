// What a node tells about its chain, in the words of gbtmaker's logic.
#pragma once

#include <cstdint>
#include <string>

#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/uint256.hpp"

namespace lode::gbtmaker {

// A node's place in the configuration's list.
using NodeIndex = std::size_t;

// getblockchaininfo
struct ChainState {
    std::string chain;  // "main", "test", "testnet4", "signet", "regtest"
    std::int64_t blocks = 0;
    std::int64_t headers = 0;
    bool initial_block_download = true;
    bitcoin::Hash256 tip;
};

// getblockheader of a block that the node has checked in full.
struct TipHeader {
    bitcoin::Hash256 hash;
    std::int64_t confirmations = -1;  // 1: it is the tip; -1: not on the best chain
    std::uint32_t height = 0;
    bitcoin::Uint256 chainwork;
    std::uint32_t time = 0;         // unix seconds
    std::uint32_t median_time = 0;  // unix seconds: of this block and the ten before it
    std::uint32_t bits = 0;
};

}  // namespace lode::gbtmaker
