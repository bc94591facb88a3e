// A block as the database and the bus know it.
#pragma once

#include <string>

#include "blkmaker/block_tracker.hpp"
#include "common/base/clock.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/amount.hpp"

namespace lode::blkmaker {

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
};

// Whether the event of the row's present state is known to be on the bus.
enum class Publication { lacking, done };

struct StoredRow {
    BlockRow row;
    Publication publication = Publication::lacking;
};

}  // namespace lode::blkmaker
