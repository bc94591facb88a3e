// Splitting and carrying in 128 bits.
#include "common/db/limbs.hpp"

namespace lode::db {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int limb_bits = 40;
constexpr std::uint64_t limb_mask = (std::uint64_t{1} << limb_bits) - 1;

}  // namespace

WorkLimbs limbs_of(const bitcoin::Work& work) {
    const Wide value = Wide{work.high()} << 64 | work.low();
    return {static_cast<std::int64_t>(static_cast<std::uint64_t>(value) & limb_mask),
            static_cast<std::int64_t>(static_cast<std::uint64_t>(value >> limb_bits) & limb_mask),
            static_cast<std::int64_t>(value >> (2 * limb_bits))};
}

Result<bitcoin::Work> work_of(const WorkLimbs& limbs) {
    for (const std::int64_t limb : limbs) {
        if (limb < 0) return failure(ErrorCode::internal, "work: a limb is negative");
    }
    const auto limb = [&](std::size_t i) { return static_cast<Wide>(limbs[i]); };
    const Wide low = limb(0) + (limb(1) << limb_bits);  // below 2^104
    const Wide top = limb(2) + (low >> (2 * limb_bits));
    if (top >> (128 - 2 * limb_bits) != 0) {
        return failure(ErrorCode::internal, "work: the sum is beyond 128 bits");
    }
    const Wide rest = low & ((Wide{1} << (2 * limb_bits)) - 1);
    const Wide value = (top << (2 * limb_bits)) | rest;
    return bitcoin::Work(static_cast<std::uint64_t>(value >> 64),
                         static_cast<std::uint64_t>(value));
}

}  // namespace lode::db
