// From a request to who asks; the database answers on its own thread, so each test waits for it.
#include "statshttpd/access.hpp"

#include <atomic>
#include <future>

#include "common/base/log.hpp"
#include "common/http/client.hpp"
#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

struct HandClock final : Clock {
    [[nodiscard]] UnixTime unix_now() const override { return from_unix_ms(unix_ms.load()); }
    [[nodiscard]] SteadyTime steady_now() const override { return steady.load(); }
    std::atomic<std::int64_t> unix_ms = 1'000'000;
    std::atomic<SteadyTime> steady{};
};

// A pool with one watcher, one manager and one operator.
struct Pool {
    test::History history;
    HandClock clock;
    DatabaseThread database{
        {.database = history.database.config(), .data_folder = history.database.folder()}, clock};
    Access access{database, clock, PrivateData::owner};
    Secret watcher = make(Scope::watch, "alice", 1);
    Secret manager = make(Scope::manage, "alice", 2);
    Secret admin = make(Scope::admin, "", 3);

    [[nodiscard]] Secret make(Scope scope, const std::string& user, std::uint8_t name,
                              std::optional<UnixTime> expires = {}) const {
        const Secret text = token_text(Bytes(32, name));
        auto connection = history.open();
        REQUIRE(TokenRepository(connection)
                    .add({.hash = *token_hash(text),
                          .scope = scope,
                          .user = user,
                          .name = "test",
                          .at = clock.unix_now(),
                          .expires = expires},
                         "test"));
        return text;
    }
    Result<Caller> identify(const Secret& token) {
        std::promise<Result<Caller>> promise;
        access.identify(token, [&](const Result<Caller>& caller) { promise.set_value(caller); });
        return promise.get_future().get();
    }
    void revoke_all() const { history.execute("DELETE FROM api_token", {}); }

    // What a request for /users/alice/… with this token is answered.
    int ask(const http::Handler& handler, const std::string& authorization) {
        http::Router router;
        router.add(http::Method::get, "/users/{user}/x",
                   [&](const http::Request& request, const http::Responder& responder) {
                       http::Request with_token = request;
                       with_token.authorization = Secret(authorization);
                       handler(with_token, responder);
                   });
        const auto server = http::Server::start({}, router).value();
        http::Client client({.host = "127.0.0.1", .port = server.port()});
        return client.request({.target = "/users/alice/x"}, std::chrono::seconds(5)).value().status;
    }
};

http::Handler yes() {
    return [](const http::Request&, const http::Responder& responder) { responder.send({}); };
}

CallerHandler yes_to_callers() {
    return [](const http::Request&, const http::Responder& responder, const Caller&) {
        responder.send({});
    };
}

}  // namespace

TEST_CASE("a request without a token is nobody's, one with a wrong token is refused") {
    Pool pool;
    CHECK_FALSE(pool.identify({}).value().is_somebody());
    CHECK(pool.identify(Secret("nonsense")).error().code == ErrorCode::rejected);
    CHECK(pool.identify(token_text(Bytes(32, std::uint8_t{9}))).error().code ==
          ErrorCode::rejected);
    CHECK(pool.identify(pool.watcher).value().user == "alice");
    CHECK(pool.identify(pool.admin).value().is_admin());
}

TEST_CASE("a token that expires is refused from then on, remembered or not") {
    Pool pool;
    const auto expires = pool.clock.unix_now() + std::chrono::milliseconds(500);
    const Secret token = pool.make(Scope::watch, "alice", 4, expires);
    CHECK(pool.identify(token));
    pool.clock.unix_ms += 499;
    CHECK(pool.identify(token));
    pool.clock.unix_ms += 1;
    CHECK(pool.identify(token).error().code == ErrorCode::rejected);
}

TEST_CASE("a revoked token is refused after the time tokens are remembered") {
    Pool pool;
    CHECK(pool.identify(pool.watcher));
    pool.revoke_all();
    CHECK(pool.identify(pool.watcher));  // without asking the database
    pool.clock.steady = pool.clock.steady.load() + Access::remember_time;
    CHECK(pool.identify(pool.watcher).error().code == ErrorCode::rejected);
}

TEST_CASE("a token revoked here is refused at once") {
    Pool pool;
    CHECK(pool.identify(pool.watcher));
    pool.revoke_all();
    pool.access.forget();
    CHECK(pool.identify(pool.watcher).error().code == ErrorCode::rejected);
}

TEST_CASE("a token that was unknown is known once it is made and the memory has passed") {
    Pool pool;
    const Secret token = token_text(Bytes(32, std::uint8_t{7}));
    CHECK_FALSE(pool.identify(token));
    CHECK(pool.make(Scope::watch, "alice", 7).reveal() == token.reveal());
    pool.clock.steady = pool.clock.steady.load() + Access::remember_time;
    CHECK(pool.identify(token));
}

TEST_CASE("the token is what follows Bearer") {
    CHECK(bearer_token(Secret("Bearer abc")).reveal() == "abc");
    CHECK(bearer_token(Secret("bEARER abc")).reveal() == "abc");
    for (const std::string other : {"", "Bearer", "Bearer ", "Basic abc", "Bearerabc"}) {
        CHECK(bearer_token(Secret(other)).empty());
    }
}

TEST_CASE("private data is for its owner and the operator") {
    Pool pool;
    const auto handler = for_viewer(pool.access, yes());
    const Secret stranger = pool.make(Scope::manage, "bob", 5);
    CHECK(pool.ask(handler, "") == 401);
    CHECK(pool.ask(handler, "Bearer nonsense") == 401);
    CHECK(pool.ask(handler, "Bearer " + stranger.reveal()) == 403);
    CHECK(pool.ask(handler, "Bearer " + pool.watcher.reveal()) == 200);
    CHECK(pool.ask(handler, "Bearer " + pool.manager.reveal()) == 200);
    CHECK(pool.ask(handler, "Bearer " + pool.admin.reveal()) == 200);
    Access open(pool.database, pool.clock, PrivateData::everyone);
    CHECK(pool.ask(for_viewer(open, yes()), "") == 200);
    CHECK(pool.ask(for_manager(open, yes_to_callers()), "") == 401);
}

TEST_CASE("changes are for the manager alone, the operator's routes for the operator") {
    Pool pool;
    const auto manage = for_manager(pool.access, yes_to_callers());
    CHECK(pool.ask(manage, "") == 401);
    CHECK(pool.ask(manage, "Bearer " + pool.watcher.reveal()) == 403);
    CHECK(pool.ask(manage, "Bearer " + pool.admin.reveal()) == 403);
    CHECK(pool.ask(manage, "Bearer " + pool.manager.reveal()) == 200);
    const auto admin = for_admin(pool.access, yes_to_callers());
    CHECK(pool.ask(admin, "") == 401);
    CHECK(pool.ask(admin, "Bearer " + pool.manager.reveal()) == 403);
    CHECK(pool.ask(admin, "Bearer " + pool.admin.reveal()) == 200);
}

TEST_CASE("with the database away a token is neither good nor bad") {
    const log::Capture capture;
    HandClock clock;
    const test::TemporaryFolder folder;
    DatabaseThread database({.data_folder = (folder.path() / "none").string()}, clock);
    Access access(database, clock, PrivateData::owner);
    std::promise<Result<Caller>> promise;
    access.identify(token_text(Bytes(32, std::uint8_t{1})),
                    [&](const Result<Caller>& caller) { promise.set_value(caller); });
    CHECK(promise.get_future().get().error().code == ErrorCode::unavailable);
}
