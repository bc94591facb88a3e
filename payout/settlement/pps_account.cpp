// Cumulative floors less what was posted.
#include "payout/settlement/pps_account.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "payout/scheme/units.hpp"

namespace lode::payout {
namespace {

constexpr std::int64_t retarget_interval = 2016;

Result<Price> price_of(const PpsKey& key, const TermsBook& book, NetworkTable& networks) {
    const Terms* terms = book.version(key.price.terms_version);
    if (terms == nullptr) {
        return failure(ErrorCode::internal,
                       "no terms of version " + std::to_string(key.price.terms_version));
    }
    LODE_TRY(const auto network, networks.of(key.price.bits));
    return Price{.network = network,
                 .subsidy = key.price.subsidy,
                 .fee = key.holder.scheme == Scheme::fpps ? terms->fpps_fee : terms->pps_fee};
}

}  // namespace

Satoshi subsidy_of_epoch(std::int64_t height_epoch, std::uint32_t halving_interval) {
    LODE_ASSERT(height_epoch >= 0 && halving_interval > 0);
    // The epochs at and behind a halving are those that count it.
    std::uint32_t height = 0;
    const auto epoch_of = [&](std::int64_t at) {
        return at / retarget_interval + at / halving_interval;
    };
    constexpr int halvings_max = 64;  // the subsidy is zero then
    for (int halvings = 1; halvings <= halvings_max; ++halvings) {
        const std::int64_t next = std::int64_t{halvings} * halving_interval;
        if (epoch_of(next) > height_epoch) break;
        height = static_cast<std::uint32_t>(next);
    }
    return bitcoin::block_subsidy(height, halving_interval);
}

Result<PpsDues> pps_dues(const PpsSums& stored, const PpsWork& more, const TermsBook& terms) {
    NetworkTable networks;
    PpsDues dues;
    for (const auto& [key, work] : more) {
        LODE_TRY(const auto price, price_of(key, terms, networks));
        const auto before = stored.find(key);
        const PpsSum sum = before == stored.end() ? PpsSum{} : before->second;
        const std::int64_t due = pps_earned(sum.work + work, price).value() - sum.posted.value();
        if (due > 0) dues.emplace(key, Satoshi(due));
    }
    return dues;
}

PpsDues capped(PpsDues dues, Satoshi most) {
    std::int64_t left = most.value();
    const bool fits = std::ranges::all_of(dues, [&](const auto& due) {
        if (due.second.value() > left) return false;
        left -= due.second.value();
        return true;
    });
    if (fits) return dues;
    const Satoshi each(most.value() / std::ssize(dues));
    for (auto& [key, due] : dues) due = std::min(due, each);
    std::erase_if(dues, [](const auto& due) { return due.second.value() == 0; });
    return dues;
}

Result<PpsDues> fpps_dues(const PpsWork& work, const FeeDay& day, const TermsBook& terms) {
    NetworkTable networks;
    PpsDues dues;
    for (const auto& [key, done] : work) {
        LODE_TRY(const auto price, price_of(key, terms, networks));
        const Satoshi due = fpps_fees_earned(done, price, day);
        if (due.value() > 0) dues.emplace(key, due);
    }
    return dues;
}

}  // namespace lode::payout
