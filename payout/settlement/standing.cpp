// Counted words.
#include "payout/settlement/standing.hpp"

#include <algorithm>

namespace lode::payout {

Standing standing_of(const bitcoin::Hash256& block, const NodeWord& own,
                     std::span<const NodeWord> others) {
    std::size_t here = 0;
    std::size_t elsewhere = 0;
    const auto count = [&](const NodeWord& word) {
        if (word) ++(*word == block ? here : elsewhere);
    };
    count(own);
    std::ranges::for_each(others, count);
    if (elsewhere == 0) return own ? Standing::stands : Standing::unsure;
    const std::size_t needed = others.empty() ? 1 : 2;
    return here == 0 && elsewhere >= needed ? Standing::gone : Standing::doubtful;
}

}  // namespace lode::payout
