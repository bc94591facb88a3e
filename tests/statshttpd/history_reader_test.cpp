// Requests to the database from another thread; each test waits for the answers it asked for.
#include "statshttpd/history_reader.hpp"

#include <atomic>
#include <future>

#include "common/base/log.hpp"
#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

HistoryReader::Options options_of(const test::History& history) {
    return {.database = history.database.config(),
            .data_folder = history.database.folder(),
            .chain = "btc"};
}

HistoryReader reader_in(const std::string& folder) {
    return HistoryReader({.data_folder = folder, .chain = "btc"}, system_clock());
}

Result<BlocksPage> ask(HistoryReader& reader) {
    std::promise<Result<BlocksPage>> promise;
    reader.blocks({}, [&promise](Result<BlocksPage> page) { promise.set_value(std::move(page)); });
    return promise.get_future().get();
}

// Steady time that the test moves.
struct HandClock final : Clock {
    [[nodiscard]] UnixTime unix_now() const override { return {}; }
    [[nodiscard]] SteadyTime steady_now() const override { return now.load(); }
    std::atomic<SteadyTime> now{};
};

}  // namespace

TEST_CASE("a page is read and the reader is ready", "[database]") {
    const test::History history;
    history.add_block(10, 1, "accepted");
    HistoryReader reader(options_of(history), system_clock());
    CHECK_FALSE(reader.ready());
    CHECK(ask(reader).value().total == 1);
    CHECK(reader.ready());
}

TEST_CASE("a database that is away is said to be, and is found when it comes") {
    const log::Capture capture;
    const test::TemporaryFolder folder;
    const auto later = folder.path() / "later";
    auto reader = reader_in(later.string());
    CHECK(ask(reader).error().code == ErrorCode::unavailable);
    CHECK_FALSE(reader.ready());
    CHECK_FALSE(ask(reader));
    const std::string lines = capture.text();
    CHECK(lines.find("history is not read") != std::string::npos);
    CHECK(lines.find("history is not read") == lines.rfind("history is not read"));
    std::filesystem::create_directories(later);
    auto connection = db::Connection::open({}, later.string());
    REQUIRE(db::migrate(connection.value()));
    CHECK(ask(reader));
    CHECK(reader.ready());
}

TEST_CASE("an older schema is waited for") {
    const log::Capture capture;
    const test::TemporaryFolder folder;
    auto reader = reader_in(folder.path().string());
    CHECK(ask(reader).error().context ==
          "the database has an older schema, waiting for lode db migrate");
}

TEST_CASE("requests beyond the limit are refused at once, those that waited too long unasked",
          "[database]") {
    const test::History history;
    HandClock clock;
    HistoryReader reader(options_of(history), clock);
    // The first holds the reader's thread until told.
    std::promise<void> go;
    std::promise<void> holding;
    reader.blocks({}, [&](const Result<BlocksPage>&) {
        holding.set_value();
        go.get_future().wait();
    });
    holding.get_future().wait();
    std::vector<std::promise<Result<BlocksPage>>> answers(HistoryReader::waiting_max);
    for (auto& answer : answers) {
        reader.blocks({},
                      [&answer](Result<BlocksPage> page) { answer.set_value(std::move(page)); });
    }
    std::optional<ErrorCode> refused;
    reader.blocks({}, [&refused](const Result<BlocksPage>& page) { refused = page.error().code; });
    CHECK(refused == ErrorCode::exhausted);
    clock.now = SteadyTime(HistoryReader::deadline + std::chrono::seconds(1));
    go.set_value();
    for (auto& answer : answers) {
        CHECK(answer.get_future().get().error().code == ErrorCode::unavailable);
    }
    CHECK(ask(reader));
}
