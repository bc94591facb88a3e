// Hash first, then the rules in order of cost.
#include "sserver/share_validator.hpp"

#include <algorithm>
#include <array>

namespace lode::sserver {
namespace {

constexpr std::int64_t ahead_of_job = 600;
constexpr std::int64_t ahead_of_node = 7'000;

std::uint32_t mask_of(const ShareClaim& claim) {
    return claim.version_mask & claim.job.version_mask;
}

bool outside_mask(const ShareClaim& claim) {
    return (claim.submit.version_bits.value_or(0) & ~mask_of(claim)) != 0;
}

ShareVerdict verdict_on(const ShareClaim& claim, const bitcoin::ShareCheck& checked,
                        SteadyTime now) {
    if (claim.worker == nullptr) return ShareVerdict::unauthorised;
    if (claim.standing != Standing::in_force) return ShareVerdict::stale;
    if (outside_mask(claim)) return ShareVerdict::version_bits;
    const TimeWindow window = time_window(claim.job, now);
    if (claim.submit.time < window.first) return ShareVerdict::time_too_old;
    if (claim.submit.time > window.last) return ShareVerdict::time_too_new;
    if (!checked.meets_share_target) return ShareVerdict::low_difficulty;
    return ShareVerdict::accepted;
}

}  // namespace

stratum::RejectCode reject_code(ShareVerdict verdict) {
    switch (verdict) {
        case ShareVerdict::stale:
            return stratum::RejectCode::stale;
        case ShareVerdict::duplicate:
            return stratum::RejectCode::duplicate;
        case ShareVerdict::low_difficulty:
            return stratum::RejectCode::low_difficulty;
        case ShareVerdict::unauthorised:
            return stratum::RejectCode::unauthorised;
        case ShareVerdict::refused:
        case ShareVerdict::time_too_old:
        case ShareVerdict::time_too_new:
        case ShareVerdict::version_bits:
        case ShareVerdict::too_many:
        case ShareVerdict::accepted:
            break;
    }
    return stratum::RejectCode::other;
}

std::string_view reject_text(ShareVerdict verdict) {
    switch (verdict) {
        case ShareVerdict::time_too_old:
            return "ntime is below the job's minimum";
        case ShareVerdict::time_too_new:
            return "ntime is too far ahead";
        case ShareVerdict::version_bits:
            return "version bits outside the mask";
        case ShareVerdict::too_many:
            return "too many shares on one job";
        default:
            return to_text(reject_code(verdict));
    }
}

std::string_view to_string(ShareVerdict verdict) {
    static constexpr std::array<std::string_view, share_verdicts_count> names = {
        "refused",      "stale",        "duplicate",    "low_difficulty", "unauthorised",
        "time_too_old", "time_too_new", "version_bits", "too_many",       "accepted"};
    return names[static_cast<std::size_t>(verdict)];
}

const ShareTarget& assigned_target(const Job& job, int exponent) {
    const ShareTarget& wished = share_target(exponent);
    return wished.target < job.network.target ? job.network : wished;
}

bitcoin::ShareCheck check(const ShareClaim& claim) {
    const std::uint32_t bits = claim.submit.version_bits.value_or(0);
    // Who rolls without leave is refused, but what was really hashed may still be a block.
    const std::uint32_t mask = outside_mask(claim) ? claim.job.version_mask | bits : mask_of(claim);
    std::array<std::uint8_t, extranonce1_size> extranonce1;
    store_be(extranonce1.data(), claim.extranonce1);
    const Job& job = claim.job;
    const bitcoin::ShareJob work{.coinbase_prefix = job.prefix_hash_with(claim.salt),
                                 .coinbase_suffix = claim.coinbase_suffix(),
                                 .merkle_branch = job.merkle_branch,
                                 .version = job.version,
                                 .version_mask = mask,
                                 .prev_hash = job.prev_hash,
                                 .bits = job.bits,
                                 .network_target = job.network.target};
    const bitcoin::ShareSubmit submit{
        .extranonce1 = extranonce1,
        .extranonce2 = claim.submit.extranonce2.view(),
        .time = claim.submit.time,
        .nonce = claim.submit.nonce,
        .version_bits = bits,
        .share_target = assigned_target(claim.job, claim.exponent).target};
    if (claim.own != nullptr) return bitcoin::check_share(work, submit);
    const MerkleRoots::Key key{.job = job.serial,
                               .extranonce2 = load_be<std::uint64_t>(submit.extranonce2.data()),
                               .extranonce1 = claim.extranonce1,
                               .salt = claim.salt};
    return bitcoin::check_share(work, submit, claim.roots.of(key, [&] {
        return bitcoin::share_merkle_root(work, submit.extranonce1, submit.extranonce2);
    }));
}

TimeWindow time_window(const Job& job, SteadyTime now) {
    const auto elapsed =
        std::chrono::floor<std::chrono::seconds>(std::max(now - job.made, Duration::zero()))
            .count();
    return {job.min_time,
            std::min(job.time + elapsed + ahead_of_job, job.node_time + elapsed + ahead_of_node)};
}

Judgement judge(const ShareClaim& claim, DuplicateFilter& seen, SteadyTime now) {
    Judgement judgement;
    judgement.check = check(claim);
    judgement.verdict = verdict_on(claim, judgement.check, now);
    if (judgement.verdict != ShareVerdict::accepted) return judgement;
    switch (seen.add(claim.job.id, judgement.check.hash, claim.oldest_job)) {
        case Novelty::fresh:
            break;
        case Novelty::seen:
            judgement.verdict = ShareVerdict::duplicate;
            break;
        case Novelty::full:
            judgement.verdict = ShareVerdict::too_many;
            break;
    }
    return judgement;
}

}  // namespace lode::sserver
