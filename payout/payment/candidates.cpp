// Pages read until enough of them can be paid.
#include "payout/payment/candidates.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

// About 10 MB of rows.
constexpr std::int64_t page_rows = 50'000;
// Half a million who wait in vain: some seconds of reading.
constexpr int pages_max = 10;
// Of those who cannot be paid; a person reads no more.
constexpr std::size_t unpayable_max = 10'000;

}  // namespace

Result<std::vector<Candidate>> read_candidates(PaymentStore& store,
                                               const FeeAddresses& fee_addresses,
                                               const PlanRules& rules, UnixTime now) {
    std::vector<Candidate> kept;
    std::size_t payable = 0;
    std::size_t unpayable = 0;
    CandidatePage page{.least = rules.minimum, .behind = {}, .rows = page_rows};
    for (int i = 0; i < pages_max; ++i) {
        LODE_TRY(auto candidates, store.candidates(page));
        if (candidates.empty()) break;
        page.least = candidates.back().balance;
        page.behind = candidates.back().owner;
        for (Candidate& candidate : candidates) {
            if (candidate.owner.kind == Owner::Kind::fee && candidate.address.empty()) {
                const auto address = fee_addresses.find(candidate.owner.name);
                if (address != fee_addresses.end()) candidate.address = address->second;
            }
            if (is_payable(candidate, rules, now)) {
                kept.push_back(std::move(candidate));
                if (++payable > rules.outputs_max) return kept;
            } else if (++unpayable <= unpayable_max) {
                kept.push_back(std::move(candidate));
            }
        }
    }
    return kept;
}

}  // namespace lode::payout
