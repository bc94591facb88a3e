// Counting what is wrong on one connection.
#include "sserver/conduct.hpp"

namespace lode::sserver {
namespace {

// What a machine in order does not send. Stale shares come from a slow line and too many of them
// from a low difficulty; neither is the miner's fault.
bool is_invalid(ShareVerdict verdict) {
    switch (verdict) {
        case ShareVerdict::refused:
        case ShareVerdict::low_difficulty:
        case ShareVerdict::unauthorised:
        case ShareVerdict::time_too_old:
        case ShareVerdict::time_too_new:
        case ShareVerdict::version_bits:
            return true;
        case ShareVerdict::stale:
        case ShareVerdict::duplicate:
        case ShareVerdict::too_many:
        case ShareVerdict::accepted:
            break;
    }
    return false;
}

}  // namespace

std::optional<Offence> Conduct::offend(Offence offence) {
    if (offended_) return std::nullopt;
    offended_ = true;
    return offence;
}

std::optional<Offence> Conduct::malformed(const ConductRules& rules) {
    if (offended_ || ++malformed_ < rules.malformed_max) return std::nullopt;
    return offend(Offence::malformed);
}

std::optional<Offence> Conduct::login_refused(const ConductRules& rules) {
    if (refused_logins_ == granted || offended_) return std::nullopt;
    if (++refused_logins_ < rules.refused_logins_max) return std::nullopt;
    return offend(Offence::logins);
}

std::optional<Offence> Conduct::left() {
    if (refused_logins_ == granted || refused_logins_ == 0) return std::nullopt;
    return offend(Offence::logins);
}

std::optional<Offence> Conduct::share(ShareVerdict verdict, const ConductRules& rules) {
    if (verdict == ShareVerdict::accepted) proven_ = true;
    if (is_invalid(verdict)) ++invalid_;
    if (verdict == ShareVerdict::duplicate) ++duplicates_;
    if (++shares_ < shares_judged) return std::nullopt;
    const bool invalid = invalid_ > rules.invalid_percent;
    const bool duplicate = duplicates_ > rules.invalid_percent;
    shares_ = invalid_ = duplicates_ = 0;
    if (invalid) return offend(Offence::invalid_shares);
    if (duplicate) return offend(Offence::duplicates);
    return std::nullopt;
}

}  // namespace lode::sserver
