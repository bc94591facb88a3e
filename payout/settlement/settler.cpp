// The order of a pass: terms, rows closed, blocks, work, old rows. Nothing is computed inside a
// transaction, because a server ends one that stands still; instead each begins with a condition
// that fails when what it was computed from has changed.
#include "payout/settlement/settler.hpp"

#include <algorithm>

#include "payout/scheme/dgm.hpp"

namespace lode::payout {
namespace {

using std::chrono::milliseconds;

// What old rows may be needed for moves slowly, and finding it out reads two windows.
constexpr auto look_at_rows_every = std::chrono::hours(1);
constexpr auto rows_kept_min = std::chrono::hours(48);
constexpr unsigned windows_kept = 2;
// Rows a statement and statements a pass: so that neither shares nor blocks wait long.
constexpr std::int64_t rows_a_delete = 1'000;
constexpr int deletes_a_pass = 500;

}  // namespace

Settler::Settler(db::Connection& connection, Options options)
    : db_(connection),
      options_(std::move(options)),
      ledger_(connection, options_.fence.chain),
      rounds_(connection, options_.fence.chain),
      buckets_(connection, options_.fence.chain),
      terms_(connection, options_.fence.chain),
      pps_(connection, options_.fence.chain),
      valuation_({rounds_, buckets_, options_.halving_interval}),
      work_({ledger_, rounds_, buckets_, terms_, pps_, options_.halving_interval,
             [this](const std::function<Result<void>()>& body) { return fenced(body); }}) {}

Result<void> Settler::fenced(const std::function<Result<void>()>& body) {
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(ledger_.hold(options_.fence, now_));
        return body();
    });
}

Result<PassReport> Settler::run(UnixTime now) {
    now_ = now;
    report_ = {};
    if (!terms_kept_) {
        LODE_TRY_VOID(fenced([&] { return terms_.keep(options_.settings, now_); }));
        terms_kept_ = true;
    }
    LODE_TRY_VOID(settle_blocks(now));
    LODE_TRY(const auto posted, work_.run(report_.closed_before, now));
    report_.summed_before = posted.summed_before;
    report_.pps_users = posted.users;
    report_.pps_posted = posted.amount;
    LODE_TRY_VOID(look_at_shares(now));
    report_.dgm_doubt = dgm_doubt_;
    report_.pps_held_back = posted.held_back;
    LODE_TRY_VOID(delete_old_rows(now));
    return report_;
}

Result<void> Settler::settle_blocks(UnixTime now) {
    LODE_TRY(const auto* book, terms_.book());
    LODE_TRY(const auto situation, rounds_.situation(*book, now));
    const Plan todo = plan(situation);
    report_.open_blocks = std::ssize(situation.blocks) - std::ssize(todo.too_deep);
    report_.closed_before = todo.close_before;
    report_.too_deep = todo.too_deep;
    for (const OurBlock& block : todo.too_deep) {
        if (block.credit == CreditState::lost) continue;
        LODE_TRY_VOID(pause(block));
    }
    LODE_TRY(report_.paused_for, rounds_.paused_for());
    if (todo.close_before > situation.closed_before) {
        LODE_TRY_VOID(fenced([&] { return rounds_.close(todo.close_before); }));
    }
    for (const Step& step : todo.steps) {
        LODE_TRY_VOID(carry_out(step, *book));
    }
    return success();
}

Result<void> Settler::carry_out(const Step& step, const TermsBook& book) {
    const Terms& terms = book.at(step.block.found);
    BlockBooks books{.wanted = {}, .posted = {}, .terms_version = terms.version, .at = now_};
    std::vector<Weight> scores;
    if (step.kind != Step::Kind::take_back) {
        LODE_TRY(const auto money, rounds_.money(step.block.hash));
        LODE_TRY(auto valued, valuation_.value(step, money, book));
        LODE_TRY(books.wanted, entries_of(valued.credits, terms));
        scores = std::move(valued.scores);
    }
    LODE_TRY(books.posted, ledger_.posted_for(step.block.hash));
    const Posting posting = post_step(step, books);
    bool done = false;
    LODE_TRY_VOID(fenced([&]() -> Result<void> {
        LODE_TRY(done, rounds_.advance({step, posting, terms.version, now_}));
        if (!done) return success();  // the answer to its commit was lost
        for (const Transaction& transaction : posting.transactions) {
            LODE_TRY_VOID(ledger_.post(transaction));
        }
        if (step.kind != Step::Kind::finalise || step.block.solo) return success();
        return rounds_.store_scores(scores);
    }));
    report_.credited += step.kind == Step::Kind::credit ? 1 : 0;
    report_.finalised += step.kind == Step::Kind::finalise ? 1 : 0;
    report_.taken_back += step.kind == Step::Kind::take_back ? 1 : 0;
    return success();
}

