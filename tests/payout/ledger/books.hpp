// A ledger in a database of its own, and transactions to post.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "payout/ledger/ledger_repository.hpp"
#include "tests/support/database.hpp"

namespace lode::payout::test {

inline Account user(const std::string& name, Pot pot) {
    return {{Owner::Kind::user, name}, pot};
}
inline Account fee(const std::string& name, Pot pot) {
    return {{Owner::Kind::fee, name}, pot};
}
inline Account world(Pot pot) {
    return {{Owner::Kind::world, ""}, pot};
}
inline Account reserve(Pot pot) {
    return {{Owner::Kind::reserve, ""}, pot};
}
inline Transaction transaction(const std::string& key, std::vector<Entry> entries) {
    return {.key = key, .at = from_unix_ms(1'000), .entries = std::move(entries)};
}

struct Books {
    Books() : connection(database.migrated()) {}

    Result<LedgerRepository::Posted> post(const Transaction& transaction) {
        auto posted = LedgerRepository::Posted::now;
        LODE_TRY_VOID(connection.transaction([&]() -> Result<void> {
            LODE_TRY(posted, ledger.post(transaction));
            return success();
        }));
        return posted;
    }
    std::int64_t balance(const Account& account) { return ledger.balance(account).value().value(); }
    std::vector<std::string> complaints() {
        return verify_ledger(connection, "btc").value().complaints;
    }
    void run(std::string_view sql) {
        const auto done = connection.execute(sql);
        if (!done) FAIL(done.error().context);
    }

    lode::test::Database database;
    db::Connection connection;
    LedgerRepository ledger{connection, "btc"};
};

}  // namespace lode::payout::test
