// Work divided by the work of a block.
#include "payout/scheme/units.hpp"

#include "common/base/assert.hpp"

namespace lode::payout {

Units units_of(const bitcoin::Work& work, const bitcoin::Work& network) {
    const Uint128 raw = mul_div(number(work), Uint128{1} << 64, number(network));
    LODE_ASSERT(raw >> 127 == 0);
    return Units(raw);
}

Result<bitcoin::Work> network_work(std::uint32_t bits) {
    LODE_TRY(const auto target, bitcoin::target_from_bits(bits));
    return bitcoin::work_of_target(target);
}

Result<bitcoin::Work> NetworkTable::of(std::uint32_t bits) {
    for (const auto& [known, work] : known_) {
        if (known == bits) return work;
    }
    LODE_TRY(const auto work, network_work(bits));
    known_.emplace_back(bits, work);
    return work;
}

}  // namespace lode::payout
