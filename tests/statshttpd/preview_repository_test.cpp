// A preview asked for, and read as payout has stored it.
#include "statshttpd/preview_repository.hpp"

#include "payout/preview_repository.hpp"
#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr auto now = from_unix_ms(1'795'262'400'000);

struct Desk {
    test::History history;
    db::Connection connection = history.open();
    PreviewRepository repository{connection, "btc"};
    payout::PreviewRepository payout{connection, "btc"};

    // Users have ids from 1 on, every third is credited his id.
    void store(UnixTime made, std::int64_t users) {
        payout::Preview preview{.made = made, .height = 8, .reward = Satoshi(100)};
        for (std::int64_t id = 3; id <= users; id += 3) {
            preview.credits.push_back({{payout::Payee::Kind::user, id}, Satoshi(id)});
        }
        preview.held = payout::Ppm(1'000'000);
        preview.users = Satoshi(90);
        preview.fees = Satoshi(4);
        preview.reserve = Satoshi(6);
        preview.per_block = {Satoshi(1), Satoshi(2), Satoshi(3), Satoshi(4)};
        REQUIRE(payout.tell_minimum(Satoshi(500)));
        REQUIRE(payout.store(preview));
    }
    void add_user(std::int64_t id) {
        history.execute("INSERT INTO user (id, name, created_unix_ms) VALUES (?, ?, 0)",
                        {id, "u" + std::to_string(id)});
    }
    PreviewAnswer ask(UnixTime at, const SimulateQuery& query = {}) {
        return repository.ask({.now = at, .height = 8, .reward = Satoshi(100)}, query).value();
    }
    std::int64_t asked() {
        return connection.query("SELECT asked_unix_ms FROM preview_request")
            .value()
            .at(0)
            .integer(0);
    }
};

}  // namespace

TEST_CASE("a request is written once in a while and read by payout", "[database]") {
    Desk desk;
    CHECK_FALSE(desk.ask(now).preview);
    const auto request = desk.payout.asked().value();
    REQUIRE(request);
    CHECK(request->asked == now);
    CHECK(request->height == 8);
    CHECK(request->reward == Satoshi(100));
    (void)desk.ask(now + 2999ms);
    CHECK(desk.asked() == to_unix_ms(now));
    (void)desk.ask(now + 3s);
    CHECK(desk.asked() == to_unix_ms(now + 3s));
}

TEST_CASE("what payout has stored is told to the last user", "[database]") {
    Desk desk;
    desk.store(now, 30'000);
    for (const std::int64_t id : {1, 2, 3, 12'288, 12'291, 29'999, 30'000, 30'001}) {
        desk.add_user(id);
        const auto answer = desk.ask(now, {.user = "u" + std::to_string(id)});
        REQUIRE(answer.user);
        CHECK(answer.user->amount == Satoshi(id % 3 == 0 && id <= 30'000 ? id : 0));
        CHECK(answer.user->scheme == "base");
        CHECK(answer.user->minimum == Satoshi(500));
    }
    const auto preview = desk.ask(now).preview;
    REQUIRE(preview);
    CHECK(preview->made == now);
    CHECK(preview->height == 8);
    CHECK(preview->reward == Satoshi(100));
    CHECK(preview->window_ppm == 1'000'000);
    CHECK(preview->users == 10'000);
    CHECK(preview->users_amount == Satoshi(90));
    CHECK(preview->fees == Satoshi(4));
    CHECK(preview->reserve == Satoshi(6));
    CHECK(preview->base_per_block == Satoshi(1));
    CHECK(preview->fpps_per_block == Satoshi(4));
    CHECK(desk.repository.ask({.now = now}, {.user = "nobody"}).error().code ==
          ErrorCode::rejected);
}

TEST_CASE("a user is told by the scheme and with the balance of now", "[database]") {
    Desk desk;
    desk.store(now, 3);
    desk.add_user(3);
    desk.history.execute("INSERT INTO user_scheme VALUES ('btc', 3, 5, 'pps', 0)", {});
    desk.history.execute("INSERT INTO user_scheme VALUES ('btc', 3, ?, 'fpps', 0)",
                         {to_unix_ms(now) + 1});
    desk.history.execute(
        "INSERT INTO ledger_account VALUES (1, 'btc', 'user', 'u3', 'immature'), "
        "(2, 'btc', 'user', 'u3', 'balance'), (3, 'btc', 'user', 'u3', 'paid')",
        {});
    desk.history.execute("INSERT INTO ledger_balance VALUES (1, 20, 1), (2, 3, 1), (3, 100, 1)",
                         {});
    const auto user = desk.ask(now, {.user = "u3"}).user;
    CHECK(user->scheme == "pps");
    CHECK(user->owned == Satoshi(23));
}

TEST_CASE("a preview of before somebody asked is too old, a slow one is not", "[database]") {
    Desk desk;
    desk.store(now, 3);
    CHECK(desk.ask(now + 10s).preview);
    // Asked for 10 s ago.
    CHECK_FALSE(desk.ask(now + 20s).preview);
    // And again and again since.
    for (auto at = now + 25s; at <= now + 2min; at += 5s) CHECK(desk.ask(at).preview);
    CHECK_FALSE(desk.ask(now + 2min + 5s).preview);
}
