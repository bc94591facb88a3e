// Weight and signature operations follow BIP 141; transactions are only ever dropped from the end,
// because a later one may spend an earlier one but never the reverse.
#include "jobmaker/job_builder.hpp"

#include <algorithm>

#include "common/bitcoin/address.hpp"
#include "common/bitcoin/block.hpp"
#include "common/bitcoin/coinbase.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::jobmaker {
namespace {

// A legacy signature operation counts four times (BIP 141).
constexpr std::uint64_t legacy_sigop_cost = 4;
constexpr std::uint8_t op_dup = 0x76;
// The most that one opcode counts as: an OP_CHECKMULTISIG outside P2SH.
constexpr std::uint64_t sigops_per_opcode_max = 20;

std::string text(ByteView bytes) {
    return std::string(as_chars(bytes));
}

bitcoin::CoinbaseOptions coinbase_options(const JobPlan& plan, const CoinbaseSettings& settings,
                                          std::uint32_t coinbase_number) {
    const v1::BitcoinTemplate& body = plan.source.body();
    return {
        .height = body.height(),
        .coinbase_aux = to_bytes(as_bytes(body.coinbase_aux())),
        .generation = coinbase_number,
        .tag = settings.tag,
        .salt = Bytes(salt_size, 0),
        .extranonce_size = extranonce_size,
        .aux_commitment = {},
        .outputs = {{plan.reward, settings.payout_script}},
        .witness_commitment = plan.witness_commitment,
        .bip54_locktime = settings.bip54_locktime,
    };
}

// The scriptSig with every part at its greatest, of heights up to 2^31: a node's coinbaseaux has 3
// bytes left, which it has not filled for years.
static_assert(5 + 5 + 1 + bitcoin::coinbase_tag_size_max + 1 + salt_size + extranonce_size +
                  bitcoin::aux_commitment_size_max <=
              bitcoin::coinbase_script_size_max);

// The largest output that a solo miner's coinbase has beside the pool's: amount, length, script.
constexpr std::size_t solo_output_size_max = 8 + 1 + bitcoin::address_script_size_max;

// What the largest coinbase may count as: an address's script has one only if it is P2PKH, as a
// solo miner's may be; coinbaseaux bytes are the node's own and are counted at their worst.
std::uint64_t coinbase_sigop_cost(const v1::BitcoinTemplate& body, ByteView payout_script) {
    constexpr std::uint64_t solo_output = 1;
    const std::uint64_t output = !payout_script.empty() && payout_script[0] == op_dup ? 1 : 0;
    return legacy_sigop_cost *
           (output + solo_output + sigops_per_opcode_max * body.coinbase_aux().size());
}

v1::SoloCoinbase solo_coinbase(const bitcoin::CoinbaseEnd& end, const CoinbaseSettings& settings) {
    v1::SoloCoinbase solo;
    solo.set_head(text(end.head));
    solo.set_fee_ppm(settings.solo_fee_ppm);
    solo.set_fee_script(text(settings.payout_script));
    solo.set_witness_commitment(text(end.witness_commitment));
    solo.set_lock_time(end.lock_time);
    return solo;
}

struct Room {
    std::uint64_t weight;
    std::uint64_t sigops;
};

// How many of the first transactions fit.
Result<std::size_t> count_that_fits(const v1::BitcoinTemplate& body, std::uint64_t coinbase_weight,
                                    std::uint64_t coinbase_sigops) {
    const Room room{std::min<std::uint64_t>(body.weight_limit(), bitcoin::block_weight_max),
                    body.sigop_limit()};
    std::vector<std::uint64_t> weights;
    weights.reserve(static_cast<std::size_t>(body.transactions_size()));
    Room used{0, coinbase_sigops};
    for (const v1::BitcoinTransaction& one : body.transactions()) {
        weights.push_back(one.weight());
        used.sigops += one.sigops();
    }
    used.weight = bitcoin::block_weight(weights, coinbase_weight);
    auto count = body.transactions_size();
    while (used.weight > room.weight || used.sigops > room.sigops) {
        if (count == 0) {
            return failure(ErrorCode::rejected, "the limits have no room for our coinbase");
        }
        --count;
        used.weight -= body.transactions(count).weight();
        used.sigops -= body.transactions(count).sigops();
    }
    return static_cast<std::size_t>(count);
}

std::vector<bitcoin::Hash256> first_ids(const v1::BitcoinTemplate& body, std::size_t count,
                                        const std::string& (v1::BitcoinTransaction::*id)() const) {
    std::vector<bitcoin::Hash256> ids(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string& bytes = (body.transactions(static_cast<int>(i)).*id)();
        std::copy(bytes.begin(), bytes.end(), ids[i].bytes.begin());
    }
    return ids;
}

// The template's reward without the fees of the transactions from `count` on.
Result<bitcoin::Satoshi> reward_of_first(const v1::BitcoinTemplate& body, std::size_t count) {
    LODE_TRY(auto reward, bitcoin::checked_amount(body.coinbase_value()));
    for (int i = static_cast<int>(count); i < body.transactions_size(); ++i) {
        LODE_TRY(reward, bitcoin::subtract(reward, bitcoin::Satoshi(body.transactions(i).fee())));
    }
    return reward;
}

}  // namespace

