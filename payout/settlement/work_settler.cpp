// What is posted is always the earned floor of all work so far less what was posted before, so a
// pass that ends anywhere is made good by the next; each posting is one transaction with the row
// that remembers it.
#include "payout/settlement/work_settler.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

using std::chrono::milliseconds;

// Of one pass, each up to a day of rows: a pool that was off for weeks catches up in a few.
constexpr int pieces_max = 1'000;
// Of one pass: who starts looks at all days that were ever frozen, a month each pass.
constexpr std::int64_t fee_days_a_pass = 31;

// What the reserve may owe: sums over all accounts stay within an int64. Only on a test network,
// where a share may be worth thousands of blocks, is there ever so much.
constexpr std::int64_t debt_max = std::int64_t{1} << 62;

// Shares come later than this only from a spool; those are paid once an hour.
constexpr auto recent = std::chrono::hours(1);

UnixTime hour_of(UnixTime time) {
    return std::chrono::floor<std::chrono::hours>(time);
}
UnixTime day_of(UnixTime time) {
    return std::chrono::floor<std::chrono::days>(time);
}

}  // namespace

Result<WorkSettler::Posted> WorkSettler::run(UnixTime closed, UnixTime now) {
    now_ = now;
    posted_ = {};
    LODE_TRY(const auto* book, of_.terms.book());
    LODE_TRY_VOID(sum_up(hour_of(closed), *book));
    if (of_.terms.per_share()) {
        LODE_TRY_VOID(post_pps(*book));
        LODE_TRY_VOID(post_fees(*book));
    }
    LODE_TRY(posted_.summed_before, of_.pps.summed_before());
    return posted_;
}

Result<void> WorkSettler::sum_up(UnixTime closed, const TermsBook& book) {
    LODE_TRY(auto from, of_.pps.summed_before());
    for (int pieces = 0; from < closed && pieces < pieces_max; ++pieces) {
        LODE_TRY(const auto rows, of_.buckets.next_piece(from, closed));
        const UnixTime to = rows ? rows->last + milliseconds(1) : closed;
        LODE_TRY_VOID(sum_piece({from, to, rows.value_or(TimeRange{to, from})}, book));
        LODE_TRY(from, of_.pps.summed_before());
        if (from < to) return success();
    }
    return success();
}

// The rows are closed: what is read here is what there will ever be.
Result<void> WorkSettler::sum_piece(const Piece& piece, const TermsBook& book) {
    std::vector<BucketRepository::DaySum> sums;
    PpsWork work;
    PpsDues dues;
    if (piece.rows.first <= piece.rows.last) {
        LODE_TRY(sums, of_.buckets.day_sums(piece.rows));
        work = per_share(sums, piece.rows.first, book);
        LODE_TRY(const auto stored, stored_for(work));
        LODE_TRY(const auto all, pps_dues(stored, work, book));
        LODE_TRY(dues, within_limits(all));
        // Summed up, work is looked at only where more comes at its price. So it stays open until
        // post_pps has posted what is due for it, unless the reserve takes no more.
        if (dues != all && !dues.empty()) return success();
    }
    return of_.fenced([&]() -> Result<void> {
        LODE_TRY(const bool ours, of_.pps.move_summed(piece.from, piece.to));
        if (!ours) return success();  // the answer to its commit was lost
        LODE_TRY_VOID(of_.pps.add_day(day_of(piece.rows.first), sums));
        LODE_TRY(const bool paid, pay("pps to " + std::to_string(to_unix_ms(piece.to)), dues));
        return of_.pps.add(work, paid ? dues : PpsDues{});
    });
}

// By what is summed up and the rows behind that, which may still grow.
Result<void> WorkSettler::post_pps(const TermsBook& book) {
    LODE_TRY(const auto from, of_.pps.summed_before());
    const UnixTime until = std::max(from, hour_of(now_ - recent));
    if (!older_ || older_->from != from || older_->until != until) {
        LODE_TRY(auto older, open_work(from, until, book));
        older_ = OlderWork{from, until, std::move(older)};
    }
    LODE_TRY(PpsWork work, open_work(until, now_ + std::chrono::hours(1), book));
    for (const auto& [key, done] : older_->work) work[key] += done;
    LODE_TRY(const auto stored, stored_for(work));
    LODE_TRY(auto all, pps_dues(stored, work, book));
    LODE_TRY(const auto dues, within_limits(std::move(all)));
    if (dues.empty()) return success();
    return of_.fenced([&]() -> Result<void> {
        LODE_TRY(const bool paid, pay("pps " + std::to_string(to_unix_ms(now_)), dues));
        if (!paid) return success();
        return of_.pps.add({}, dues);
    });
}

