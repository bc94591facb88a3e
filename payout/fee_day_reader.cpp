// Blocking calls, node by node.
#include "payout/fee_day_reader.hpp"

#include <string>

namespace lode::payout {
namespace {

Result<UnixTime> median_time(node::NodeRpc& node, std::int64_t height) {
    LODE_TRY(const auto hash, node.get_block_hash(height));
    LODE_TRY(const auto header, node.get_block_header(hash));
    return UnixTime(std::chrono::seconds(header.median_time));
}

}  // namespace

Result<std::optional<std::vector<DayBlock>>> blocks_told_by(node::NodeRpc& node, UnixTime day) {
    LODE_TRY(const auto info, node.get_blockchain_info());
    LODE_TRY(const auto range, blocks_of_day(day, info.blocks, [&](std::int64_t height) {
                 return median_time(node, height);
             }));
    if (!range) return std::optional<std::vector<DayBlock>>();
    std::vector<DayBlock> blocks;
    blocks.reserve(static_cast<std::size_t>(range->end - range->first));
    for (std::int64_t height = range->first; height < range->end; ++height) {
        LODE_TRY(const auto hash, node.get_block_hash(height));
        LODE_TRY(const auto stats, node.get_block_stats(hash));
        blocks.push_back({hash, {static_cast<std::uint32_t>(height), stats.fees, stats.subsidy}});
    }
    return std::optional(std::move(blocks));
}

FeeDayReader::FeeDayReader(Nodes nodes, Executor& home, Answer answer)
    : nodes_(std::move(nodes)), home_(home), answer_(std::move(answer)), loop_("payout-fees") {}

FeeDayReader::~FeeDayReader() {
    cancel();
}

void FeeDayReader::cancel() {
    for (const auto& node : nodes_) node->cancel();
}

void FeeDayReader::ask(UnixTime day) {
    if (asking_) return;
    asking_ = true;
    loop_.post([this, day] {
        home_.post([this, day, fees = read(day)] {
            asking_ = false;
            answer_(day, fees);
        });
    });
}

Result<std::optional<FeeDay>> FeeDayReader::read(UnixTime day) {
    std::vector<std::vector<DayBlock>> told;
    std::string silent;
    for (const auto& node : nodes_) {
        auto blocks = blocks_told_by(*node, day);
        if (!blocks) {
            silent = blocks.error().context;
            continue;
        }
        if (!blocks.value()) return std::optional<FeeDay>();
        told.push_back(std::move(*blocks.value()));
    }
    const std::size_t wanted = std::min<std::size_t>(nodes_.size(), 2);
    if (told.size() < wanted) {
        return failure(ErrorCode::unavailable, std::to_string(told.size()) + " of " +
                                                   std::to_string(wanted) +
                                                   " nodes tell the day's fees: " + silent);
    }
    LODE_TRY(auto blocks, agreed_blocks(told));
    return std::optional(frozen_fee_day(std::move(blocks)));
}

}  // namespace lode::payout
