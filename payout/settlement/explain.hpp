// Why a user was credited what he was for a block: computed again from the rows, beside what the
// ledger says.
#pragma once

#include <string>
#include <vector>

#include "payout/ledger/ledger_repository.hpp"
#include "payout/settlement/derivation.hpp"
#include "payout/settlement/valuation.hpp"

namespace lode::payout {

struct Explanation {
    OurBlock block;
    Terms terms;
    BlockValue value;
    UserId user;
    // The work that is divided by is later than `since`, up to block.found; PPLNS's begins within
    // the window's first bucket.
    std::optional<UnixTime> since{};
    std::optional<Window> window{};
    // His rows in it, a bucket each start and bits, oldest first; at most rows_max, and how many
    // there were.
    static constexpr std::size_t rows_max = 50'000;
    std::vector<Bucket> rows{};
    std::size_t rows_all = 0;
    // Nothing for a final DGM block behind another: the scores before it are not kept.
    std::optional<Derivation> derivation{};
    std::vector<LedgerRepository::Line> ledger{};
    Satoshi posted;  // his, immature and balance, by the lines for this block

    // Not so where work came since (until the block is final), where rows it was computed from are
    // deleted, and where the block is not in the chain.
    [[nodiscard]] bool agrees() const { return derivation && derivation->due == posted; }
};

struct Question {
    std::string chain;
    std::uint32_t halving_interval = bitcoin::halving_interval;
    bitcoin::Hash256 block;
    std::string user;
};
// All as of one moment. Rejected when there is no such block of ours, or no such user.
[[nodiscard]] Result<Explanation> explain(db::Connection& connection, const Question& question);

}  // namespace lode::payout
