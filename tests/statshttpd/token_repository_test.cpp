// Tokens as rows, on both engines.
#include "statshttpd/token_repository.hpp"

#include "common/base/random.hpp"
#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

constexpr UnixTime now = from_unix_ms(1'000'000);

NewToken watcher_of(const std::string& user, std::uint8_t name) {
    return {.hash = *token_hash(token_text(Bytes(32, name))),
            .scope = Scope::watch,
            .user = user,
            .name = "phone",
            .at = now,
            .expires = {}};
}

}  // namespace

TEST_CASE("a token's text is its only way to its hash") {
    const Secret token = token_text(Bytes(32, std::uint8_t{0xab}));
    CHECK(token.reveal().size() == token_prefix.size() + 64);
    CHECK(token_hash(token));
    CHECK(token_hash(token) == token_hash(token_text(Bytes(32, std::uint8_t{0xab}))));
    CHECK(token_hash(token) != token_hash(token_text(Bytes(32, std::uint8_t{0xac}))));
    for (const std::string wrong : {"", "lode_", "lode_00", "ab"}) {
        CHECK_FALSE(token_hash(Secret(wrong)));
    }
    CHECK_FALSE(token_hash(Secret(token.reveal() + "0")));
    CHECK_FALSE(token_hash(Secret(token.reveal().substr(1))));
    CHECK_FALSE(token_hash(Secret(token.reveal().substr(0, 68) + "g")));
}

TEST_CASE("a token is found by its hash until it is revoked", "[database]") {
    const test::History history;
    auto connection = history.open();
    TokenRepository tokens(connection);
    NewToken token = watcher_of("alice", 1);
    token.expires = now + std::chrono::hours(1);
    const auto id = tokens.add(token, "alice@host").value();
    const auto row = tokens.find(token.hash).value();
    REQUIRE(row);
    CHECK(row->caller.scope == Scope::watch);
    CHECK(row->caller.user == "alice");
    CHECK(row->caller.name == "phone");
    CHECK(row->caller.token == id);
    CHECK_FALSE(row->expired(now));
    CHECK(row->expired(now + std::chrono::hours(1)));
    CHECK_FALSE(tokens.find(watcher_of("alice", 2).hash).value());
    CHECK(tokens.revoke({.id = id, .user = "bob", .who = "bob", .at = now}).error().code ==
          ErrorCode::rejected);
    REQUIRE(tokens.revoke({.id = id, .user = "alice", .who = "alice", .at = now}));
    CHECK_FALSE(tokens.find(token.hash).value());
    CHECK(tokens.revoke({.id = id, .user = {}, .who = "alice", .at = now}).error().code ==
          ErrorCode::rejected);
    const auto rows = connection.query("SELECT who, action, detail FROM audit_log").value();
    REQUIRE(rows.size() == 2);
    CHECK(rows.front().text(0) == "alice@host");
    CHECK(rows.front().text(1) == "token made");
    CHECK(rows.back().text(1) == "token revoked");
    CHECK(rows.back().text(2) == std::to_string(id) + ", watch, alice");
}

TEST_CASE("the text of a token is nowhere in the database", "[database]") {
    const test::History history;
    auto connection = history.open();
    const Bytes random = random_bytes(32);
    REQUIRE(TokenRepository(connection)
                .add({.hash = *token_hash(token_text(random)),
                      .scope = Scope::admin,
                      .user = {},
                      .name = "desk",
                      .at = now,
                      .expires = {}},
                     "desk"));
    const auto rows = connection.query("SELECT token_hash FROM api_token").value();
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().bytes(0) != random);
}

TEST_CASE("a user has so many tokens and no more; expired ones make room", "[database]") {
    const test::History history;
    auto connection = history.open();
    TokenRepository tokens(connection);
    for (std::int64_t i = 0; i < tokens_per_user_max; ++i) {
        NewToken token = watcher_of("alice", static_cast<std::uint8_t>(i));
        token.expires = now + std::chrono::hours(1);
        REQUIRE(tokens.add(token, "alice"));
    }
    NewToken more = watcher_of("alice", 250);
    CHECK(tokens.add(more, "alice").error().code == ErrorCode::conflict);
    CHECK(tokens.add(watcher_of("bob", 251), "bob"));
    more.at = now + std::chrono::hours(1);
    CHECK(tokens.add(more, "alice"));
    CHECK(tokens.list("alice", 1000).value().size() == 1);
    CHECK(tokens.list("", 1000).value().size() == 2);
    CHECK(tokens.list("", 1).value().size() == 1);
}
