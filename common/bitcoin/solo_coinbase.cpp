// The split between miner and pool.
#include "common/bitcoin/solo_coinbase.hpp"

namespace lode::bitcoin {
namespace {

// floor(reward * ppm / 1,000,000); both steps stay far below 2^63.
Satoshi fee_of(const SoloCoinbase& coinbase) {
    const std::int64_t reward = coinbase.reward.value();
    const std::int64_t ppm = coinbase.fee_ppm;
    return Satoshi(reward / parts_per_million * ppm +
                   reward % parts_per_million * ppm / parts_per_million);
}

}  // namespace

Result<void> check_solo_coinbase(const SoloCoinbase& coinbase) {
    LODE_TRY_VOID(checked_amount(coinbase.reward.value()));
    if (coinbase.fee_ppm > parts_per_million) {
        return failure(ErrorCode::malformed, "the solo fee is above the reward");
    }
    if (coinbase.fee_script.empty()) {
        return failure(ErrorCode::malformed, "the solo fee has no script");
    }
    return success();
}

std::vector<TxOutput> solo_outputs(const SoloCoinbase& coinbase, ByteView miner_script) {
    const Satoshi fee = fee_of(coinbase);
    if (fee == Satoshi(0) || fee < dust_limit(coinbase.fee_script)) {
        return {{coinbase.reward, to_bytes(miner_script)}};
    }
    return {{Satoshi(coinbase.reward.value() - fee.value()), to_bytes(miner_script)},
            {fee, coinbase.fee_script}};
}

Bytes solo_suffix(const SoloCoinbase& coinbase, ByteView miner_script) {
    return coinbase_suffix(coinbase.end, solo_outputs(coinbase, miner_script));
}

}  // namespace lode::bitcoin
