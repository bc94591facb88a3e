// A tick a second that does what is due. Any error drops the connection; the next try opens
// another and reads all anew.
#include "payout/worker.hpp"

#include <algorithm>

#include "common/base/log.hpp"
#include "common/node/bitcoin_rpc.hpp"

namespace lode::payout {
namespace {

constexpr auto tick_interval = std::chrono::seconds(1);
constexpr Duration try_first = std::chrono::seconds(1);
constexpr Duration try_max = std::chrono::seconds(10);
// Behind a block's change settlements follow one another so closely, for so long: the cut of the
// shares takes seconds, a sharelogger that was away longer.
constexpr auto hurry_interval = std::chrono::seconds(5);
constexpr auto hurry_time = std::chrono::minutes(2);
// How often payments are looked at, or as often as settlements if these are closer: blocks come in
// minutes.
constexpr Duration pay_interval = std::chrono::seconds(10);
constexpr auto fee_day_interval = std::chrono::minutes(1);

bool is_alarming(Standing standing) {
    return standing == Standing::doubtful || standing == Standing::gone;
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::open(Options options, Probe& probe) {
    const config::ChainConfig& chain = options.pool.chain();
    LODE_TRY(auto outside, Outside::open(options.config, chain));
    FeeDayReader::Nodes nodes;
    for (const config::NodeConfig& node : chain.nodes) {
        LODE_TRY(auto rpc, node::open_bitcoin_rpc({.url = node.url,
                                                   .user = node.user,
                                                   .password = node.password,
                                                   .cookie_file = node.cookie_file.value_or("")}));
        nodes.push_back(std::move(rpc));
    }
    return std::unique_ptr<Worker>(
        new Worker(std::move(options), std::move(outside), std::move(nodes), probe));
}

Worker::Worker(Options options, Outside outside, FeeDayReader::Nodes fee_nodes, Probe& probe)
    : options_(std::move(options)),
      probe_(probe),
      outside_(std::move(outside)),
      lease_(options_.instance),
      try_after_(try_first),
      loop_("payout-work"),
      fee_days_(std::move(fee_nodes), loop_,
                [this](UnixTime day, const auto& fees) { fee_day_told(day, fees); }) {
    loop_.post([this] { timer_ = loop_.every(tick_interval, [this] { tick(); }); });
}

Worker::~Worker() {
    stopping_ = true;
    outside_.cancel();
    fee_days_.cancel();
    loop_.stop();
}

WorkerStatus Worker::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

void Worker::change_status(const std::function<void(WorkerStatus&)>& change) {
    const std::lock_guard lock(mutex_);
    change(status_);
}

void Worker::stop(Executor& home, Task done) {
    stopping_ = true;
    outside_.cancel();
    fee_days_.cancel();
    loop_.post([this, &home, done = std::move(done)] {
        timer_.reset();
        if (passes_) {
            const auto row = passes_->leases().read();
            const auto back =
                row ? lease_.release(row.value(), options_.clock.unix_now()) : std::nullopt;
            if (back && !passes_->leases().change(*back)) {
                log::warn("payout's lease was not given back; another goes on when it lapses");
            }
            passes_.reset();
        }
        home.post(done);
    });
}

// ---- the tick ------------------------------------------------------------------------------

void Worker::tick() {
    if (stopping_ || now().steady < next_try_) return;
    const auto done = work();
    if (!done && !stopping_) return fail(done.error());
    try_after_ = try_first;
    complaint_.clear();
    change_status([](WorkerStatus& status) { status.trouble.clear(); });
}

void Worker::fail(const Error& error) {
    // Another has the lease now: that is no trouble.
    if (error.code == ErrorCode::conflict) lease_.lost();
    if (error.context != complaint_) log::warn("payout waits", {{"error", error}});
    complaint_ = error.context;
    probe_.failures.increment();
    passes_.reset();
    next_lease_ = {};
    next_try_ = now().steady + try_after_;
    try_after_ = std::min(try_after_ * 2, try_max);
    change_status([&](WorkerStatus& status) { status.trouble = error.context; });
}

Result<void> Worker::work() {
    if (!passes_) {
        LODE_TRY(passes_, Passes::open({options_.config, options_.pool, outside_}));
    }
    LODE_TRY_VOID(keep_lease());
    const auto number = lease_.fence();
    if (!number) return success();
    if (passes_->number() != *number) {
        const Fence fence{options_.pool.chain().name, options_.instance, *number};
        LODE_TRY_VOID(passes_->take_up(fence));
        next_settle_ = {};
    }
    const SteadyTime at = now().steady;
    if (hurry_.exchange(false)) {
        hurry_until_ = at + hurry_time;
        next_settle_ = std::min(next_settle_, at);
    }
    if (at >= next_settle_ && !stopping_) {
        LODE_TRY_VOID(settle());
    }
    if (outside_.wallet && at >= next_pay_ && !stopping_) {
        LODE_TRY_VOID(pay());
    }
    if (at >= next_fee_day_ && !stopping_) {
        LODE_TRY_VOID(ask_fee_day());
    }
    return stopping_ ? success() : preview();
}

Result<void> Worker::keep_lease() {
    const Lease::Now at = now();
    if (at.steady < next_lease_) return success();
    LODE_TRY(const auto row, passes_->leases().read());
    const auto before = lease_.fence();
    if (const auto planned = lease_.plan(row, at)) {
        LODE_TRY(const auto outcome, passes_->leases().change(*planned));
        // Where another was quicker the next look tells who.
        if (outcome == LeaseRepository::Outcome::made) lease_.made(*planned);
    }
    // Who waits looks each time, so that it notices at once when the lease is given back.
    next_lease_ = at.steady + (lease_.fence() ? lease_renewal : Duration::zero());
    if (lease_.fence() != before) {
        log::info(lease_.fence() ? "this payout works" : "another payout works",
                  {{"fence", lease_.fence().value_or(0)}, {"other", lease_.other()}});
    }
    probe_.leads.set(lease_.fence() ? 1 : 0);
    change_status([this](WorkerStatus& status) {
        status.role = lease_.fence() ? WorkerStatus::Role::leader : WorkerStatus::Role::standby;
        if (!lease_.fence()) status.note = "another works: " + lease_.other();
    });
    return success();
}

// ---- the passes ----------------------------------------------------------------------------

Result<void> Worker::settle() {
    const Lease::Now begun = now();
    LODE_TRY(const auto report, passes_->settle(begun.unix));
    const Lease::Now ended = now();
    const bool hurried = ended.steady < hurry_until_;
    next_settle_ = begun.steady +
                   (hurried ? std::min<Duration>(options_.config.settle_interval, hurry_interval)
                            : options_.config.settle_interval);
    probe_.passes.increment();
    probe_.pass_time.observe(ended.steady - begun.steady);
    probe_.last_pass.set(to_unix_seconds(ended.unix));
    const bool fine = report.too_deep.empty() && report.paused_for == 0 && !is_alarming(standing_);
    probe_.deep_reorg.set(fine ? 0 : 1);
    if (!report.dgm_doubt.empty() && probe_.dgm_shares.value() == 0) {
        log::warn("miners are not paid as promised", {{"why", report.dgm_doubt}});
    }
    probe_.dgm_shares.set(report.dgm_doubt.empty() ? 0 : 1);
    show_left_over(report);
    change_status([&](WorkerStatus& status) { status.settled = ended.steady; });
    for (const OurBlock& block : report.too_deep) {
        log::error("a block deeper than maturity has left the chain, payments are paused",
                   {{"block", bitcoin::to_display_hex(block.hash)}, {"height", block.height}});
    }
    if (report.credited + report.finalised + report.taken_back > 0) {
        log::info("blocks settled", {{"credited", report.credited},
                                     {"final", report.finalised},
                                     {"taken_back", report.taken_back}});
    }
    return show_books();
}

// Each is told once.
void Worker::show_left_over(const PassReport& report) {
    if (report.pps_held_back && probe_.pps_held_back.value() == 0) {
        log::warn("more is due per share than one posting takes");
    }
    probe_.pps_held_back.set(report.pps_held_back ? 1 : 0);
    if (probe_.uncredited.value() == 0) {
        for (const auto& block : report.uncredited) {
            log::error("a block from before there was a payout is confirmed and never credited",
                       {{"block", bitcoin::to_display_hex(block.hash)}, {"height", block.height}});
        }
    }
    probe_.uncredited.set(report.uncredited.empty() ? 0 : 1);
}

Result<void> Worker::show_books() {
    LODE_TRY(const auto state, passes_->books());
    const BookSums& sums = state.sums;
    probe_.liability.set(sums.liability().value());
    probe_.immature.set(sums.users.immature.value() + sums.fees.immature.value());
    probe_.locked.set(sums.users.locked.value() + sums.fees.locked.value());
    probe_.paid.set(sums.users.paid.value() + sums.fees.paid.value());
    probe_.reserve.set(sums.reserve.balance.value());
    if (state.newest_reward.value() > 0) {
        probe_.ruin.set(ruin_probability(sums.reserve.balance,
                                         {state.newest_reward, Ppm(options_.config.pps_fee_ppm)}));
    }
    return judge_reserve(sums.reserve.balance);
}

// Told once each time it falls below its floor.
Result<void> Worker::judge_reserve(Satoshi reserve) {
    const Config& config = options_.config;
    const bool low = !config.choices.empty() && reserve.value() < config.reserve_floor_base_units;
    if (low && probe_.reserve_low.value() == 0) {
        log::warn("the reserve is below its floor", {{"reserve", reserve.value()}});
        if (config.below_floor == BelowFloor::stop) {
            LODE_TRY_VOID(passes_->pause("the reserve is below its floor", now().unix));
        }
    }
    probe_.reserve_low.set(low ? 1 : 0);
    return success();
}

Result<void> Worker::pay() {
    next_pay_ = now().steady + std::min<Duration>(pay_interval, options_.config.settle_interval);
    auto paid = passes_->pay(now().unix);
    // A wallet that is away does not keep the settlement from its work.
    if (!paid && paid.error().code != ErrorCode::conflict) {
        probe_.failures.increment();
        change_status([&](WorkerStatus& status) { status.note = paid.error().context; });
        if (paid.error().context != complaint_ && !stopping_) {
            log::warn("payments wait", {{"error", paid.error()}});
        }
        complaint_ = paid.error().context;
        return success();
    }
    LODE_TRY_VOID(paid);
    show_standing(paid.value().standing);
    const PayReport& done = paid.value().report;
    probe_.planned.increment(static_cast<std::uint64_t>(done.planned));
    probe_.sent.increment(static_cast<std::uint64_t>(done.sent));
    probe_.settled.increment(static_cast<std::uint64_t>(done.settled));
    probe_.cancelled.increment(static_cast<std::uint64_t>(done.cancelled));
    probe_.open_payments.set(done.open);
    probe_.wallet.set(done.wallet_balance.value());
    probe_.wallet_full.set(done.over_hot_max.value() > 0 ? 1 : 0);
    if (!done.unknown.empty() && probe_.unknown_send.value() == 0) {
        log::error("payments are paused", {{"reason", pause_reason(done.unknown)}});
    }
    probe_.unknown_send.set(done.unknown.empty() ? 0 : 1);
    probe_.payment_stuck.set(done.troubles.empty() ? 0 : 1);
    for (const std::string& trouble : done.troubles) {
        log::warn("a payment does not get on", {{"trouble", trouble}});
    }
    change_status([&](WorkerStatus& status) {
        status.note = done.pause.paused ? "payments are paused: " + done.pause.reason : "";
        if (!done.troubles.empty()) status.note = done.troubles.front();
    });
    if (done.planned + done.sent + done.settled + done.cancelled == 0) return success();
    log::info("payments went on", {{"planned", done.planned},
                                   {"sent", done.sent},
                                   {"settled", done.settled},
                                   {"cancelled", done.cancelled}});
    return show_books();
}

// The next settlement takes the alert back, unless payments are paused for it.
void Worker::show_standing(Standing standing) {
    if (is_alarming(standing)) {
        probe_.deep_reorg.set(1);
        if (!is_alarming(standing_)) log::error("a node does not have a block that was paid");
    }
    standing_ = standing;
}

Result<void> Worker::ask_fee_day() {
    next_fee_day_ = now().steady + fee_day_interval;
    LODE_TRY(const auto day, passes_->fee_days().next(now().unix));
    if (day) fee_days_.ask(*day);
    return success();
}

// Beside all else: what is due comes first in each tick.
Result<void> Worker::preview() {
    LODE_TRY(const auto request, passes_->preview_asked());
    const Lease::Now begun = now();
    if (!request || !preview_pace_.is_due(request->asked, begun.unix, begun.steady)) {
        return success();
    }
    LODE_TRY_VOID(passes_->preview(*request, begun.unix));
    preview_pace_.made(begun.steady, now().steady);
    probe_.preview_time.observe(now().steady - begun.steady);
    return success();
}

void Worker::fee_day_told(UnixTime day, const Result<std::optional<FeeDay>>& fees) {
    if (stopping_) return;
    if (!fees) {
        log::warn("the fees of a day are not known yet",
                  {{"day", utc_day(day)}, {"error", fees.error()}});
        return;
    }
    if (!fees.value() || !passes_ || passes_->number() == 0) return;
    const auto frozen = passes_->freeze(day, *fees.value(), now().unix);
    if (!frozen) return fail(frozen.error());
    log::info("the fees of a day are frozen", {{"day", utc_day(day)},
                                               {"blocks", fees.value()->blocks},
                                               {"fees", fees.value()->fees.value()}});
    next_fee_day_ = {};
    next_settle_ = {};
}

}  // namespace lode::payout