Result<JobPlan> plan_job(const MiningTemplate& source, const CoinbaseSettings& settings) {
    const v1::BitcoinTemplate& body = source.body();
    JobPlan plan;
    plan.source = source;
    LODE_TRY(plan.reward, bitcoin::checked_amount(body.coinbase_value()));
    if (!body.witness_commitment().empty()) {
        plan.witness_commitment = to_bytes(as_bytes(body.witness_commitment()));
    }
    LODE_TRY(const auto measured, bitcoin::build_coinbase(coinbase_options(plan, settings, 0)));
    const std::size_t size =
        measured.prefix.size() + extranonce_size + measured.suffix.size() + solo_output_size_max;
    LODE_TRY(const auto count, count_that_fits(body, bitcoin::coinbase_weight(size),
                                               coinbase_sigop_cost(body, settings.payout_script)));
    plan.transaction_count = static_cast<std::uint32_t>(count);
    if (count < static_cast<std::size_t>(body.transactions_size())) {
        LODE_TRY(plan.reward, reward_of_first(body, count));
        if (plan.witness_commitment) {
            plan.witness_commitment = bitcoin::witness_commitment_script(
                first_ids(body, count, &v1::BitcoinTransaction::wtxid));
        }
    }
    plan.merkle_branch =
        bitcoin::merkle_branch(first_ids(body, count, &v1::BitcoinTransaction::txid));
    return plan;
}

Result<v1::Job> build_job(const JobPlan& plan, const CoinbaseSettings& settings,
                          const JobMoment& moment) {
    const v1::BitcoinTemplate& body = plan.source.body();
    const auto options = coinbase_options(plan, settings, moment.coinbase_number);
    LODE_TRY(const auto coinbase, bitcoin::build_coinbase(options));
    v1::Job job;
    job.set_job_id(moment.id.value());
    job.set_template_id(text(plan.source.id.view()));
    job.set_height(body.height());
    job.set_clean(moment.clean);
    job.set_network_target(text(plan.source.target.to_hash().view()));
    job.set_reward(plan.reward.value());
    v1::BitcoinJob& bitcoin_job = *job.mutable_bitcoin();
    bitcoin_job.set_prev_hash(body.prev_hash());
    bitcoin_job.set_version(body.version());
    bitcoin_job.set_version_mask(settings.version_mask & ~body.version_bits_required());
    bitcoin_job.set_bits(body.bits());
    bitcoin_job.set_time(std::max(moment.time, body.min_time()));
    bitcoin_job.set_min_time(body.min_time());
    bitcoin_job.set_node_time_unix_ms(moment.node_time_unix_ms);
    bitcoin_job.set_coinbase_prefix(text(coinbase.prefix));
    bitcoin_job.set_salt_size(salt_size);
    bitcoin_job.set_extranonce_size(extranonce_size);
    bitcoin_job.set_coinbase_suffix(text(coinbase.suffix));
    bitcoin_job.set_witness(plan.witness_commitment.has_value());
    for (const bitcoin::Hash256& sibling : plan.merkle_branch) {
        bitcoin_job.add_merkle_branch(text(sibling.view()));
    }
    bitcoin_job.set_transaction_count(plan.transaction_count);
    *bitcoin_job.mutable_solo() = solo_coinbase(bitcoin::coinbase_end(options), settings);
    return job;
}

}  // namespace lode::jobmaker
