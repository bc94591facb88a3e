// Requests to the database from another thread; each test waits for the answers it asked for.
#include "statshttpd/database_thread.hpp"

#include <atomic>
#include <future>

#include "common/base/log.hpp"
#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

DatabaseThread::Options options_of(const test::History& history) {
    return {.database = history.database.config(), .data_folder = history.database.folder()};
}

DatabaseThread thread_in(const std::string& folder) {
    return DatabaseThread({.data_folder = folder}, system_clock());
}

Result<std::int64_t> blocks(db::Connection& connection) {
    LODE_TRY(const auto rows, connection.query("SELECT COUNT(*) FROM block"));
    return rows.front().integer(0);
}

Result<std::int64_t> ask(DatabaseThread& thread) {
    std::promise<Result<std::int64_t>> promise;
    thread.ask<std::int64_t>(
        blocks, [&promise](const Result<std::int64_t>& count) { promise.set_value(count); });
    return promise.get_future().get();
}

// Steady time that the test moves.
struct HandClock final : Clock {
    [[nodiscard]] UnixTime unix_now() const override { return {}; }
    [[nodiscard]] SteadyTime steady_now() const override { return now.load(); }
    std::atomic<SteadyTime> now{};
};

}  // namespace

TEST_CASE("a query is answered and the thread is ready", "[database]") {
    const test::History history;
    history.add_block(10, 1, "accepted");
    DatabaseThread thread(options_of(history), system_clock());
    CHECK_FALSE(thread.ready());
    CHECK(ask(thread).value() == 1);
    CHECK(thread.ready());
}

TEST_CASE("a database that is away is said to be, and is found when it comes") {
    const log::Capture capture;
    const test::TemporaryFolder folder;
    const auto later = folder.path() / "later";
    auto thread = thread_in(later.string());
    CHECK(ask(thread).error().code == ErrorCode::unavailable);
    CHECK_FALSE(thread.ready());
    CHECK_FALSE(ask(thread));
    const std::string lines = capture.text();
    CHECK(lines.find("the database does not answer") != std::string::npos);
    CHECK(lines.find("the database does not answer") ==
          lines.rfind("the database does not answer"));
    std::filesystem::create_directories(later);
    auto connection = db::Connection::open({}, later.string());
    REQUIRE(db::migrate(connection.value()));
    CHECK(ask(thread));
    CHECK(thread.ready());
}

TEST_CASE("an older schema is waited for") {
    const log::Capture capture;
    const test::TemporaryFolder folder;
    auto thread = thread_in(folder.path().string());
    CHECK(ask(thread).error().context ==
          "the database has an older schema, waiting for lode db migrate");
}

TEST_CASE("requests beyond the limit are refused at once, those that waited too long unasked",
          "[database]") {
    const test::History history;
    HandClock clock;
    DatabaseThread thread(options_of(history), clock);
    // The first holds the thread's thread until told.
    std::promise<void> go;
    std::promise<void> holding;
    thread.ask<std::int64_t>(blocks, [&](const Result<std::int64_t>&) {
        holding.set_value();
        go.get_future().wait();
    });
    holding.get_future().wait();
    std::vector<std::promise<Result<std::int64_t>>> answers(DatabaseThread::waiting_max);
    for (auto& answer : answers) {
        thread.ask<std::int64_t>(
            blocks, [&answer](const Result<std::int64_t>& count) { answer.set_value(count); });
    }
    std::optional<ErrorCode> refused;
    thread.ask<std::int64_t>(
        blocks, [&refused](const Result<std::int64_t>& count) { refused = count.error().code; });
    CHECK(refused == ErrorCode::exhausted);
    clock.now = SteadyTime(DatabaseThread::deadline + std::chrono::seconds(1));
    go.set_value();
    for (auto& answer : answers) {
        CHECK(answer.get_future().get().error().code == ErrorCode::unavailable);
    }
    CHECK(ask(thread));
}

TEST_CASE("an error about what was asked does not stand for the database being away",
          "[database]") {
    const log::Capture capture;
    const test::History history;
    DatabaseThread thread(options_of(history), system_clock());
    std::promise<ErrorCode> promise;
    thread.ask<int>(
        [](db::Connection&) -> Result<int> { return failure(ErrorCode::rejected, "no such user"); },
        [&promise](const Result<int>& answer) { promise.set_value(answer.error().code); });
    CHECK(promise.get_future().get() == ErrorCode::rejected);
    CHECK(thread.ready());
    CHECK(capture.text().empty());
}
