// The queries of common/db/README.md, read from there and run on MariaDB.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>

#include "tests/support/database.hpp"

using namespace lode;

namespace {

std::vector<std::string> documented_queries() {
    std::ifstream file("common/db/README.md");
    std::stringstream text;
    text << file.rdbuf();
    const std::string readme = text.str();
    constexpr std::string_view open = "```sql\n";
    std::vector<std::string> queries;
    for (auto at = readme.find(open); at != readme.npos; at = readme.find(open, at)) {
        at += open.size();
        queries.push_back(readme.substr(at, readme.find("```", at) - at));
    }
    return queries;
}

void add_rows(db::Connection& connection) {
    const auto add = [&connection](const char* sql, const std::vector<db::Value>& values) {
        const auto added = connection.execute(sql, values);
        if (!added) FAIL(added.error().context);
    };
    Bytes hash(32, std::uint8_t{0});
    hash[0] = 0xab;
    add("INSERT INTO user (id, name, created_unix_ms) VALUES (1, 'alice', 0)", {});
    for (const std::int64_t minute : {0, 60'000}) {
        add("INSERT INTO user_bucket VALUES ('btc', 1, ?, 2, 3, 4, 'base', 5, 6, 7, 8)", {minute});
    }
    add("INSERT INTO block (chain, height, block_hash, prev_hash, state, reward, user_name, "
        "worker_name, job_id, found_unix_ms, confirmations, updated_unix_ms, published_state) "
        "VALUES ('btc', 9, ?, ?, 'accepted', 5000, 'alice', 'rig', 1, 1700000000000, 3, 0, '')",
        {hash, hash});
    add("INSERT INTO block_submission VALUES (?, 'http://a', 'accepted', 1)", {hash});
    add("INSERT INTO consumer_offset VALUES ('sharelogger', 'btc', 'share', 2, 77)", {});
    add("INSERT INTO stream_sequence VALUES ('btc', 2, ?, 12, 0)", {std::int64_t{-2}});
}

// One row's columns as text, whatever the types.
std::vector<std::string> answer(db::Connection& connection, const std::string& query,
                                const std::vector<std::string>& columns) {
    std::string list;
    for (const auto& column : columns) {
        list += (list.empty() ? "CAST(" : ", CAST(") + column + " AS CHAR)";
    }
    const auto rows = connection.query("SELECT " + list + " FROM (" + query + ") answer");
    if (!rows) FAIL(rows.error().context);
    REQUIRE(rows.value().size() == 1);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < columns.size(); ++i) texts.push_back(rows.value()[0].text(i));
    return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the documented queries give what is documented", "[.][mysql]") {
    const test::Database database;
    auto connection = database.migrated();
    add_rows(connection);
    const auto queries = documented_queries();
    REQUIRE(queries.size() == 5);
    // 2 * (6 + 7 * 2^40 + 8 * 2^80)
    CHECK(answer(connection, queries[0], {"name", "shares", "work"}) ==
          Texts{"alice", "10", "19342813113849459958087692"});
    CHECK(answer(connection, queries[1], {"height", "hash", "state", "reward", "found"}) ==
          Texts{"9", std::string(62, '0') + "ab", "accepted", "5000", "2023-11-14 22:13:20.0000"});
    CHECK(answer(connection, queries[2], {"node", "answer"}) == Texts{"http://a", "accepted"});
    CHECK(answer(connection, queries[3], {"partition_no", "next_offset"}) == Texts{"2", "77"});
    CHECK(answer(connection, queries[4], {"partition_no", "stream", "last_sequence"}) ==
          Texts{"2", "fffffffffffffffe", "12"});
}
