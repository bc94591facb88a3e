// Vectors that grow to the largest user id, and what they hold in order.
#include "payout/scheme/work_sums.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace lode::payout {

Uint128& UserSums::grown_place(UserId user) {
    const auto id = static_cast<std::uint64_t>(user.value());
    if (id >= dense_max) return sparse_[user];
    dense_.resize(std::min(dense_max, std::max(id + 1, std::uint64_t{2} * dense_.size())));
    return dense_[id];
}

std::vector<UserSums::Sum> UserSums::all() const {
    LODE_ASSERT(!overflowed_);
    std::vector<Sum> out;
    out.reserve(dense_.size() + sparse_.size());
    for (std::size_t id = 0; id < dense_.size(); ++id) {
        if (dense_[id] != 0) out.push_back({UserId(static_cast<std::int64_t>(id)), dense_[id]});
    }
    for (const auto& [user, value] : sparse_) {
        if (value != 0) out.push_back({user, value});
    }
    // Only negative ids, which no database gives, stand out of order.
    if (!sparse_.empty()) std::ranges::sort(out, {}, &Sum::user);
    return out;
}

Weights HolderSums::weights() const {
    Weights out;
    for (std::size_t scheme = 0; scheme < schemes; ++scheme) {
        for (const UserSums::Sum& sum : of_[scheme].all()) {
            out.of.push_back({{sum.user, static_cast<Scheme>(scheme)}, sum.value});
            LODE_ASSERT(!__builtin_add_overflow(out.whole, sum.value, &out.whole));
        }
    }
    std::ranges::sort(out.of, {}, &Weight::holder);
    return out;
}

}  // namespace lode::payout
