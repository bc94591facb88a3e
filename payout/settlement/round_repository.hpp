// The rows that say which blocks we found, how far shares are counted, and how far each block's
// credit has come.
#pragma once

#include <string>
#include <vector>

#include "common/db/db.hpp"
#include "payout/scheme/credit.hpp"
#include "payout/settlement/posting.hpp"
#include "payout/settlement/settlement.hpp"

namespace lode::payout {

// What a block brought, and who found it.
struct BlockMoney {
    Satoshi pool_amount;
    std::optional<UserId> finder{};  // none: no share of his was ever counted
};

class RoundRepository {
  public:
    // The connection outlives it.
    RoundRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // Of a database without rows it is an empty one. The first time all blocks are looked at.
    [[nodiscard]] Result<Situation> situation(const TermsBook& terms, UnixTime now);
    // A block, whatever became of it; none that has no coinbase row.
    [[nodiscard]] Result<std::optional<OurBlock>> block(const bitcoin::Hash256& hash,
                                                        const TermsBook& terms);
    // The pool's newest final block that was found before, or at the same moment with a lower hash.
    [[nodiscard]] Result<std::optional<Prior>> prior_before(const OurBlock& block);
    // When the newest living block of the pool was found that was found strictly before `found`:
    // a PROP round begins behind it.
    [[nodiscard]] Result<std::optional<UnixTime>> round_since(UnixTime found);
    // By height, of those that are final and not lost.
    [[nodiscard]] Result<std::optional<OurBlock>> newest_final(const TermsBook& terms);
    // Confirmed, and without a coinbase row (from before there was one): never credited. At most
    // ten.
    struct Uncredited {
        bitcoin::Hash256 hash;
        std::uint32_t height = 0;
    };
    [[nodiscard]] Result<std::vector<Uncredited>> uncredited();
    // Blocks that were lost since payments were paused, or for which they were; 0 when they go on.
    [[nodiscard]] Result<std::int64_t> paused_for();
    [[nodiscard]] Result<BlockMoney> money(const bitcoin::Hash256& block);
    [[nodiscard]] Result<UserNames> names(const std::vector<UserId>& users);
    // DGM's, as of the newest final block of the pool.
    [[nodiscard]] Result<std::vector<Weight>> scores();

    // ---- within the caller's transaction --------------------------------------------------

    // bucket_close moves on to `before`, while no commit of shares is under way.
    [[nodiscard]] Result<void> close(UnixTime before);
    // Whether the block stood as the step was planned from, and stands as the posting says now.
    struct Advance {
        const Step& step;
        const Posting& posting;
        std::int64_t terms_version = 0;
        UnixTime at;
    };
    [[nodiscard]] Result<bool> advance(const Advance& advance);
    [[nodiscard]] Result<void> store_scores(const std::vector<Weight>& scores);
    // Payments are paused, unless they are already: the first reason stays.
    [[nodiscard]] Result<void> pause(const std::string& reason, UnixTime now);

  private:
    [[nodiscard]] Result<std::int64_t> partitions();
    // Nothing is closed: the epoch.
    [[nodiscard]] Result<UnixTime> closed_before();
    [[nodiscard]] Result<std::optional<UnixTime>> reach(std::int64_t partitions);
    struct Wanted {
        std::string_view hashes;     // a query for them
        std::string_view condition;  // on b, block; c, block_coinbase; k, block_credit
        std::vector<db::Value> parameters;
    };
    [[nodiscard]] Result<std::vector<OurBlock>> blocks(const Wanted& wanted,
                                                       const TermsBook& terms);
    [[nodiscard]] Result<std::optional<Prior>> newest_prior(std::string_view condition,
                                                            std::vector<db::Value> parameters);

    db::Connection& db_;
    std::string chain_;
    bool looked_at_all_ = false;
};

}  // namespace lode::payout
