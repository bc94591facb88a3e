// SQL text from constants and values: no value becomes SQL.
#include "common/db/statement.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using db::Value;

TEST_CASE("numbers and bytes are literals, text is bound") {
    const auto statement = db::bind(
        "a = ? AND b = ? AND c = ? AND d = ?",
        {Value(std::int64_t{-5}), Value(Bytes{0, 0xff}), Value(std::string("x' OR 1=1")), Value()});
    CHECK(statement.sql == "a = -5 AND b = X'00ff' AND c = ? AND d = NULL");
    CHECK(statement.texts == std::vector<std::string>{"x' OR 1=1"});
}

TEST_CASE("an upsert adds, replaces or leaves what exists") {
    db::Upsert upsert{.table = "t",
                      .columns = {"k", "n", "s"},
                      .key = {"k"},
                      .add = {"n"},
                      .replace = {"s"},
                      .rows = {{std::int64_t{1}, std::int64_t{2}, std::string("x")},
                               {std::int64_t{3}, std::int64_t{4}, std::string("y")}}};
    CHECK(db::upsert_statement(upsert, 0, 2).sql ==
          "INSERT INTO t (k, n, s) VALUES (1, 2, ?), (3, 4, ?) ON CONFLICT (k) DO UPDATE SET "
          "n = t.n + excluded.n, s = excluded.s");
    upsert.add.clear();
    upsert.replace.clear();
    CHECK(db::upsert_statement(upsert, 1, 1).sql ==
          "INSERT INTO t (k, n, s) VALUES (3, 4, ?) ON CONFLICT (k) DO NOTHING");
}
