// Names, checks and look-ups of terms.
#include "payout/scheme/terms.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "common/base/assert.hpp"

namespace lode::payout {
namespace {

constexpr std::array base_names{std::pair{BaseScheme::pplns, std::string_view("pplns")},
                                std::pair{BaseScheme::prop, std::string_view("prop")},
                                std::pair{BaseScheme::dgm, std::string_view("dgm")}};
constexpr std::array scheme_names{std::pair{Scheme::base, std::string_view("base")},
                                  std::pair{Scheme::pps, std::string_view("pps")},
                                  std::pair{Scheme::pps_plus, std::string_view("pps_plus")},
                                  std::pair{Scheme::fpps, std::string_view("fpps")}};
constexpr std::size_t recipient_name_max = 64;  // the ledger's column

template <class Names, class Value>
std::string_view name_of(const Names& names, Value value) {
    for (const auto& [known, name] : names) {
        if (known == value) return name;
    }
    LODE_ASSERT(false);
    return {};
}

// What settings call a rate of all, and why none may be.
Result<void> check_rate(std::string_view setting, Ppm rate) {
    if (rate.value() < parts) return success();
    return failure(ErrorCode::malformed,
                   std::string(setting) + ": " + std::to_string(rate.value()) +
                       " parts per million leave nothing; allowed are 0 … 999999");
}

Result<void> check_recipients(const std::vector<FeeRecipient>& recipients) {
    std::uint64_t sum = 0;
    std::set<std::string_view> names;
    for (const FeeRecipient& recipient : recipients) {
        sum += recipient.share.value();
        if (recipient.name.empty() || recipient.name.size() > recipient_name_max) {
            return failure(ErrorCode::malformed, "fee_recipients: a name has 1 to 64 bytes");
        }
        if (!names.insert(recipient.name).second) {
            return failure(ErrorCode::malformed,
                           "fee_recipients: " + recipient.name + " is there twice");
        }
    }
    if (sum == parts) return success();
    return failure(ErrorCode::malformed, "fee_recipients: the shares add up to " +
                                             std::to_string(sum) + ", not to 1000000");
}

}  // namespace

std::string_view to_string(BaseScheme scheme) {
    return name_of(base_names, scheme);
}

Result<BaseScheme> base_scheme_from(std::string_view text) {
    for (const auto& [scheme, name] : base_names) {
        if (name == text) return scheme;
    }
    return failure(ErrorCode::malformed,
                   "scheme " + std::string(text) + " is none of pplns, prop, dgm");
}

std::string_view to_string(Scheme scheme) {
    return name_of(scheme_names, scheme);
}

Result<Scheme> scheme_from(std::string_view text) {
    for (const auto& [scheme, name] : scheme_names) {
        if (name == text) return scheme;
    }
    return failure(ErrorCode::malformed,
                   "scheme " + std::string(text) + " is none of base, pps, pps_plus, fpps");
}

Result<void> check_terms(const Terms& terms) {
    LODE_TRY_VOID(check_rate("base_fee", terms.base_fee));
    LODE_TRY_VOID(check_rate("pps_fee", terms.pps_fee));
    LODE_TRY_VOID(check_rate("fpps_fee", terms.fpps_fee));
    LODE_TRY_VOID(check_rate("finder_bonus", terms.finder_bonus));
    LODE_TRY_VOID(check_recipients(terms.recipients));
    if (terms.effective != std::chrono::floor<std::chrono::days>(terms.effective)) {
        return failure(ErrorCode::malformed, "terms take effect at a midnight UTC");
    }
    if (terms.base == BaseScheme::pplns && terms.pplns_window == 0) {
        return failure(ErrorCode::malformed, "pplns_window: must be 1 or more");
    }
    if (terms.base == BaseScheme::dgm) {
        LODE_TRY_VOID(check_rate("dgm_cross", terms.dgm_cross));
        LODE_TRY_VOID(check_rate("dgm_keep", terms.dgm_keep));
        if (terms.dgm_cross.value() == 0) {
            return failure(ErrorCode::malformed, "dgm_cross: must be 1 … 999999");
        }
    }
    return success();
}

TermsBook::TermsBook(std::vector<Terms> versions) : versions_(std::move(versions)) {
    LODE_ASSERT(!versions_.empty());
    LODE_ASSERT(std::ranges::is_sorted(versions_, {}, &Terms::effective));
    for (std::size_t i = 0; i < versions_.size(); ++i) {
        const bool older =
            !in_force_.empty() && versions_[i].version < versions_[in_force_.back()].version;
        if (!older) in_force_.push_back(i);
    }
}

void TermsBook::choose(const Choice& choice) {
    choices_[choice.user][choice.effective] = choice.scheme;
}

const Terms& TermsBook::at(UnixTime time) const {
    const auto later = std::ranges::upper_bound(
        in_force_, time, {}, [this](std::size_t i) { return versions_[i].effective; });
    return versions_[later == in_force_.begin() ? 0 : *std::prev(later)];
}

const Terms* TermsBook::version(std::int64_t number) const {
    const auto found = std::ranges::find(versions_, number, &Terms::version);
    return found == versions_.end() ? nullptr : &*found;
}

Scheme TermsBook::scheme_of(UserId user, UnixTime time) const {
    const auto chosen = choices_.find(user);
    if (chosen == choices_.end() || at(time).base == BaseScheme::prop) return Scheme::base;
    const auto later = chosen->second.upper_bound(time);
    return later == chosen->second.begin() ? Scheme::base : std::prev(later)->second;
}

UnixTime next_midnight(UnixTime time) {
    return std::chrono::floor<std::chrono::days>(time) + std::chrono::days(1);
}

}  // namespace lode::payout
