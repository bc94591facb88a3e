// A block as the database and the bus know it.
#pragma once

#include <optional>
#include <string>

#include "blkmaker/block_tracker.hpp"
#include "common/base/clock.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/amount.hpp"

namespace lode::blkmaker {

// Whose work found a block, and so who its coinbase pays.
enum class Finder { pool, solo_miner };

// What payments need to know of a block's coinbase.
struct PaidCoinbase {
    bitcoin::Hash256 txid;
    bitcoin::Satoshi pool_amount;  // to the pool's script: all of it, or a solo miner's fee
    Finder finder = Finder::pool;
    friend bool operator==(const PaidCoinbase&, const PaidCoinbase&) = default;
};

struct BlockRow {
    std::string chain;
    bitcoin::Hash256 hash;
    bitcoin::Hash256 prev_hash;
    std::uint32_t height = 0;
    BlockState state = BlockState::found;
    bitcoin::Satoshi reward;
    std::string user;
    std::string worker;
    JobId job;
    UnixTime found;
    std::int64_t confirmations = 0;
    std::optional<PaidCoinbase> coinbase;  // none where the table does not tell
};

// Whether the event of the row's present state is known to be on the bus.
enum class Publication { lacking, done };

struct StoredRow {
    BlockRow row;
    Publication publication = Publication::lacking;
};

}  // namespace lode::blkmaker
