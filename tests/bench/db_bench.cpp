// Rows a second that upserts write into user_bucket, by rows a statement: new rows and rows that
// exist, in transactions of 10,000 rows. The floor beside it: statements that read one constant,
// which is what a round trip costs.
//   db_bench [URL] [FOLDER]     "sqlite:" in FOLDER (default: the working folder), or
//                               mysql://user@host:port/name with LODE_TEST_DATABASE_PASSWORD; the
//                               database must be one to spoil
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "common/db/db.hpp"
#include "common/db/statement.hpp"

namespace {

using namespace lode;
using Moment = std::chrono::steady_clock;

constexpr std::int64_t users = 10'000;  // rows of a transaction: a minute of so many users
constexpr std::int64_t transactions = 5;

[[noreturn]] void give_up(const Error& error) {
    std::fprintf(stderr, "db_bench: %s\n", error.context.c_str());
    std::exit(1);
}

template <class T>
T value_of(Result<T> result) {
    if (!result) give_up(result.error());
    return std::move(result).value();
}

void check(const Result<void>& result) {
    if (!result) give_up(result.error());
}

double seconds_since(Moment::time_point start) {
    return std::chrono::duration<double>(Moment::now() - start).count();
}

db::Upsert minute_of(std::int64_t minute) {
    db::Upsert upsert{.table = "user_bucket",
                      .columns = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                                  "height_epoch", "scheme", "shares", "work_0", "work_1", "work_2"},
                      .key = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                              "height_epoch", "scheme"},
                      .add = {"shares", "work_0", "work_1", "work_2"}};
    for (std::int64_t user = 1; user <= users; ++user) {
        upsert.rows.push_back({std::string("btc"), user, minute * 60'000, std::int64_t{3},
                               std::int64_t{0x17034219}, std::int64_t{4}, std::string("base"),
                               std::int64_t{7}, std::int64_t{1} << 39, std::int64_t{12345},
                               std::int64_t{0}});
    }
    return upsert;
}

void write(db::Connection& connection, const db::Upsert& upsert, std::size_t rows) {
    check(connection.transaction([&]() -> Result<void> {
        for (std::size_t first = 0; first < upsert.rows.size(); first += rows) {
            const auto count = std::min(rows, upsert.rows.size() - first);
            const auto statement =
                db::upsert_statement(upsert, {first, count}, connection.dialect());
            const std::vector<db::Value> texts(statement.texts.begin(), statement.texts.end());
            LODE_TRY_VOID(connection.execute(statement.sql, texts));
        }
        return success();
    }));
}

double rows_a_second(db::Connection& connection, std::int64_t first_minute, std::size_t rows) {
    const auto start = Moment::now();
    for (std::int64_t i = 0; i < transactions; ++i) {
        write(connection, minute_of(first_minute + i), rows);
    }
    return static_cast<double>(users * transactions) / seconds_since(start);
}

void add_users(db::Connection& connection) {
    db::Upsert upsert{
        .table = "user", .columns = {"id", "name", "created_unix_ms"}, .key = {"name"}};
    for (std::int64_t id = 1; id <= users; ++id) {
        upsert.rows.push_back({id, "user-" + std::to_string(id), std::int64_t{0}});
    }
    check(connection.upsert(upsert));
}

double floor_a_second(db::Connection& connection) {
    constexpr int statements = 10'000;
    const auto start = Moment::now();
    for (int i = 0; i < statements; ++i) value_of(connection.query("SELECT 1"));
    return statements / seconds_since(start);
}

}  // namespace

int main(int count, char** arguments) {
    config::DatabaseConfig config;
    if (count > 1) config.url = arguments[1];
    if (const char* password = std::getenv("LODE_TEST_DATABASE_PASSWORD")) {
        config.password = Secret(password);
    }
    auto connection = value_of(db::Connection::open(config, count > 2 ? arguments[2] : "."));
    check(db::migrate(connection));
    value_of(connection.execute("DELETE FROM user_bucket"));
    add_users(connection);
    std::printf("floor: %.0f statements a second\n", floor_a_second(connection));
    std::printf("%16s %12s %12s\n", "rows a statement", "new rows/s", "existing/s");
    std::int64_t minute = 0;
    for (const std::size_t rows : {1U, 100U, 500U, 1'000U, 2'000U}) {
        const double fresh = rows_a_second(connection, minute, rows);
        const double existing = rows_a_second(connection, minute, rows);
        std::printf("%16zu %12.0f %12.0f\n", rows, fresh, existing);
        minute += transactions;
    }
    return 0;
}
