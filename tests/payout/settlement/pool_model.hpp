// A pool in memory: shares, blocks with lives, and a ledger, settled by the real plan and postings
// as a database would be: every step one transaction that is done once or not at all.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "payout/scheme/buckets.hpp"
#include "payout/settlement/posting.hpp"

namespace lode::payout::test {

using bitcoin::Hash256;
using std::chrono::milliseconds;

inline constexpr std::uint32_t easy_bits = 0x207fffff;  // a block is worth 2 hashes

class PoolModel {
  public:
    explicit PoolModel(BaseScheme base) {
        terms.version = 1;
        terms.base = base;
        terms.pplns_window = 3;
        terms.base_fee = Ppm(12'345);
        terms.finder_bonus = Ppm(777);
        terms.recipients = {{"pool", Ppm(900'000)}, {"host", Ppm(100'000)}};
        for (std::int64_t id = 1; id <= 4; ++id) names[UserId(id)] = "user" + std::to_string(id);
    }

    struct Block {
        OurBlock seen;
        BlockValue value;
        std::int64_t finder = 1;
        int confirmations = 0;
    };

    // ---- what happens ---------------------------------------------------------------------

    // As sharelogger does: behind a cut of its minute, and never in a row that is closed.
    void share(UnixTime time, std::int64_t user, std::uint64_t work) {
        UnixTime start = std::chrono::floor<std::chrono::minutes>(time);
        for (const Block& block : blocks) {
            const UnixTime cut = block.seen.found + milliseconds(1);
            if (cut <= time && cut > start) start = cut;
        }
        rows.push_back({std::max(start, closed), UserId(user), easy_bits, Scheme::base,
                        bitcoin::Work(0, work)});
    }
    void find(const Block& block) {
        blocks.push_back(block);
        std::ranges::sort(blocks, [](const Block& a, const Block& b) {
            return std::pair(a.seen.found, a.seen.hash) < std::pair(b.seen.found, b.seen.hash);
        });
    }

    // ---- settlement -----------------------------------------------------------------------

    [[nodiscard]] Situation situation() const {
        Situation situation{.reach = reach, .closed_before = closed, .now = now};
        for (const Block& block : blocks) {
            const OurBlock& seen = block.seen;
            const bool is_final = seen.credit == CreditState::final;
            if (is_final && !seen.solo) {
                situation.prior = Prior{seen.hash, seen.found, seen.lineage};
            }
            if (is_final && seen.life == BlockLife::mature) continue;
            if (seen.life == BlockLife::dead &&
                (seen.credit == CreditState::none || seen.credit == CreditState::reversed)) {
                continue;
            }
            situation.blocks.push_back(seen);
        }
        return situation;
    }
    // The plan's steps, up to a crash behind `steps` of them.
    void carry_out(const Plan& plan, std::size_t steps) {
        if (steps == 0) return;
        closed = std::max(closed, plan.close_before);
        for (const Step& step : plan.steps) {
            if (--steps == 0) return;
            carry_out(step);
        }
    }
    // Until there is nothing to do; gives the number of passes that did something.
    int settle() {
        int passes = 0;
        for (;; ++passes) {
            const auto todo = plan(situation());
            if (todo.steps.empty() && todo.close_before == closed) return passes;
            REQUIRE(passes < 100);
            carry_out(todo, 1'000);
        }
    }

    // ---- what should be -------------------------------------------------------------------

    // By rows and lives as they are now; `since`: of the round.
    [[nodiscard]] std::vector<Entry> credit_of(const Block& block,
                                               std::optional<UnixTime> since) const {
        if (block.seen.solo) {
            return credit_entries({{{Payee::Kind::fee, 0}, block.value.subsidy}}, terms, names)
                .value();
        }
        std::vector<Bucket> in;
        std::map<UnixTime, std::uint64_t> sums;
        for (const Bucket& row : rows) {
            if (row.start > block.seen.found) continue;
            if (terms.base == BaseScheme::prop && since && row.start <= *since) continue;
            in.push_back(row);
            sums[row.start] += row.work.low();
        }
        BlockSplit split{.value = block.value, .finder = {UserId(block.finder)}, .weights = {}};
        if (terms.base == BaseScheme::prop) {
            split.weights = prop_weights(in);
        } else {
            std::vector<BucketSum> newest;
            for (auto at = sums.rbegin(); at != sums.rend(); ++at) {
                newest.push_back({at->first, easy_bits, bitcoin::Work(0, at->second)});
            }
            const auto window = pplns_window(newest, Units::whole(terms.pplns_window)).value();
            split.weights = pplns_weights(in, window).value();
        }
        return credit_entries(credit_block(split, terms), terms, names).value();
    }

    [[nodiscard]] std::map<Account, std::int64_t> balances_by_lives() const {
        std::map<Account, std::int64_t> expected;
        for (const Block& block : blocks) {
            if (block.seen.life != BlockLife::mature) continue;
            for (const Entry& entry : credit_of(block, round_since(block.seen.found))) {
                Account account = entry.account;
                if (account.pot == Pot::immature) account.pot = Pot::balance;
                expected[account] += entry.amount.value();
            }
        }
        std::erase_if(expected, [](const auto& entry) { return entry.second == 0; });
        return expected;
    }

    [[nodiscard]] std::vector<Entry> posted_for(const Hash256& hash) const {
        std::vector<Entry> entries;
        const auto found = by_block.find(hash);
        if (found == by_block.end()) return entries;
        for (const auto& [account, amount] : found->second) {
            if (amount != 0) entries.push_back({account, Satoshi(amount)});
        }
        return entries;
    }

    Terms terms;
    UserNames names;
    std::vector<Bucket> rows;
    std::vector<Block> blocks;  // sorted by found and hash
    UnixTime now = from_unix_ms(1'700'000'000'000);
    UnixTime closed = from_unix_ms(0);
    std::optional<UnixTime> reach;

    std::map<Account, std::int64_t> ledger;
    std::map<Hash256, std::map<Account, std::int64_t>> by_block;
    std::set<std::string> keys;
    int posted = 0;

  private:
    [[nodiscard]] std::optional<UnixTime> round_since(UnixTime found) const {
        std::optional<UnixTime> since;
        for (const Block& block : blocks) {
            const bool lives =
                block.seen.life == BlockLife::alive || block.seen.life == BlockLife::mature;
            if (lives && !block.seen.solo && block.seen.found < found) since = block.seen.found;
        }
        return since;
    }

    void carry_out(const Step& step) {
        const auto block = std::ranges::find_if(
            blocks, [&](const Block& known) { return known.seen.hash == step.block.hash; });
        OurBlock& seen = block->seen;
        // Its row's conditional update.
        if (seen.credit != step.block.credit || seen.revision != step.block.revision) return;
        BlockBooks books{
            .wanted = {}, .posted = posted_for(seen.hash), .terms_version = 1, .at = now};
        if (step.kind != Step::Kind::take_back) {
            books.wanted = credit_of(*block, round_since(seen.found));
        }
        if (step.kind == Step::Kind::finalise) {
            REQUIRE(seen.life == BlockLife::mature);
            REQUIRE(closed > seen.found);
        }
        const auto posting = post_step(step, books);
        for (const Transaction& transaction : posting.transactions) post(transaction);
        seen.credit = posting.state;
        seen.revision = posting.revision;
        seen.lineage = step.lineage;
    }

    void post(const Transaction& transaction) {
        REQUIRE(check(transaction));
        REQUIRE(keys.insert(transaction.key).second);
        ++posted;
        for (const Entry& entry : transaction.entries) {
            by_block[*transaction.block][entry.account] += entry.amount.value();
            const auto balance = ledger[entry.account] += entry.amount.value();
            REQUIRE((balance >= 0 || may_be_negative(entry.account)));
        }
    }
};

}  // namespace lode::payout::test
