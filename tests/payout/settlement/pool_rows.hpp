// The rows that sharelogger and blkmaker would write, and a settler over them.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>
#include <vector>

#include "common/db/limbs.hpp"
#include "payout/settlement/settler.hpp"
#include "tests/support/database.hpp"

namespace lode::payout::test {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

inline constexpr std::uint32_t easy_bits = 0x207fffff;  // a block is worth 2 hashes
inline constexpr std::int64_t coin = 5'000'000'000;
// A midnight UTC.
inline const UnixTime midnight = std::chrono::floor<days>(from_unix_ms(1'700'000'000'000));

inline Terms settings(BaseScheme base) {
    Terms terms;
    terms.base = base;
    terms.pplns_window = 3;
    terms.base_fee = Ppm(10'000);
    terms.pps_fee = Ppm(20'000);
    terms.fpps_fee = Ppm(30'000);
    terms.recipients = {{"pool", Ppm(parts)}};
    return terms;
}

class PoolRows {
  public:
    explicit PoolRows(const Terms& terms) : connection(database.migrated()), terms_(terms) {
        run("INSERT INTO lease VALUES ('payout/btc', 'me', 1, 0, 0)", {});
        for (const std::int64_t partition : {0, 1}) {
            run("INSERT INTO consumer_offset VALUES ('sharelogger', 'btc', 'share', ?, 7)",
                {partition});
        }
        for (const char* name : {"alice", "bob", "carol"}) {
            run("INSERT INTO user (name, created_unix_ms) VALUES (?, 0)", {std::string(name)});
        }
        restart();
    }

    void run(std::string_view sql, const std::vector<db::Value>& values) {
        const auto done = connection.execute(sql, values);
        if (!done) FAIL(done.error().context);
    }
    // Another process with the same lease.
    void restart() {
        settler.emplace(connection, Settler::Options{{"btc", "me", 1}, terms_, 210'000});
    }

    struct Work {
        UnixTime start;
        std::int64_t user = 1;
        std::uint64_t hashes = 1;
        std::int64_t partition = 0;
        std::string scheme = "base";
        std::uint32_t bits = easy_bits;
    };
    void work(const Work& work) {
        const auto limbs = db::limbs_of(bitcoin::Work(0, work.hashes));
        const auto done = connection.upsert(
            {.table = "user_bucket",
             .columns = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                         "height_epoch", "scheme", "shares", "work_0", "work_1", "work_2"},
             .key = {"chain", "user_id", "start_unix_ms", "partition_no", "bits", "height_epoch",
                     "scheme"},
             .add = {"shares", "work_0", "work_1", "work_2"},
             .replace = {},
             .rows = {{std::string("btc"), work.user, to_unix_ms(work.start), work.partition,
                       std::int64_t{work.bits}, std::int64_t{0}, work.scheme, std::int64_t{1},
                       limbs[0], limbs[1], limbs[2]}}});
        if (!done) FAIL(done.error().context);
    }

    static bitcoin::Hash256 hash(std::uint8_t id) {
        bitcoin::Hash256 hash;
        hash.bytes[0] = id;
        return hash;
    }
    struct Found {
        std::uint8_t id = 1;
        UnixTime at;
        std::int64_t amount = coin;
        std::string state = "accepted";
        bool solo = false;
        std::string finder = "alice";
    };
    // Cut at once.
    void find(const Found& found) {
        const Bytes bytes = to_bytes(hash(found.id).view());
        run("INSERT INTO block (chain, height, block_hash, prev_hash, state, reward, user_name, "
            "worker_name, job_id, found_unix_ms, confirmations, updated_unix_ms, published_state) "
            "VALUES ('btc', ?, ?, ?, ?, ?, ?, '', 0, ?, 0, 0, '')",
            {std::int64_t{found.id}, bytes, bytes, found.state, found.amount, found.finder,
             to_unix_ms(found.at)});
        run("INSERT INTO block_coinbase VALUES (?, ?, ?, ?)",
            {bytes, bytes, found.amount, std::int64_t{found.solo ? 1 : 0}});
        for (const std::int64_t partition : {0, 1}) {
            const auto cut = connection.execute("INSERT INTO round_cut VALUES ('btc', ?, ?, 1)",
                                                {to_unix_ms(found.at), partition});
            // Another block of the same moment has cut already.
            if (!cut && cut.error().code != ErrorCode::conflict) FAIL(cut.error().context);
        }
    }
    void become(std::uint8_t id, const std::string& state) {
        run("UPDATE block SET state = ? WHERE block_hash = ?", {state, to_bytes(hash(id).view())});
    }
    void reach(UnixTime time) {
        run("DELETE FROM partition_reach", {});
        for (const std::int64_t partition : {0, 1}) {
            run("INSERT INTO partition_reach VALUES ('btc', ?, ?, 1)",
                {partition, to_unix_ms(time)});
        }
    }

    PassReport pass(UnixTime now) {
        auto done = settler->run(now);
        if (!done) FAIL(done.error().context);
        const auto verified = verify_ledger(connection, "btc").value();
        CHECK(verified.complaints.empty());
        return done.value();
    }
    std::int64_t user(const std::string& name, Pot pot) {
        return ledger.balance({{Owner::Kind::user, name}, pot}).value().value();
    }
    std::int64_t pool(Pot pot) {
        return ledger.balance({{Owner::Kind::fee, "pool"}, pot}).value().value();
    }
    std::int64_t reserve(Pot pot) {
        return ledger.balance({{Owner::Kind::reserve, ""}, pot}).value().value();
    }
    std::int64_t count(const std::string& table) {
        return connection.query("SELECT COUNT(*) FROM " + table).value().front().integer(0);
    }
    std::map<std::string, std::int64_t> balances() {
        std::map<std::string, std::int64_t> all;
        const auto rows = connection.query(
            "SELECT a.owner_kind, a.owner_name, a.pot, b.amount FROM ledger_balance b JOIN "
            "ledger_account a ON a.id = b.account_id WHERE b.amount <> 0");
        for (const db::Row& row : rows.value()) {
            all[row.text(0) + " " + row.text(1) + " " + row.text(2)] = row.integer(3);
        }
        return all;
    }

    lode::test::Database database;
    db::Connection connection;
    LedgerRepository ledger{connection, "btc"};
    std::optional<Settler> settler;

  private:
    Terms terms_;
};

}  // namespace lode::payout::test
