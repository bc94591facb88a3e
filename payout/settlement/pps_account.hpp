// What users of the PPS family have earned, beside what was posted for them.
#pragma once

#include <compare>
#include <map>
#include <vector>

#include "payout/scheme/credit.hpp"
#include "payout/scheme/pps.hpp"
#include "payout/scheme/terms.hpp"

namespace lode::payout {

using bitcoin::Satoshi;

// Work at one price: a row of pps_sum.
struct PpsPrice {
    std::uint32_t bits = 0;
    Satoshi subsidy;
    std::int64_t terms_version = 0;
    friend auto operator<=>(const PpsPrice&, const PpsPrice&) = default;
};
struct PpsKey {
    PpsPrice price;
    Holder holder;
    friend auto operator<=>(const PpsKey&, const PpsKey&) = default;
};
struct PpsSum {
    bitcoin::Work work;
    Satoshi posted;
};
using PpsSums = std::map<PpsKey, PpsSum>;
using PpsWork = std::map<PpsKey, bitcoin::Work>;
using PpsDues = std::map<PpsKey, Satoshi>;

// A block's subsidy by user_bucket.height_epoch, which counts the retargets and halvings up to the
// block.
[[nodiscard]] Satoshi subsidy_of_epoch(std::int64_t height_epoch, std::uint32_t halving_interval);

// Of the keys of `more`: what stored and more work have earned together beyond what was posted.
// None is negative: what was posted once stays.
[[nodiscard]] Result<PpsDues> pps_dues(const PpsSums& stored, const PpsWork& more,
                                       const TermsBook& terms);
// The same where they are `most` together at most, else each at most its equal part of that: the
// rest is due again.
[[nodiscard]] PpsDues capped(PpsDues dues, Satoshi most);
// The fees' part of a day, whole, of FPPS work.
[[nodiscard]] Result<PpsDues> fpps_dues(const PpsWork& work, const FeeDay& day,
                                        const TermsBook& terms);

}  // namespace lode::payout
