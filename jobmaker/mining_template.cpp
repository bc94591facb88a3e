// The checks that the rest of jobmaker relies on.
#include "jobmaker/mining_template.hpp"

#include <algorithm>

#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::jobmaker {
namespace {

// OP_RETURN, a push of 36, aa21a9ed and the hash (BIP 141).
constexpr std::size_t commitment_size_min = 38;

Result<bitcoin::Hash256> hash_field(std::string_view bytes, const char* field) {
    auto hash = bitcoin::hash256_from_bytes(as_bytes(bytes));
    if (!hash) return failure_in(field, hash.error());
    return hash;
}

Result<void> check_transactions(const v1::BitcoinTemplate& body) {
    bool witness = false;
    for (int i = 0; i < body.transactions_size(); ++i) {
        const v1::BitcoinTransaction& one = body.transactions(i);
        const bool complete = !one.data().empty() && one.txid().size() == 32 &&
                              one.wtxid().size() == 32 && one.weight() > 0 && one.fee() >= 0;
        if (!complete) {
            return failure(ErrorCode::malformed,
                           "transactions[" + std::to_string(i) + "] is not complete");
        }
        witness = witness || one.txid() != one.wtxid();
    }
    if (witness && body.witness_commitment().empty()) {
        return failure(ErrorCode::malformed,
                       "witness_commitment is missing beside witness transactions");
    }
    return success();
}

Result<void> check_numbers(const v1::BitcoinTemplate& body) {
    const auto require = [](bool holds, const char* what) -> Result<void> {
        if (holds) return success();
        return failure(ErrorCode::malformed, what);
    };
    LODE_TRY_VOID(require(body.height() > 0, "height is missing"));
    LODE_TRY_VOID(require(body.weight_limit() > 0, "weight_limit is missing"));
    LODE_TRY_VOID(require(body.sigop_limit() > 0, "sigop_limit is missing"));
    LODE_TRY_VOID(require(body.min_time() > 0, "min_time is missing"));
    LODE_TRY_VOID(require(body.cur_time() >= body.min_time(), "cur_time is below min_time"));
    LODE_TRY_VOID(require(body.witness_commitment().empty() ||
                              body.witness_commitment().size() >= commitment_size_min,
                          "witness_commitment is too short"));
    const auto value = bitcoin::checked_amount(body.coinbase_value());
    if (!value) return failure_in("coinbase_value", value.error());
    return success();
}

}  // namespace

Result<MiningTemplate> read_template(std::shared_ptr<const v1::TemplateMessage> message) {
    if (!message->template_().has_bitcoin()) {
        return failure(ErrorCode::malformed, "template.bitcoin is missing");
    }
    const v1::BlockTemplate& outer = message->template_();
    const v1::BitcoinTemplate& body = outer.bitcoin();
    MiningTemplate result;
    LODE_TRY(result.id, hash_field(outer.template_id(), "template_id"));
    LODE_TRY(result.prev_hash, hash_field(body.prev_hash(), "prev_hash"));
    LODE_TRY(auto chainwork, hash_field(body.chainwork(), "chainwork"));
    std::reverse(chainwork.bytes.begin(), chainwork.bytes.end());  // big-endian on the bus
    result.chainwork = bitcoin::Uint256::from_hash(chainwork);
    auto target = bitcoin::target_from_bits(body.bits());
    if (!target) return failure_in("bits", target.error());
    result.target = target.value();
    LODE_TRY_VOID(check_numbers(body));
    LODE_TRY_VOID(check_transactions(body));
    result.origin = message->source() + " " + outer.node();
    result.message = std::move(message);
    return result;
}

Duration age_on_arrival(UnixTime produced, UnixTime now) {
    return now > produced ? Duration(now - produced) : Duration::zero();
}

}  // namespace lode::jobmaker
