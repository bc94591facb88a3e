// Transactions over an engine that does what the test says: what is sent, what is repeated.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <map>

#include "common/db/engine.hpp"

using namespace lode;

namespace {

// What happened, for the test to read after the engine has gone into a connection.
struct Story {
    std::vector<std::string> sent;
    std::map<std::string, std::deque<Error>> failures;  // by statement, one for each time
    bool open = true;
    bool reachable = true;
    int opened = 0;

    void fail(const std::string& sql, ErrorCode code) { failures[sql].push_back({code, "no"}); }
};

class StoryEngine final : public db::Engine {
  public:
    explicit StoryEngine(Story& story) : story_(story) {}

    [[nodiscard]] const db::Dialect& dialect() const override { return db::mysql_dialect(); }
    [[nodiscard]] bool is_open() const override { return story_.open; }
    [[nodiscard]] Result<void> open() override {
        ++story_.opened;
        story_.open = story_.reachable;
        if (!story_.open) return failure(ErrorCode::unavailable, "nobody there");
        return success();
    }
    void close() override { story_.open = false; }
    [[nodiscard]] Result<std::int64_t> run(const db::Statement& statement,
                                           const EachRow&) override {
        story_.sent.push_back(statement.sql);
        auto& failures = story_.failures[statement.sql];
        if (failures.empty()) return std::int64_t{1};
        const Error error = failures.front();
        failures.pop_front();
        return error;
    }
    [[nodiscard]] Result<void> lock() override { return success(); }
    [[nodiscard]] Result<void> unlock(Ending) override { return success(); }

  private:
    Story& story_;
};

db::Connection connection_of(Story& story) {
    return db::Connection(std::make_unique<StoryEngine>(story));
}

using Sent = std::vector<std::string>;

}  // namespace

TEST_CASE("a deadlock runs the whole body again") {
    Story story;
    story.fail("B", ErrorCode::unavailable);
    auto connection = connection_of(story);
    REQUIRE(connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(connection.execute("A"));
        LODE_TRY_VOID(connection.execute("B"));
        return success();
    }));
    CHECK(story.sent == Sent{"BEGIN", "A", "B", "ROLLBACK", "BEGIN", "A", "B", "COMMIT"});
}

TEST_CASE("a body is repeated so many times and no more") {
    Story story;
    for (int i = 0; i < 9; ++i) story.fail("A", ErrorCode::unavailable);
    auto connection = connection_of(story);
    int runs = 0;
    const auto outcome = connection.transaction(
        [&]() -> Result<void> {
            ++runs;
            LODE_TRY_VOID(connection.execute("A"));
            return success();
        },
        4);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::unavailable);
    CHECK(runs == 4);
}

TEST_CASE("an unavailable of the body's own making is returned at once") {
    Story story;
    auto connection = connection_of(story);
    const auto outcome = connection.transaction(
        []() -> Result<void> { return failure(ErrorCode::unavailable, "no template yet"); });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().context == "no template yet");
    CHECK(story.sent == Sent{"BEGIN", "ROLLBACK"});
}

TEST_CASE("a body that goes on after a deadlock is neither continued nor committed") {
    Story story;
    story.fail("A", ErrorCode::unavailable);
    auto connection = connection_of(story);
    REQUIRE(connection.transaction([&]() -> Result<void> {
        (void)connection.execute("A");
        (void)connection.execute("B");
        return success();
    }));
    CHECK(story.sent == Sent{"BEGIN", "A", "ROLLBACK", "BEGIN", "A", "B", "COMMIT"});
}

TEST_CASE("a session lost inside a transaction is opened again for the whole body") {
    Story story;
    auto connection = connection_of(story);
    int runs = 0;
    REQUIRE(connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(connection.execute("A"));
        if (++runs == 1) story.open = false;
        LODE_TRY_VOID(connection.execute("B"));
        return success();
    }));
    CHECK(story.sent == Sent{"BEGIN", "A", "BEGIN", "A", "B", "COMMIT"});
    CHECK(story.opened == 1);
}

TEST_CASE("a lost answer to COMMIT runs the body again") {
    Story story;
    story.fail("COMMIT", ErrorCode::unavailable);
    auto connection = connection_of(story);
    int runs = 0;
    const auto outcome = connection.transaction([&]() -> Result<void> {
        if (++runs == 2) return failure(ErrorCode::conflict, "it stands already");
        return success();
    });
    CHECK(outcome.error().code == ErrorCode::conflict);
    CHECK(story.sent == Sent{"BEGIN", "COMMIT", "ROLLBACK", "BEGIN", "ROLLBACK"});
}

TEST_CASE("a server that cannot be reached is tried once") {
    Story story;
    auto connection = connection_of(story);
    int runs = 0;
    const auto outcome = connection.transaction([&]() -> Result<void> {
        ++runs;
        story.open = story.reachable = false;
        LODE_TRY_VOID(connection.execute("A"));
        return success();
    });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::unavailable);
    CHECK(runs == 1);
    CHECK(story.opened == 1);
}

TEST_CASE("outside a transaction a lost session is opened again and nothing is repeated") {
    Story story;
    story.fail("A", ErrorCode::unavailable);
    auto connection = connection_of(story);
    CHECK_FALSE(connection.execute("A"));
    CHECK(story.sent == Sent{"A"});
    story.open = false;
    CHECK(connection.execute("B"));
    CHECK(story.sent == Sent{"A", "B"});
    CHECK(story.opened == 1);
}

TEST_CASE("a session that cannot even roll back is not used again") {
    Story story;
    story.fail("A", ErrorCode::conflict);
    story.fail("ROLLBACK", ErrorCode::internal);
    auto connection = connection_of(story);
    const auto outcome = connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(connection.execute("A"));
        return success();
    });
    CHECK(outcome.error().code == ErrorCode::conflict);
    CHECK_FALSE(story.open);
}

TEST_CASE("a snapshot is one transaction that reads, sent once") {
    Story story;
    auto connection = connection_of(story);
    CHECK(connection.snapshot([&]() -> Result<void> {
        LODE_TRY_VOID(connection.query("SELECT 1"));
        return success();
    }));
    const std::string_view level = db::mysql_dialect().before_snapshot;
    const std::string_view begin = db::mysql_dialect().begin_snapshot;
    CHECK(story.sent == Sent{std::string(level), std::string(begin), "SELECT 1", "COMMIT"});
    story.fail("SELECT 1", ErrorCode::unavailable);
    const auto lost = connection.snapshot([&]() -> Result<void> {
        LODE_TRY_VOID(connection.query("SELECT 1"));
        return success();
    });
    CHECK(lost.error().code == ErrorCode::unavailable);
    CHECK(std::ranges::count(story.sent, "SELECT 1") == 2);
}
