// Checks of a solved share that need nothing but the share itself.
#include "blkmaker/solution.hpp"

#include <algorithm>

#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/target.hpp"
#include "common/bitcoin/transaction.hpp"
#include "common/messages/solved.pb.h"

namespace lode::blkmaker {
namespace {

Result<bitcoin::Satoshi> reward_of(const bitcoin::Transaction& coinbase) {
    bitcoin::Satoshi reward;
    for (const auto& output : coinbase.outputs) {
        LODE_TRY(reward, bitcoin::add(reward, output.amount));
    }
    return reward;
}

// The pool's own coinbase pays the pool alone. That of a solo miner pays first the miner, whose
// script may be the pool's, too; what else it pays is the pool's fee. Were the miner's output not
// where it belongs, nothing would be known to be the pool's: no reason to hold up a block.
PaidCoinbase paid_by(const bitcoin::Transaction& coinbase, bitcoin::Satoshi reward,
                     ByteView miner_script) {
    PaidCoinbase paid{bitcoin::txid(coinbase), reward, Finder::pool};
    if (miner_script.empty()) return paid;
    const bitcoin::TxOutput& first = coinbase.outputs.front();
    const bool as_built = std::ranges::equal(first.script, miner_script);
    const std::int64_t fee = as_built ? reward.value() - first.amount.value() : 0;
    return {paid.txid, bitcoin::Satoshi(fee), Finder::solo_miner};
}

}  // namespace

Result<Solution> parse_solution(const v1::SolvedShare& share) {
    if (!share.has_bitcoin()) {
        return failure(ErrorCode::malformed, "solved share: body is missing");
    }
    Solution solution;
    const auto header = bitcoin::parse_header(as_bytes(share.bitcoin().header()));
    if (!header) return failure_in("solved share: header", header.error());
    solution.header = header.value();
    solution.hash = solution.header.hash();
    if (as_chars(solution.hash.view()) != share.block_hash()) {
        return failure(ErrorCode::malformed, "solved share: header does not hash to block_hash");
    }
    const auto target = bitcoin::target_from_bits(solution.header.bits);
    if (!target) return failure_in("solved share: bits", target.error());
    if (!bitcoin::meets_target(solution.hash, target.value())) {
        return failure(ErrorCode::rejected, "solved share: hash does not meet its own target");
    }
    const auto template_id = bitcoin::hash256_from_bytes(as_bytes(share.template_id()));
    if (!template_id) return failure_in("solved share: template_id", template_id.error());
    solution.template_id = template_id.value();
    solution.coinbase = to_bytes(as_bytes(share.bitcoin().coinbase()));
    const auto coinbase = bitcoin::parse_transaction(solution.coinbase);
    if (!coinbase) return failure_in("solved share: coinbase", coinbase.error());
    const auto reward = reward_of(coinbase.value());
    if (!reward) return failure_in("solved share: coinbase", reward.error());
    solution.reward = reward.value();
    solution.paid =
        paid_by(coinbase.value(), reward.value(), as_bytes(share.bitcoin().payout_script()));
    solution.transaction_count = share.bitcoin().transaction_count();
    solution.height = share.height();
    solution.job = JobId(share.job_id());
    solution.user = share.user();
    solution.worker = share.worker();
    solution.found = from_unix_ms(share.produced_unix_ms());
    return solution;
}

BlockRow found_row(const Solution& solution, const std::string& chain) {
    return {.chain = chain,
            .hash = solution.hash,
            .prev_hash = solution.header.prev_hash,
            .height = solution.height,
            .state = BlockState::found,
            .reward = solution.reward,
            .user = solution.user,
            .worker = solution.worker,
            .job = solution.job,
            .found = solution.found,
            .confirmations = 0,
            .coinbase = solution.paid};
}

Result<std::vector<v1::SolvedShare>> parse_entries(const std::vector<std::string>& entries) {
    std::vector<v1::SolvedShare> shares(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!shares[i].ParseFromString(entries[i])) {
            return failure(ErrorCode::internal, "journal: an entry is not a solved share");
        }
    }
    return shares;
}

}  // namespace lode::blkmaker
