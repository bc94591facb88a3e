// A ledger with everything that can happen to a user's money, at random, as payout posts it.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "payout/ledger/ledger_repository.hpp"
#include "tests/support/database.hpp"

namespace lode::test {

class RandomLedger {
  public:
    using Account = payout::Account;
    using Entry = payout::Entry;
    using Pot = payout::Pot;
    using Reason = payout::Reason;
    using Satoshi = payout::Satoshi;

    RandomLedger(db::Connection& connection, std::uint64_t seed)
        : db_(connection), ledger_(connection, "btc"), random_(seed) {
        for (const std::string& name : users) {
            run("INSERT INTO user (name, created_unix_ms) VALUES (?, 0)", {name});
        }
    }

    // Registered names and an address; the last one never earns anything.
    const std::vector<std::string> users{"alice", "Bob b/%", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5x",
                                         "idle"};

    void live(int events) {
        for (int i = 0; i < events; ++i) {
            now_ += std::chrono::milliseconds(random_() % 20'000'000);
            switch (random_() % 6) {
                case 0:
                case 1:
                    credit();
                    break;
                case 2:
                    end_block();
                    break;
                case 3:
                    pay_per_share();
                    break;
                case 4:
                    begin_payment();
                    break;
                default:
                    end_payment();
            }
        }
    }

    std::int64_t kept(const std::string& user, Pot pot) {
        return ledger_.balance(of(user, pot)).value().value();
    }
    [[nodiscard]] UnixTime now() const { return now_; }
    [[nodiscard]] std::int64_t payments() const { return next_payment_ - 1; }
    [[nodiscard]] std::vector<std::string> complaints() {
        return payout::verify_ledger(db_, "btc").value().complaints;
    }

  private:
    struct Block {
        bitcoin::Hash256 hash;
        std::vector<Entry> credited;
    };
    struct Payment {
        std::int64_t id = 0;
        std::map<std::string, std::pair<std::int64_t, std::int64_t>> items;  // amount, fee
    };

    static Account of(const std::string& user, Pot pot) {
        return {{payout::Owner::Kind::user, user}, pot};
    }
    static Account world(Pot pot) { return {{payout::Owner::Kind::world, ""}, pot}; }
    void run(std::string_view sql, const std::vector<db::Value>& values) {
        const auto done = db_.execute(sql, values);
        if (!done) FAIL(done.error().context);
    }
    void post(payout::Transaction transaction) {
        transaction.key = std::to_string(++keys_);
        transaction.at = now_;
        transaction.terms_version = 1;
        const auto done = db_.transaction([&]() -> Result<void> {
            LODE_TRY_VOID(ledger_.post(transaction));
            return success();
        });
        if (!done) FAIL(done.error().context);
    }
    static std::vector<Entry> opposite(std::vector<Entry> entries) {
        for (Entry& entry : entries) entry.amount = Satoshi(-entry.amount.value());
        return entries;
    }