Result<PpsDues> WorkSettler::within_limits(PpsDues dues) {
    if (dues.empty()) return dues;
    LODE_TRY(const auto reserve,
             of_.ledger.balance({{.kind = Owner::Kind::reserve, .name = ""}, Pot::balance}));
    const std::int64_t room =
        std::clamp<std::int64_t>(reserve.value() + debt_max, 0, bitcoin::money_max.value());
    PpsDues taken = capped(dues, Satoshi(room));
    posted_.held_back |= taken != dues;
    return taken;
}

Result<PpsWork> WorkSettler::open_work(UnixTime from, UnixTime until, const TermsBook& book) {
    PpsWork work;
    for (;;) {
        LODE_TRY(const auto piece, of_.buckets.next_piece(from, until));
        if (!piece) return work;
        LODE_TRY(const auto sums, of_.buckets.per_share_sums(*piece));
        for (const auto& [key, done] : per_share(sums, piece->first, book)) work[key] += done;
        from = piece->last + milliseconds(1);
    }
}

Result<void> WorkSettler::post_fees(const TermsBook& book) {
    LODE_TRY(const auto summed, of_.pps.summed_before());
    LODE_TRY(const auto days, of_.pps.frozen_days(fees_done_, fee_days_a_pass));
    for (const PpsRepository::FrozenDay& day : days) {
        if (summed < day.day + std::chrono::days(1)) break;
        LODE_TRY_VOID(post_fees_of(day, book));
        fees_done_ = day.day;
    }
    return success();
}

Result<void> WorkSettler::post_fees_of(const PpsRepository::FrozenDay& day, const TermsBook& book) {
    const std::string key = "fpps " + utc_day(day.day);
    LODE_TRY(const bool done, of_.pps.is_posted(key));
    if (done) return success();
    LODE_TRY(const auto sums, of_.pps.day(day.day));
    PpsWork work = per_share(sums, day.day, book);
    std::erase_if(work, [](const auto& of) { return of.first.holder.scheme != Scheme::fpps; });
    // A day's fees are posted once: on a test network what is beyond the limits is not paid.
    LODE_TRY(auto all, fpps_dues(work, day.fees, book));
    LODE_TRY(const auto dues, within_limits(std::move(all)));
    return of_.fenced([&]() -> Result<void> {
        LODE_TRY_VOID(pay(key, dues));
        return success();
    });
}

PpsWork WorkSettler::per_share(const std::vector<BucketRepository::DaySum>& sums, UnixTime day,
                               const TermsBook& book) const {
    PpsWork work;
    const std::int64_t version = book.at(day).version;
    for (const BucketRepository::DaySum& sum : sums) {
        const Scheme scheme = sum.solo ? Scheme::base : book.scheme_of(sum.user, day);
        if (scheme == Scheme::base) continue;
        const Satoshi subsidy = subsidy_of_epoch(sum.height_epoch, of_.halving_interval);
        work[{{sum.bits, subsidy, version}, {sum.user, scheme}}] += sum.work;
    }
    return work;
}

Result<PpsSums> WorkSettler::stored_for(const PpsWork& work) {
    std::set<PpsPrice> prices;
    for (const auto& [key, done] : work) prices.insert(key.price);
    return of_.pps.sums(prices);
}

Result<bool> WorkSettler::pay(const std::string& key, const PpsDues& dues) {
    std::map<UserId, std::int64_t> by_user;
    std::int64_t all = 0;
    for (const auto& [of, amount] : dues) {
        by_user[of.holder.user] += amount.value();
        all += amount.value();
    }
    if (all == 0) return true;
    std::vector<UserId> users;
    for (const auto& [user, amount] : by_user) users.push_back(user);
    LODE_TRY(const auto names, of_.rounds.names(users));
    Transaction transaction{.key = key,
                            .reason = Reason::pps,
                            .at = now_,
                            .terms_version = dues.rbegin()->first.price.terms_version,
                            .entries = {}};
    transaction.entries.push_back(
        {{{.kind = Owner::Kind::reserve, .name = ""}, Pot::balance}, Satoshi(-all)});
    for (const auto& [user, amount] : by_user) {
        LODE_TRY(auto owner, owner_of({Payee::Kind::user, user.value()}, {}, names));
        transaction.entries.push_back({{std::move(owner), Pot::balance}, Satoshi(amount)});
    }
    LODE_TRY(const auto posted, of_.ledger.post(transaction));
    if (posted == LedgerRepository::Posted::already) return false;
    posted_.users += std::ssize(by_user);
    posted_.amount = Satoshi(posted_.amount.value() + all);
    return true;
}

}  // namespace lode::payout
