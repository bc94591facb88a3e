// Pages of blocks and sums of buckets over a real database, SQLite or MariaDB.
#include "statshttpd/history_repository.hpp"

#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

// The repository and the connection that it is used over.
struct Repository {
    explicit Repository(const test::History& history, const std::string& chain = "btc")
        : connection(history.open()), repository(connection, chain) {}
    HistoryRepository* operator->() { return &repository; }
    db::Connection connection;
    HistoryRepository repository;
};

std::vector<std::uint32_t> heights(const BlocksPage& page) {
    std::vector<std::uint32_t> heights;
    for (const Block& block : page.rows) heights.push_back(block.height);
    return heights;
}

using Heights = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("blocks come newest first, each with the answers of its nodes", "[database]") {
    const test::History history;
    history.add_block(10, 1, "confirmed");
    history.add_block(11, 2, "accepted");
    history.add_answer(2, "http://b", "inconclusive");
    history.add_answer(2, "http://a", "accepted");
    const auto page = Repository(history)->blocks({}).value();
    CHECK(page.total == 2);
    REQUIRE(heights(page) == Heights{11, 10});
    const Block& block = page.rows[0];
    CHECK(block.hash.bytes[31] == 2);
    CHECK(block.state == "accepted");
    CHECK(block.reward == bitcoin::Satoshi(5000));
    CHECK(block.confirmations == 3);
    CHECK(block.user == "alice");
    CHECK(block.worker == "rig");
    CHECK(block.found == from_unix_ms(11'000));
    REQUIRE(block.answers.size() == 2);
    CHECK(block.answers[0].node == "http://a");
    CHECK(block.answers[0].answer == "accepted");
    CHECK(block.answers[0].answered == from_unix_ms(77));
    CHECK(page.rows[1].answers.empty());
}

TEST_CASE("a page is so many blocks, however many nodes answered", "[database]") {
    const test::History history;
    for (std::uint8_t name = 1; name <= 5; ++name) {
        history.add_block(name, name, "accepted");
        history.add_answer(name, "http://a", "accepted");
        history.add_answer(name, "http://b", "accepted");
    }
    const auto page = Repository(history)->blocks({.page = {.limit = 2, .offset = 1}}).value();
    CHECK(page.total == 5);
    CHECK(heights(page) == Heights{4, 3});
    CHECK(page.rows[1].answers.size() == 2);
}

TEST_CASE("two blocks of one height are two blocks, the later first", "[database]") {
    const test::History history;
    history.add_block(10, 1, "orphaned");
    history.add_block(10, 2, "accepted");
    const auto page = Repository(history)->blocks({}).value();
    REQUIRE(page.rows.size() == 2);
    CHECK(page.rows[0].state == "accepted");
}

TEST_CASE("a state filters page and total", "[database]") {
    const test::History history;
    history.add_block(10, 1, "orphaned");
    history.add_block(11, 2, "accepted");
    const auto page = Repository(history)->blocks({.page = {}, .state = "orphaned"}).value();
    CHECK(page.total == 1);
    CHECK(heights(page) == Heights{10});
}

TEST_CASE("a user's own blocks are listed alone", "[database]") {
    const test::History history;
    history.add_block(10, 1, "accepted");
    history.add_block(11, 2, "accepted");
    history.execute("UPDATE block SET user_name = 'bob' WHERE height = 11", {});
    const auto page = Repository(history)->blocks({.page = {}, .state = {}, .user = "bob"}).value();
    CHECK(page.total == 1);
    CHECK(heights(page) == Heights{11});
    CHECK(Repository(history)
              ->blocks({.page = {}, .state = "orphaned", .user = "bob"})
              .value()
              .total == 0);
}

TEST_CASE("a block is found by its hash, with its credit and the target of its time",
          "[database]") {
    const test::History history;
    history.add_block(10, 1, "accepted");
    bitcoin::Hash256 hash;
    hash.bytes.fill(1);
    CHECK(Repository(history)->block(hash).value().credit == "none");
    CHECK_FALSE(Repository(history)->block(hash).value().bits);
    history.execute(
        "INSERT INTO block_credit (block_hash, chain, state, revision, lineage, terms_version, "
        "updated_unix_ms) VALUES (?, 'btc', 'final', 1, ?, 1, 1)",
        {Bytes(32, std::uint8_t{1}), Bytes(32, std::uint8_t{0})});
    const auto pool_day = [&history](std::int64_t start, std::int64_t bits) {
        history.execute(
            "INSERT INTO pool_work (chain, step_ms, start_unix_ms, partition_no, bits, shares, "
            "work_0, work_1, work_2) VALUES ('btc', 86400000, ?, 0, ?, 1, 1, 0, 0)",
            {start, bits});
    };
    pool_day(0, 5);
    pool_day(86'400'000, 6);
    auto block = Repository(history)->block(hash).value();
    CHECK(block.credit == "final");
    CHECK(block.bits == 5U);
    history.execute("INSERT INTO user (id, name, created_unix_ms) VALUES (1, 'alice', 0)", {});
    for (const std::int64_t start : {9'000, 10'000, 10'001}) {
        history.execute(
            "INSERT INTO user_bucket (chain, user_id, start_unix_ms, partition_no, bits, "
            "height_epoch, scheme, shares, work_0, work_1, work_2) "
            "VALUES ('btc', 1, ?, 0, ?, 1, 'base', 1, 1, 0, 0)",
            {start, start});
    }
    CHECK(Repository(history)->block(hash).value().bits == 10'000U);
    hash.bytes.fill(2);
    CHECK(Repository(history)->block(hash).error().code == ErrorCode::rejected);
}

TEST_CASE("another chain's blocks are not ours", "[database]") {
    const test::History history;
    history.add_block(10, 1, "accepted");
    CHECK(Repository(history, "ltc")->blocks({}).value().total == 0);
}

TEST_CASE("sums are over workers and partitions, by bucket, within the time asked for",
          "[database]") {
    const test::History history;
    history.execute("INSERT INTO user (id, name, created_unix_ms) VALUES (1, 'alice', 0)", {});
    history.execute(
        "INSERT INTO worker (id, user_id, name, created_unix_ms, last_share_unix_ms) "
        "VALUES (1, 1, 'a', 0, 0), (2, 1, 'b', 0, 0)",
        {});
    const auto bucket = [&history](std::int64_t worker, std::int64_t start,
                                   std::int64_t partition) {
        history.execute(
            "INSERT INTO worker_bucket (chain, worker_id, start_unix_ms, partition_no, "
            "shares, work_0, work_1, work_2) VALUES ('btc', ?, ?, ?, 2, 7, 1, 0)",
            {worker, start, partition});
    };
    bucket(1, 600'000, 0);
    bucket(1, 600'000, 1);
    bucket(2, 600'000, 0);
    bucket(1, 1'200'000, 0);
    bucket(1, 0, 0);
    bucket(1, 1'800'000, 0);
    const auto sums =
        Repository(history)->sums(from_unix_ms(600'000), from_unix_ms(1'800'000)).value();
    const std::uint64_t each = (1ULL << 40) + 7;
    CHECK(sums == std::map<UnixTime, Sum>{{from_unix_ms(600'000), {bitcoin::Work(0, 3 * each), 6}},
                                          {from_unix_ms(1'200'000), {bitcoin::Work(0, each), 2}}});
}
