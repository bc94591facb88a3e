// SQL text from constants and values: no value becomes SQL.
#include "common/db/statement.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using db::Value;

TEST_CASE("numbers and bytes are literals, text is bound") {
    const auto statement = db::bind(
        "a = ? AND b = ? AND c = ? AND d = ?",
        {Value(std::int64_t{-5}), Value(Bytes{0, 0xff}), Value(std::string("x' OR 1=1")), Value()},
        db::sqlite_dialect());
    CHECK(statement.sql == "a = -5 AND b = X'00ff' AND c = ? AND d = NULL");
    CHECK(statement.texts == std::vector<std::string>{"x' OR 1=1"});
}

TEST_CASE("for MariaDB text is hexadecimal, so that no quoting has to be right") {
    const auto statement =
        db::bind("a = ? AND b = ?", {Value(std::string("x' OR 1=1")), Value(std::string())},
                 db::mysql_dialect());
    CHECK(statement.sql == "a = X'7827204f5220313d31' AND b = X''");
    CHECK(statement.texts.empty());
}

TEST_CASE("an upsert adds, replaces or leaves what exists") {
    db::Upsert upsert{.table = "t",
                      .columns = {"k", "n", "s"},
                      .key = {"k"},
                      .add = {"n"},
                      .replace = {"s"},
                      .rows = {{std::int64_t{1}, std::int64_t{2}, std::string("x")},
                               {std::int64_t{3}, std::int64_t{4}, std::string("y")}}};
    CHECK(db::upsert_statement(upsert, {0, 2}, db::sqlite_dialect()).sql ==
          "INSERT INTO t (k, n, s) VALUES (1, 2, ?), (3, 4, ?) ON CONFLICT (k) DO UPDATE SET "
          "n = t.n + excluded.n, s = excluded.s");
    CHECK(db::upsert_statement(upsert, {0, 1}, db::mysql_dialect()).sql ==
          "INSERT INTO t (k, n, s) VALUES (1, 2, X'78') ON DUPLICATE KEY UPDATE "
          "n = t.n + VALUES(n), s = VALUES(s)");
    upsert.add.clear();
    upsert.replace.clear();
    CHECK(db::upsert_statement(upsert, {1, 1}, db::sqlite_dialect()).sql ==
          "INSERT INTO t (k, n, s) VALUES (3, 4, ?) ON CONFLICT (k) DO NOTHING");
    CHECK(db::upsert_statement(upsert, {1, 1}, db::mysql_dialect()).sql ==
          "INSERT INTO t (k, n, s) VALUES (3, 4, X'79') ON DUPLICATE KEY UPDATE k = t.k");
}

TEST_CASE("marks stand in the brackets of an IN") {
    CHECK(db::marks(1) == "?");
    CHECK(db::marks(3) == "?, ?, ?");
}
