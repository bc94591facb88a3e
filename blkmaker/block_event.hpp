// A block's state as the message the rest of the pool hears.
#pragma once

#include <memory>
#include <vector>

#include "blkmaker/block_row.hpp"
#include "common/messages/block.pb.h"

namespace lode::blkmaker {

[[nodiscard]] v1::NodeAnswer node_answer(const std::string& node, const std::string& word,
                                         UnixTime when);

// Who says it, and when.
struct Told {
    std::string source;  // Context::instance
    UnixTime when;
};
[[nodiscard]] std::shared_ptr<const v1::BlockEvent> block_event(
    const BlockRow& row, const std::vector<v1::NodeAnswer>& answers, const Told& told);

}  // namespace lode::blkmaker
