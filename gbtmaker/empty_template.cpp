// Each field is exact or there is no template at all: a guess would be a block that is worth
// nothing.
#include "gbtmaker/empty_template.hpp"

#include <algorithm>

#include "common/bitcoin/block.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::gbtmaker {
namespace {

constexpr std::uint32_t retarget_interval = 2'016;
// Regtest never retargets, but Bitcoin Core counts its periods for the time rule of BIP 94; older
// versions count 2016 blocks, a multiple of this.
constexpr std::uint32_t regtest_period = 144;
// BIP 94: a period's first block may not be this many seconds older than its parent.
constexpr std::uint32_t timewarp_seconds_max = 600;

std::optional<std::uint32_t> next_bits(bitcoin::Network network, const TipHeader& tip) {
    switch (network) {
        case bitcoin::Network::regtest:
            return tip.bits;
        case bitcoin::Network::main:
        case bitcoin::Network::signet:
            if ((tip.height + 1) % retarget_interval == 0) return std::nullopt;
            return tip.bits;
        case bitcoin::Network::test:
        case bitcoin::Network::testnet4:
            return std::nullopt;
    }
    return std::nullopt;
}

bitcoin::Satoshi subsidy(bitcoin::Network network, std::uint32_t height) {
    const bool regtest = network == bitcoin::Network::regtest;
    return bitcoin::block_subsidy(
        height, regtest ? bitcoin::regtest_halving_interval : bitcoin::halving_interval);
}

// The least header time: above the median of the last eleven, and by BIP 94 at a period's first
// block. (Only regtest's periods come here, where the stricter of its two lengths harms nothing.)
std::uint32_t least_time(const TipHeader& tip) {
    const std::uint32_t above_median = tip.median_time + 1;
    if ((tip.height + 1) % regtest_period != 0 || tip.time < timewarp_seconds_max) {
        return above_median;
    }
    return std::max(above_median, tip.time - timewarp_seconds_max);
}

}  // namespace

std::optional<bitcoin::BlockTemplate> empty_template(const EmptyBasis& basis) {
    const auto bits = next_bits(basis.network, basis.tip);
    if (!bits) return std::nullopt;
    const auto target = bitcoin::target_from_bits(*bits);
    if (!target) return std::nullopt;
    // A node whose own template pays less than we think a block creates has other rules than ours.
    if (basis.last.coinbase_value < subsidy(basis.network, basis.last.height)) return std::nullopt;

    bitcoin::BlockTemplate made = basis.last;
    made.transactions.clear();
    made.longpoll_id.clear();
    made.prev_hash = basis.tip.hash;
    made.height = basis.tip.height + 1;
    made.bits = *bits;
    made.target = target.value();
    made.min_time = least_time(basis.tip);
    made.cur_time =
        std::max(made.min_time, static_cast<std::uint32_t>(to_unix_seconds(basis.node_time)));
    made.coinbase_value = subsidy(basis.network, made.height);
    if (made.default_witness_commitment) {
        made.default_witness_commitment = bitcoin::witness_commitment_script({});
    }
    return made;
}

}  // namespace lode::gbtmaker
