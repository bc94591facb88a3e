// What is known of a user, over a real database, SQLite or MariaDB.
#include "statshttpd/user_repository.hpp"

#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr auto now = from_unix_ms(1'795'262'400'000);

struct Users : test::History {
    Users() {
        execute(
            "INSERT INTO user (id, name, created_unix_ms) VALUES (1, 'alice', 5), "
            "(2, 'bob', 6)",
            {});
    }
    void add_worker(const std::string& name, UnixTime last_share) const {
        execute(
            "INSERT INTO worker (user_id, name, created_unix_ms, last_share_unix_ms) "
            "VALUES (1, ?, 5, ?)",
            {name, to_unix_ms(last_share)});
    }
    void add_minute(std::int64_t user, UnixTime start, std::int64_t partition) const {
        execute(
            "INSERT INTO user_bucket (chain, user_id, start_unix_ms, partition_no, bits, "
            "height_epoch, scheme, shares, work_0, work_1, work_2) "
            "VALUES ('btc', ?, ?, ?, 1, 1, 'base', 2, 7, 1, 0)",
            {user, to_unix_ms(start), partition});
    }
    void choose(const std::string& scheme, UnixTime from) const {
        execute(
            "INSERT INTO user_scheme (chain, user_id, effective_unix_ms, scheme, "
            "requested_unix_ms) VALUES ('btc', 1, ?, ?, 1)",
            {to_unix_ms(from), scheme});
    }
    [[nodiscard]] UserRecord alice() const {
        auto connection = open();
        return UserRepository(connection, "btc").find("alice", now).value().value();
    }
};

}  // namespace

TEST_CASE("a name that never worked here is nobody", "[database]") {
    const Users users;
    auto connection = users.open();
    UserRepository repository(connection, "btc");
    CHECK_FALSE(repository.find("zoe", now).value());
    CHECK(repository.workers("zoe", {}, now).error().code == ErrorCode::rejected);
}

TEST_CASE("a user has a beginning, a last share, a scheme, blocks and a day's work", "[database]") {
    const Users users;
    const auto before = users.alice();
    CHECK(before.first_seen == from_unix_ms(5));
    CHECK_FALSE(before.last_share);
    CHECK(before.scheme == "base");
    CHECK(before.day.sum == Sum{});

    users.add_worker("rig", now - 2h);
    users.add_worker("old", now - 48h);
    users.add_block(10, 1, "confirmed");
    users.add_block(11, 2, "orphaned");
    users.add_block(12, 3, "rejected");
    users.add_block(13, 4, "found");
    users.choose("pps", now - 1h);
    users.choose("fpps", now);
    users.choose("base", now + 1ms);
    users.add_minute(1, now, 0);
    users.add_minute(1, now - 24h, 0);
    users.add_minute(1, now - 24h, 1);
    users.add_minute(1, now - 24h - 1min, 0);
    users.add_minute(2, now, 0);
    const auto alice = users.alice();
    CHECK(alice.last_share == now - 2h);
    CHECK(alice.scheme == "fpps");
    CHECK(alice.blocks_found == 2);
    CHECK(alice.day.sum == Sum{bitcoin::Work(0, 3 * ((1ULL << 40) + 7)), 6});
    CHECK(alice.day.covered == 24h);
}

TEST_CASE("workers are listed by name for thirty days after their last share", "[database]") {
    const Users users;
    users.add_worker("c", now);
    users.add_worker("a", now - 24h * 30);
    users.add_worker("b", now - 24h * 30 - 1ms);
    auto connection = users.open();
    UserRepository repository(connection, "btc");
    const auto all = repository.workers("alice", {}, now).value();
    CHECK(all.total == 2);
    REQUIRE(all.rows.size() == 2);
    CHECK(all.rows[0].worker == "a");
    CHECK(all.rows[1].worker == "c");
    CHECK(all.rows[1].last_share == now);
    const auto page = repository.workers("alice", {.limit = 1, .offset = 1}, now).value();
    CHECK(page.total == 2);
    REQUIRE(page.rows.size() == 1);
    CHECK(page.rows[0].worker == "c");
}
