// Rows to weights, by the base scheme of the block's terms.
#include "payout/settlement/valuation.hpp"

#include <algorithm>

#include "payout/scheme/dgm.hpp"

namespace lode::payout {
namespace {

constexpr auto tick = std::chrono::milliseconds(1);

// A solo block pays its miner itself: what the pool gets is its fee.
std::vector<Credit> fee_credits(Satoshi amount, const Terms& terms) {
    Weights weights;
    for (std::size_t i = 0; i < terms.recipients.size(); ++i) {
        const Ppm share = terms.recipients[i].share;
        weights.of.push_back({{UserId(static_cast<std::int64_t>(i))}, share.value()});
        weights.whole += share.value();
    }
    const auto due = split(amount, weights);
    std::vector<Credit> credits;
    for (std::size_t i = 0; i < due.size(); ++i) {
        if (due[i].value() == 0) continue;
        credits.push_back({{Payee::Kind::fee, static_cast<std::int64_t>(i)}, due[i]});
    }
    return credits;
}

// Behind `since`, where there was a block, up to the block's cut.
TimeRange behind(std::optional<UnixTime> since, UnixTime until) {
    return {since ? *since + tick : from_unix_ms(0), until};
}

}  // namespace

Result<Valued> Valuation::value(const Step& step, const BlockMoney& money, const TermsBook& book) {
    const OurBlock& block = step.block;
    Terms terms = book.at(block.found);
    Valued valued;
    const Satoshi full = bitcoin::block_subsidy(block.height, sources_.halving_interval);
    const Satoshi subsidy = std::min(full, money.pool_amount);
    valued.split.value = {subsidy, Satoshi(money.pool_amount.value() - subsidy.value())};
    if (block.solo) {
        valued.credits = fee_credits(money.pool_amount, terms);
        return valued;
    }
    if (money.finder) {
        valued.split.finder = {*money.finder, book.scheme_of(*money.finder, block.found)};
    } else {
        terms.finder_bonus = Ppm(0);
    }
    const Task task{step, book, terms, valued};
    LODE_TRY_VOID(weigh(task));
    valued.credits = credit_block(valued.split, terms);
    return valued;
}

Result<void> Valuation::weigh(const Task& task) {
    switch (task.terms.base) {
        case BaseScheme::pplns:
            return weigh_pplns(task);
        case BaseScheme::prop:
            return weigh_prop(task);
        case BaseScheme::dgm:
            return weigh_dgm(task);
    }
    return failure(ErrorCode::internal, "terms of no scheme");
}

Result<void> Valuation::weigh_pplns(const Task& task) {
    const UnixTime until = task.step.block.found;
    LODE_TRY(const auto window,
             sources_.buckets.window(until, Units::whole(task.terms.pplns_window)));
    PplnsSum sum(window);
    const auto add = [&](std::span<const Bucket> buckets) -> Result<void> {
        sum.add(buckets);
        return success();
    };
    // The boundary's rows apart: of them only a part counts.
    for (const TimeRange& range :
         {TimeRange{window.start, window.start}, TimeRange{window.start + tick, until}}) {
        LODE_TRY_VOID(sources_.buckets.rows({.range = range}, task.book, add));
    }
    task.valued.window = window;
    LODE_TRY(task.valued.split.weights, sum.weights());
    return success();
}

// A round without work, such as of two blocks in a minute that could not be cut, is that of the
// newest minute with work before it.
Result<void> Valuation::weigh_prop(const Task& task) {
    const UnixTime until = task.step.block.found;
    Valued& valued = task.valued;
    LODE_TRY(valued.since, sources_.rounds.round_since(until));
    LODE_TRY(valued.split.weights, weights_of(behind(valued.since, until), task.book));
    if (valued.split.weights.whole > 0) return success();
    LODE_TRY(const auto minute, sources_.buckets.newest_minute(until));
    if (!minute) return success();
    valued.since = minute->first - tick;
    LODE_TRY(valued.split.weights, weights_of(*minute, task.book));
    return success();
}

Result<Weights> Valuation::weights_of(const TimeRange& range, const TermsBook& book) {
    HolderSums sums;
    const auto add = [&](std::span<const Bucket> buckets) -> Result<void> {
        for (const Bucket& bucket : buckets) {
            sums.add({bucket.user, bucket.scheme}, number(bucket.work));
        }
        return success();
    };
    LODE_TRY_VOID(sources_.buckets.rows({.range = range}, book, add));
    return fit(sums.weights());
}

// From the scores that are stored over all blocks since, each paid by the way on its own terms.
Result<void> Valuation::weigh_dgm(const Task& task) {
    std::vector<Weight> before;
    if (task.step.scores_since) {
        LODE_TRY(before, sources_.rounds.scores());
    }
    std::optional<UnixTime> since = task.step.scores_since;
    for (const UnixTime passed : task.step.passed) {
        const Terms& then = task.book.at(passed);
        if (then.base == BaseScheme::dgm) {
            LODE_TRY(const auto paid, dgm_round({behind(since, passed), then, task.book}, before));
            before = dgm_keep(paid, then);
        } else {
            before.clear();  // a block of another scheme leaves no scores
        }
        since = passed;
    }
    task.valued.since = since;
    LODE_TRY(auto weights,
             dgm_round({behind(since, task.step.block.found), task.terms, task.book}, before));
    task.valued.scores = dgm_keep(weights, task.terms);
    task.valued.split.weights = std::move(weights);
    return success();
}

Result<Weights> Valuation::dgm_round(const Round& of, const std::vector<Weight>& before) {
    LODE_TRY(const auto sums, sources_.buckets.sums(of.range));
    LODE_TRY(auto round, DgmRound::make(sums, of.terms));
    LODE_TRY_VOID(sources_.buckets.rows(
        {.range = of.range, .grouping = BucketRepository::Grouping::by_start}, of.book,
        [&](std::span<const Bucket> buckets) { return round.add(buckets); }));
    return round.weights(before);
}

}  // namespace lode::payout
