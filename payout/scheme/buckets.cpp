// Where a window begins and what lies in it.
#include "payout/scheme/buckets.hpp"

#include <algorithm>
#include <utility>

#include "common/base/assert.hpp"

namespace lode::payout {

std::span<const BucketSum> same_start(std::span<const BucketSum> sums) {
    const auto end = std::ranges::find_if(
        sums, [&](const BucketSum& sum) { return sum.start != sums.front().start; });
    return sums.first(static_cast<std::size_t>(end - sums.begin()));
}

Result<Units> units_of_start(std::span<const BucketSum> sums, NetworkTable& networks) {
    std::vector<std::pair<std::uint32_t, bitcoin::Work>> by_bits;  // one, at a retarget two
    for (const BucketSum& sum : sums) {
        const auto known =
            std::ranges::find(by_bits, sum.bits, &std::pair<std::uint32_t, bitcoin::Work>::first);
        if (known == by_bits.end()) {
            by_bits.emplace_back(sum.bits, sum.work);
        } else {
            known->second += sum.work;
        }
    }
    Units units;
    for (const auto& [bits, work] : by_bits) {
        LODE_TRY(const auto network, networks.of(bits));
        units += units_of(work, network);
    }
    return units;
}

Result<Window> pplns_window(std::span<const BucketSum> newest_first, Units window) {
    LODE_ASSERT(window > Units());
    NetworkTable networks;
    Window out;
    while (!newest_first.empty()) {
        const auto bucket = same_start(newest_first);
        newest_first = newest_first.subspan(bucket.size());
        LODE_ASSERT(newest_first.empty() || newest_first.front().start < bucket.front().start);
        LODE_TRY(const auto units, units_of_start(bucket, networks));
        out.start = bucket.front().start;
        const Units missing = window - out.held;
        if (units >= missing) {
            out.numerator = missing.raw();
            out.denominator = units.raw();
            out.held = window;
            break;
        }
        out.held += units;
    }
    return out;
}

void PplnsSum::add(std::span<const Bucket> buckets) {
    Part* last = nullptr;
    for (const Bucket& bucket : buckets) {
        if (bucket.start < window_.start) continue;
        const Group group{bucket.bits, bucket.scheme, bucket.start == window_.start};
        if (last == nullptr || last->group != group) last = &part(group);
        last->work.add(bucket.user, number(bucket.work));
    }
}

PplnsSum::Part& PplnsSum::part(const Group& group) {
    const auto known = std::ranges::find(parts_, group, &Part::group);
    return known != parts_.end() ? *known : parts_.emplace_back(Part{group, {}});
}

Result<Weights> PplnsSum::weights() const {
    NetworkTable networks;
    HolderSums sums;
    for (const Part& part : parts_) {
        LODE_TRY(const auto network, networks.of(part.group.bits));
        for (const UserSums::Sum& sum : part.work.all()) {
            Uint128 units = units_of(work_of(sum.value), network).raw();
            if (part.group.boundary) {
                units = mul_div(units, window_.numerator, window_.denominator);
            }
            sums.add({sum.user, part.group.scheme}, units);
        }
    }
    return fit(sums.weights());
}

Result<Weights> pplns_weights(std::span<const Bucket> buckets, const Window& window) {
    PplnsSum sum(window);
    sum.add(buckets);
    return sum.weights();
}

Weights prop_weights(std::span<const Bucket> round) {
    HolderSums sums;
    for (const Bucket& bucket : round) {
        sums.add({bucket.user, bucket.scheme}, number(bucket.work));
    }
    return fit(sums.weights());
}

}  // namespace lode::payout
