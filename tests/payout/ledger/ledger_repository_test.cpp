// Postings on a real database: once each, exact, never below zero, under the lease.
#include "payout/ledger/ledger_repository.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <random>

#include "tests/payout/ledger/books.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

using Posted = LedgerRepository::Posted;

Transaction credit(const std::string& key, std::int64_t amount) {
    return transaction(key, {{user("alice", Pot::immature), Satoshi(amount)},
                             {fee("pool", Pot::immature), Satoshi(1)},
                             {world(Pot::mined), Satoshi(-amount - 1)}});
}

bitcoin::Hash256 hash(std::uint8_t first) {
    bitcoin::Hash256 made;
    made.bytes[0] = first;
    return made;
}

}  // namespace

TEST_CASE("a posting moves balances once, however often it comes", "[database]") {
    Books books;
    CHECK(books.post(credit("credit a", 100)).value() == Posted::now);
    CHECK(books.post(credit("credit a", 100)).value() == Posted::already);
    CHECK(books.post(credit("credit a", 999)).value() == Posted::already);
    CHECK(books.balance(user("alice", Pot::immature)) == 100);
    CHECK(books.balance(world(Pot::mined)) == -101);
    CHECK(books.balance(user("nobody", Pot::balance)) == 0);
    CHECK(books.post(credit("credit b", 7)).value() == Posted::now);
    CHECK(books.balance(user("alice", Pot::immature)) == 107);
    CHECK(books.complaints().empty());
}

TEST_CASE("chains have ledgers of their own", "[database]") {
    Books books;
    LedgerRepository other(books.connection, "ltc");
    REQUIRE(books.post(credit("credit a", 100)));
    CHECK(other.balance(user("alice", Pot::immature)).value() == Satoshi(0));
    REQUIRE(books.connection.transaction([&]() -> Result<void> {
        LODE_TRY(const auto posted, other.post(credit("credit a", 5)));
        CHECK(posted == Posted::now);
        return success();
    }));
    CHECK(books.balance(user("alice", Pot::immature)) == 100);
    CHECK(books.complaints().empty());
    CHECK(verify_ledger(books.connection, "ltc").value().entries == 3);
}

