// Many connections meet over one fresh SQLite file.
#include <barrier>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <thread>
#include <vector>

#include "common/db/db.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;

namespace {

constexpr int openers = 8;
constexpr int files = 40;

// What `use` says to each of the threads that opened the folder's file in the same moment.
template <typename Use>
std::vector<Result<void>> outcomes_of(const test::TemporaryFolder& folder, Use use) {
    std::vector<Result<void>> outcomes(openers, failure(ErrorCode::internal, "not run"));
    std::barrier start(openers);
    std::vector<std::jthread> threads;
    for (auto& outcome : outcomes) {
        threads.emplace_back([&] {
            start.arrive_and_wait();
            auto connection = db::Connection::open({}, folder.path().string());
            outcome = connection ? use(connection.value()) : connection.error();
        });
    }
    threads.clear();
    return outcomes;
}

}  // namespace

TEST_CASE("all who open one fresh file at once have it, in WAL mode") {
    for (int i = 0; i < files; ++i) {
        const test::TemporaryFolder folder;
        const auto outcomes = outcomes_of(folder, [](db::Connection& connection) -> Result<void> {
            LODE_TRY(const auto rows, connection.query("PRAGMA journal_mode"));
            if (rows.front().text(0) != "wal") {
                return failure(ErrorCode::internal, rows.front().text(0));
            }
            return success();
        });
        for (const auto& outcome : outcomes) {
            INFO((outcome ? "" : outcome.error().context));
            CHECK(outcome);
        }
    }
}

TEST_CASE("all who open and migrate one fresh file at once find the newest schema") {
    for (int i = 0; i < files; ++i) {
        const test::TemporaryFolder folder;
        const auto outcomes = outcomes_of(folder, [](db::Connection& connection) -> Result<void> {
            LODE_TRY_VOID(db::migrate(connection));
            LODE_TRY(const auto version, db::schema_version(connection));
            if (version != db::newest_schema_version()) {
                return failure(ErrorCode::internal, std::to_string(version));
            }
            return success();
        });
        for (const auto& outcome : outcomes) {
            INFO((outcome ? "" : outcome.error().context));
            CHECK(outcome);
        }
    }
}
