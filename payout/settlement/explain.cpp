// The settlement's own computation, asked again for one block and one user.
#include "payout/settlement/explain.hpp"

#include "payout/settlement/terms_repository.hpp"

namespace lode::payout {
namespace {

class Explainer {
  public:
    Explainer(db::Connection& connection, const Question& question)
        : question_(question),
          db_(connection),
          ledger_(connection, question.chain),
          rounds_(connection, question.chain),
          buckets_(connection, question.chain),
          terms_(connection, question.chain),
          valuation_({rounds_, buckets_, question.halving_interval}) {}

    Result<Explanation> run() {
        LODE_TRY(const auto* book, terms_.book());
        LODE_TRY(const auto block, rounds_.block(question_.block, *book));
        if (!block) {
            return failure(ErrorCode::rejected, "no block " +
                                                    bitcoin::to_display_hex(question_.block) +
                                                    " of ours on chain " + question_.chain);
        }
        Explanation told{.block = *block, .terms = book->at(block->found)};
        LODE_TRY(told.user, user());
        LODE_TRY(told.ledger, ledger_.lines_for(block->hash, {Owner::Kind::user, question_.user}));
        for (const auto& line : told.ledger) {
            if (line.pot != Pot::immature && line.pot != Pot::balance) continue;
            told.posted = Satoshi(told.posted.value() + line.amount.value());
        }
        LODE_TRY(const Step step, step_of(*block, *book));
        LODE_TRY_VOID(compute(step, *book, told));
        return told;
    }

  private:
    Result<UserId> user() {
        LODE_TRY(const auto rows,
                 db_.query("SELECT id FROM user WHERE name = ?", {question_.user}));
        if (!rows.empty()) return UserId(rows.front().integer(0));
        return failure(ErrorCode::rejected, "no user " + question_.user);
    }

    // Behind the block there may be final ones by now.
    Result<Step> step_of(const OurBlock& block, const TermsBook& book) {
        LODE_TRY(auto situation, rounds_.situation(book, block.found));
        const auto newest = situation.prior;
        LODE_TRY(situation.prior, rounds_.prior_before(block));
        scores_gone_ = block.base == BaseScheme::dgm && !block.solo && situation.prior &&
                       newest->hash != situation.prior->hash;
        return credit_step(situation, block);
    }

    // `told` is filled with what is derived and from what.
    Result<void> compute(const Step& step, const TermsBook& book, Explanation& told) {
        const OurBlock& block = step.block;
        if (scores_gone_) return success();
        LODE_TRY(const auto money, rounds_.money(block.hash));
        LODE_TRY(const auto valued, valuation_.value(step, money, book));
        told.value = valued.split.value;
        told.window = valued.window;
        if (block.solo) {
            told.derivation = Derivation{};
            return success();
        }
        Terms terms = told.terms;
        if (!money.finder) terms.finder_bonus = Ppm(0);
        told.derivation = derive(valued.split, terms, told.user);
        told.since = valued.since;
        const auto behind = told.since ? *told.since + std::chrono::milliseconds(1) : UnixTime();
        const TimeRange range{valued.window ? valued.window->start : behind, block.found};
        return buckets_.rows(
            {.range = range, .grouping = BucketRepository::Grouping::by_start, .user = told.user},
            book, [&](std::span<const Bucket> rows) -> Result<void> {
                for (const Bucket& row : rows) {
                    if (told.rows_all++ < Explanation::rows_max) {
                        told.rows.push_back(row);
                    }
                }
                return success();
            });
    }

    const Question& question_;
    db::Connection& db_;
    LedgerRepository ledger_;
    RoundRepository rounds_;
    BucketRepository buckets_;
    TermsRepository terms_;
    Valuation valuation_;
    bool scores_gone_ = false;  // those that DGM went on from
};

}  // namespace

Result<Explanation> explain(db::Connection& connection, const Question& question) {
    std::optional<Explanation> told;
    LODE_TRY_VOID(connection.snapshot([&]() -> Result<void> {
        LODE_TRY(told, Explainer(connection, question).run());
        return success();
    }));
    return std::move(*told);
}

}  // namespace lode::payout