TEST_CASE("what would fall below zero is refused by name and leaves nothing", "[database]") {
    Books books;
    REQUIRE(books.post(credit("credit a", 100)));
    const auto refused =
        books.post(transaction("maturity a", {{user("alice", Pot::immature), Satoshi(-101)},
                                              {user("alice", Pot::balance), Satoshi(101)}}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::rejected);
    CHECK(refused.error().context.find("user alice, immature") != std::string::npos);
    CHECK(books.balance(user("alice", Pot::immature)) == 100);
    CHECK(verify_ledger(books.connection, "btc").value().transactions == 1);
    // The reserve may owe.
    CHECK(books.post(transaction("pps 1", {{reserve(Pot::balance), Satoshi(-5)},
                                           {user("alice", Pot::balance), Satoshi(5)}})));
    CHECK(books.balance(reserve(Pot::balance)) == -5);
    CHECK(books.complaints().empty());
}

TEST_CASE("a block's postings add up by account", "[database]") {
    Books books;
    auto first = credit("credit a 1", 100);
    auto back = transaction("orphan a 2", {{user("alice", Pot::immature), Satoshi(-100)},
                                           {fee("pool", Pot::immature), Satoshi(-1)},
                                           {world(Pot::mined), Satoshi(101)}});
    first.block = back.block = hash(1);
    auto other = credit("credit b 1", 50);
    other.block = hash(2);
    REQUIRE(books.post(first));
    REQUIRE(books.post(other));
    CHECK(books.ledger.posted_for(hash(1)).value() ==
          std::vector<Entry>{{user("alice", Pot::immature), Satoshi(100)},
                             {fee("pool", Pot::immature), Satoshi(1)},
                             {world(Pot::mined), Satoshi(-101)}});
    REQUIRE(books.post(back));
    CHECK(books.ledger.posted_for(hash(1)).value().empty());
    CHECK(books.ledger.posted_for(hash(3)).value().empty());
}

TEST_CASE("balances come in pages, users before fee recipients", "[database]") {
    Books books;
    std::vector<Entry> entries{{world(Pot::deposited), Satoshi(-30)}};
    for (const char* name : {"a", "b", "c"}) {
        entries.push_back({user(name, Pot::balance), Satoshi(5)});
        entries.push_back({fee(name, Pot::balance), Satoshi(5)});
    }
    REQUIRE(books.post(transaction("deposit", entries)));
    REQUIRE(books.post(transaction(
        "more", {{user("b", Pot::balance), Satoshi(-1)}, {user("b", Pot::locked), Satoshi(1)}})));
    std::vector<std::string> seen;
    LedgerRepository::Page page{.least = Satoshi(5), .limit = 2};
    for (;;) {
        const auto found = books.ledger.balances(Pot::balance, page).value();
        if (found.empty()) break;
        CHECK(found.size() <= 2);
        for (const Entry& entry : found) seen.push_back(describe(entry.account));
        page.after = found.back().account.owner;
    }
    CHECK(seen == std::vector<std::string>{"user a, balance", "user c, balance", "fee a, balance",
                                           "fee b, balance", "fee c, balance"});
}

TEST_CASE("only the holder of the lease posts", "[database]") {
    Books books;
    books.run("INSERT INTO lease VALUES ('payout/btc', 'me', 7, 1000, 0)");
    const auto held = [&](const Fence& fence, std::int64_t now) {
        return books.connection.transaction(
            [&] { return books.ledger.hold(fence, from_unix_ms(now)); });
    };
    const auto renewed = [&] {
        return books.connection.query("SELECT renewed_unix_ms FROM lease").value()[0].integer(0);
    };
    CHECK(held({"btc", "me", 7}, 5'000));
    CHECK(renewed() == 5'000);
    CHECK(held({"btc", "me", 7}, 4'000));
    CHECK(renewed() == 5'000);
    CHECK(held({"btc", "me", 6}, 9'000).error().code == ErrorCode::conflict);
    CHECK(held({"btc", "you", 7}, 9'000).error().code == ErrorCode::conflict);
    CHECK(held({"ltc", "me", 7}, 9'000).error().code == ErrorCode::conflict);
    books.run("UPDATE lease SET released_unix_ms = 6000");
    CHECK(held({"btc", "me", 7}, 9'000).error().code == ErrorCode::conflict);
    CHECK(renewed() == 5'000);
}

TEST_CASE("balances equal a simple model over random postings and repetitions", "[database]") {
    Books books;
    std::mt19937_64 random(6);
    std::map<Account, std::int64_t> model;
    std::vector<Transaction> posted;
    for (int i = 0; i < 300; ++i) {
        if (!posted.empty() && random() % 4 == 0) {
            CHECK(books.post(posted[random() % posted.size()]).value() == Posted::already);
            continue;
        }
        std::map<Account, std::int64_t> entries;
        for (std::size_t j = 0; j <= random() % 5; ++j) {
            const auto amount = static_cast<std::int64_t>(random() % 200) - 60;
            const auto account = user(std::to_string(random() % 8), Pot::balance);
            entries[account] += amount;
            entries[world(Pot::mined)] -= amount;
        }
        auto made = transaction("random " + std::to_string(i), {});
        bool overdraws = false;
        for (const auto& [account, amount] : entries) {
            if (amount == 0) continue;
            made.entries.push_back({account, Satoshi(amount)});
            overdraws |= !may_be_negative(account) && model[account] + amount < 0;
        }
        if (made.entries.empty()) continue;
        const auto outcome = books.post(made);
        REQUIRE(outcome.has_value() == !overdraws);
        if (overdraws) continue;
        posted.push_back(made);
        for (const Entry& entry : made.entries) model[entry.account] += entry.amount.value();
    }
    REQUIRE(posted.size() > 50);
    for (const auto& [account, amount] : model) CHECK(books.balance(account) == amount);
    CHECK(books.complaints().empty());
}

// Hidden: a measurement.
TEST_CASE("how long a posting of 100,000 entries takes", "[.][bench]") {
    Books books;
    std::vector<Entry> entries;
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < 100'000; ++i) {
        entries.push_back({user("bc1qminer" + std::to_string(i * 7919 % 100'000), Pot::immature),
                           Satoshi(1 + i)});
        sum += 1 + i;
    }
    entries.push_back({world(Pot::mined), Satoshi(-sum)});
    for (const char* key : {"first", "second"}) {
        const auto begun = std::chrono::steady_clock::now();
        REQUIRE(books.post(transaction(key, entries)));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        std::cout << key << " posting of 100,001 entries: " << took.count() << " s\n";
    }
    const auto begun = std::chrono::steady_clock::now();
    CHECK(books.complaints().empty());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::cout << "verified: " << took.count() << " s\n";
}