Result<std::vector<Entry>> Settler::entries_of(const std::vector<Credit>& credits,
                                               const Terms& terms) {
    std::vector<UserId> users;
    for (const Credit& credit : credits) {
        if (credit.payee.kind == Payee::Kind::user) users.emplace_back(credit.payee.id);
    }
    LODE_TRY(const auto names, rounds_.names(users));
    return credit_entries(credits, terms, names);
}

Result<std::optional<OurBlock>> Settler::newest_final() {
    LODE_TRY(const auto* book, terms_.book());
    return rounds_.newest_final(*book);
}

Result<void> Settler::lose(const OurBlock& block, UnixTime now) {
    now_ = now;
    return pause(block);
}

// Once a block: an operator who has looked can let payments go on.
Result<void> Settler::pause(const OurBlock& block) {
    const std::string reason = "block " + bitcoin::to_display_hex(block.hash) + " of height " +
                               std::to_string(block.height) +
                               " was paid and is no longer in the chain";
    const Step step{.block = block, .lineage = block.lineage};
    const Posting posting{.state = CreditState::lost, .revision = block.revision + 1};
    LODE_TRY(const auto* book, terms_.book());
    const std::int64_t version = book->at(block.found).version;
    return fenced([&]() -> Result<void> {
        LODE_TRY(const bool ours, rounds_.advance({step, posting, version, now_}));
        if (!ours) return success();  // the answer to its commit was lost
        return rounds_.pause(reason, now_);
    });
}

Result<Settler::Simulated> Settler::simulate(const Find& find) {
    LODE_TRY(const auto* book, terms_.book());
    LODE_TRY(const auto situation, rounds_.situation(*book, find.at));
    OurBlock block;
    block.height = find.height;
    block.found = find.at;
    block.hash.bytes.fill(0xff);  // after any other of the same moment
    Simulated simulated{.valued = {}, .terms = book->at(find.at)};
    LODE_TRY(simulated.valued,
             valuation_.value(credit_step(situation, block), {.pool_amount = find.amount}, *book));
    return simulated;
}

// The terms are promised and hold either way: a person should know.
Result<void> Settler::look_at_shares(UnixTime now) {
    LODE_TRY(const auto* book, terms_.book());
    const Terms& terms = book->at(now);
    if (terms.base != BaseScheme::dgm) return success();
    if (shares_looked_at_ && now - *shares_looked_at_ < look_at_rows_every) return success();
    LODE_TRY(const auto share, buckets_.largest_share({now - look_at_rows_every, now}));
    const auto checked = check_dgm(terms, share);
    dgm_doubt_ = checked ? "" : checked.error().context;
    shares_looked_at_ = now;
    return success();
}

Result<void> Settler::delete_old_rows(UnixTime now) {
    LODE_TRY(const auto* book, terms_.book());
    if (!rows_looked_at_ || now - *rows_looked_at_ >= look_at_rows_every) {
        LODE_TRY(const auto situation, rounds_.situation(*book, now));
        LODE_TRY(rows_needed_from_, needed_from(situation, *book));
        LODE_TRY(uncredited_, rounds_.uncredited());
        rows_looked_at_ = now;
    }
    report_.uncredited = uncredited_;
    for (int i = 0; i < deletes_a_pass; ++i) {
        std::int64_t deleted = 0;
        LODE_TRY_VOID(fenced([&]() -> Result<void> {
            LODE_TRY(deleted, buckets_.erase(rows_needed_from_, rows_a_delete));
            return success();
        }));
        report_.rows_deleted += deleted;
        if (deleted < rows_a_delete) break;
    }
    return success();
}

// By two days, by what is summed up, by twice the window of the first block that is not final, or
// of now, and by rounds and scores that go on from the newest final block.
Result<UnixTime> Settler::needed_from(const Situation& situation, const TermsBook& book) {
    LODE_TRY(const auto summed, pps_.summed_before());
    UnixTime from = std::min<UnixTime>(situation.now - rows_kept_min, summed);
    from = std::min(from, situation.closed_before);
    const UnixTime until = situation.blocks.empty()
                               ? situation.now
                               : std::min(situation.now, situation.blocks.front().found);
    const Terms& terms = book.at(until);
    if (terms.base == BaseScheme::pplns) {
        const Units units =
            Units::whole(std::uint64_t{terms.pplns_window} * std::uint64_t{windows_kept});
        LODE_TRY(const auto window, buckets_.window(until, units));
        if (window.held < units) return from_unix_ms(0);
        return std::min(from, window.start);
    }
    if (!situation.prior) return from_unix_ms(0);
    // Of a block whose row came late the round began before the newest final one.
    LODE_TRY(const auto round, rounds_.round_since(until));
    return std::min({from, situation.prior->found, round.value_or(from_unix_ms(0))});
}

}  // namespace lode::payout