    std::vector<Entry> division() {
        std::vector<Entry> entries;
        std::int64_t sum = 0;
        for (std::size_t i = 0; i + 1 < users.size(); ++i) {
            if (random_() % 4 == 0) continue;
            const auto amount = static_cast<std::int64_t>(1 + random_() % 1'000'000);
            entries.push_back({of(users[i], Pot::immature), Satoshi(amount)});
            sum += amount;
        }
        if (!entries.empty()) entries.push_back({world(Pot::mined), Satoshi(-sum)});
        return entries;
    }
    void credit() {
        Block block{.hash = {}, .credited = division()};
        if (block.credited.empty()) return;
        for (auto& byte : block.hash.bytes) byte = static_cast<std::uint8_t>(random_());
        const Bytes hash = to_bytes(block.hash.view());
        run("INSERT INTO block (chain, height, block_hash, prev_hash, state, reward, user_name, "
            "worker_name, job_id, found_unix_ms, confirmations, updated_unix_ms, published_state) "
            "VALUES ('btc', ?, ?, ?, 'accepted', 1, 'alice', '', 0, ?, 0, 0, '')",
            {++height_, hash, hash, to_unix_ms(now_)});
        post({.reason = Reason::credit, .block = block.hash, .entries = block.credited});
        blocks_.push_back(std::move(block));
    }
    // Mature, taken back, or first credited anew.
    void end_block() {
        if (blocks_.empty()) return;
        Block& block = blocks_[random_() % blocks_.size()];
        const auto what = random_() % 3;
        if (what == 0) {
            auto& first = block.credited.front();
            const auto more = static_cast<std::int64_t>(random_() % 1'000 + 1);
            post(
                {.reason = Reason::adjustment,
                 .block = block.hash,
                 .entries = {{first.account, Satoshi(more)}, {world(Pot::mined), Satoshi(-more)}}});
            first.amount = Satoshi(first.amount.value() + more);
            auto& mined = block.credited.back();
            mined.amount = Satoshi(mined.amount.value() - more);
            return;
        }
        if (what == 1) {
            post({.reason = Reason::orphan,
                  .block = block.hash,
                  .entries = opposite(block.credited)});
        } else {
            block.credited.pop_back();  // the world's
            auto entries = opposite(block.credited);
            for (const Entry& entry : block.credited) {
                entries.push_back({of(entry.account.owner.name, Pot::balance), entry.amount});
            }
            post({.reason = Reason::maturity, .block = block.hash, .entries = std::move(entries)});
        }
        std::swap(block, blocks_.back());
        blocks_.pop_back();
    }
    void pay_per_share() {
        const auto amount = static_cast<std::int64_t>(1 + random_() % 5'000);
        const std::string& user = users[random_() % 2];
        post({.reason = Reason::pps,
              .entries = {{of(user, Pot::balance), Satoshi(amount)},
                          {{{payout::Owner::Kind::reserve, ""}, Pot::balance}, Satoshi(-amount)}}});
    }
    void begin_payment() {
        Payment payment{.id = next_payment_, .items = {}};
        std::vector<Entry> entries;
        for (const std::string& user : users) {
            const std::int64_t all = kept(user, Pot::balance);
            if (all < 1'000) continue;
            const auto fee = static_cast<std::int64_t>(random_() % 3 == 0 ? random_() % 500 : 0);
            payment.items[user] = {all, fee};
            entries.push_back({of(user, Pot::balance), Satoshi(-all)});
            entries.push_back({of(user, Pot::locked), Satoshi(all)});
        }
        if (entries.empty()) return;
        ++next_payment_;
        run("INSERT INTO payment (id, chain, state, fee_payer, change_address, fee, height, "
            "created_unix_ms, updated_unix_ms) VALUES (?, 'btc', 'locked', 'recipients', '', 7, 0, "
            "?, ?)",
            {payment.id, to_unix_ms(now_), to_unix_ms(now_)});
        std::int64_t place = 0;
        for (const auto& [user, item] : payment.items) {
            run("INSERT INTO payment_item VALUES (?, ?, 'user', ?, 'x', ?, ?)",
                {payment.id, place++, user, item.first, item.second});
        }
        post({.reason = Reason::lock,
              .payment = payout::PaymentId(payment.id),
              .entries = std::move(entries)});
        payments_.push_back(std::move(payment));
    }
    void end_payment() {
        if (payments_.empty()) return;
        const Payment payment = payments_.back();
        payments_.pop_back();
        const bool settled = random_() % 4 != 0;
        std::vector<Entry> entries;
        std::int64_t fees = 0;
        for (const auto& [user, item] : payment.items) {
            const auto [amount, fee] = item;
            entries.push_back({of(user, Pot::locked), Satoshi(-amount)});
            entries.push_back({of(user, settled ? Pot::paid : Pot::balance),
                               Satoshi(settled ? amount - fee : amount)});
            fees += fee;
        }
        if (settled && fees > 0) entries.push_back({world(Pot::network_fee), Satoshi(fees)});
        run("UPDATE payment SET state = ? WHERE id = ?",
            {std::string(settled ? "settled" : "cancelled"), payment.id});
        post({.reason = settled ? Reason::settle : Reason::unlock,
              .payment = payout::PaymentId(payment.id),
              .entries = std::move(entries)});
    }

    db::Connection& db_;
    payout::LedgerRepository ledger_;
    std::mt19937_64 random_;
    UnixTime now_ = from_unix_ms(1'790'000'000'000);
    std::int64_t keys_ = 0;
    std::int64_t height_ = 0;
    std::int64_t next_payment_ = 1;
    std::vector<Block> blocks_;
    std::vector<Payment> payments_;
};

}  // namespace lode::test
