// What the sessions of a loop do about clients that offend.
#include <catch2/catch_test_macros.hpp>

#include "common/base/log.hpp"
#include "common/stratum/response.hpp"
#include "tests/sserver/recorded_loop.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

const IpAddress offender = IpAddress::parse("192.0.2.1").value();

}  // namespace

TEST_CASE("a connection closed for what it did counts against its address, twice is a ban") {
    Loop loop;
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
        loop.open(client(slot));
        for (int i = 0; i < 9; ++i) loop.sessions.line(client(slot), "nonsense", loop.now);
        CHECK(loop.bans.size() == slot);
        CHECK(loop.port.closed.size() == slot + 1);
        loop.sessions.closed(client(slot), {"closed by us"}, loop.now.steady);
    }
    CHECK(loop.bans[0].reason == "malformed");
    CHECK_FALSE(loop.sessions.admit(offender, loop.now.steady));
    CHECK(loop.probe.connections.value() == 0);
    loop.open(client(3), "192.0.2.9");
}

TEST_CASE("a connection that never opens counts while it tries, and for what it did wrong") {
    Loop loop;
    for (int i = 0; i < 3; ++i) {
        REQUIRE(loop.sessions.admit(offender, loop.now.steady));
        loop.sessions.turned_back(offender, {"handshake_timeout"}, loop.now.steady);
    }
    for (int i = 0; i < 2; ++i) {
        CHECK(loop.bans.empty());
        REQUIRE(loop.sessions.admit(offender, loop.now.steady));
        loop.sessions.turned_back(offender, {"bad_proxy_header", Offence::handshake},
                                  loop.now.steady);
    }
    REQUIRE(loop.bans.size() == 1);
    CHECK(loop.bans[0].reason == "handshake");
    CHECK_FALSE(loop.sessions.admit(offender, loop.now.steady));
    CHECK(loop.probe.connections.value() == 0);
}

TEST_CASE("a ban closes the connections of its address with a word, and no other") {
    Loop loop;
    loop.login(client(0));
    loop.open(client(1), "192.0.2.9");
    loop.port.sent.clear();
    loop.sessions.close_banned({IpAddress::parse("192.0.2.1").value(), "by hand", 300s});
    CHECK(loop.port.closed == std::vector{client(0)});
    CHECK(loop.port.sent.size() == 1);
    CHECK(loop.port.sent[client(0)] == stratum::show_message_line("banned for 300 s: by hand"));
}

TEST_CASE("wrong shares are answered, the last of too many closes the connection") {
    Loop loop;
    loop.login(client(0));
    for (int i = 0; i < 100; ++i) {
        CHECK(loop.port.closed.empty());
        loop.port.sent.clear();
        loop.submit(client(0), 0, Want::neither);
        CHECK(loop.port.sent[client(0)].find("[23,") != std::string::npos);
    }
    CHECK(loop.port.closed == std::vector{client(0)});
    CHECK(loop.guard_probe.offences[static_cast<std::size_t>(Offence::invalid_shares)].value() ==
          1);
}

TEST_CASE("logins are refused so often on one connection, or once on each of many") {
    Loop loop;
    const std::string login = R"({"id":2,"method":"mining.authorize","params":["<>","x"]})";
    loop.open(client(0));
    for (int i = 0; i < 5; ++i) {
        CHECK(loop.port.closed.empty());
        loop.sessions.line(client(0), login, loop.now);
    }
    CHECK(loop.port.closed == std::vector{client(0)});
    loop.sessions.closed(client(0), {"closed by us"}, loop.now.steady);
    CHECK(loop.bans.empty());
    loop.open(client(1));
    loop.sessions.line(client(1), login, loop.now);
    loop.sessions.closed(client(1), {"closed by the peer"}, loop.now.steady);
    REQUIRE(loop.bans.size() == 1);
    CHECK(loop.bans[0].reason == "logins");
}

TEST_CASE("what the connection itself found wrong is an offence, too") {
    Loop loop;
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
        loop.open(client(slot));
        loop.sessions.closed(client(slot), {"line too long", Offence::long_line}, loop.now.steady);
    }
    REQUIRE(loop.bans.size() == 1);
    CHECK(loop.bans[0].reason == "long_line");
}

TEST_CASE("a miner with accepted shares shields the others of its address from its neighbour") {
    Loop loop;
    loop.login(client(0));
    loop.submit(client(0), 0);
    for (std::uint32_t slot = 1; slot < 100; ++slot) {
        loop.open(client(slot));
        for (int i = 0; i < 5; ++i) loop.sessions.line(client(slot), "nonsense", loop.now);
        CHECK(loop.port.closed.size() == slot);
        loop.sessions.closed(client(slot), {"closed by us"}, loop.now.steady);
    }
    CHECK(loop.bans.empty());
}

TEST_CASE("timeouts of logins and of silent sessions are counted apart") {
    Loop loop;
    loop.open(client(0));
    loop.login(client(1));
    loop.sessions.look(client(0), loop.now.steady + 31s);
    loop.sessions.look(client(1), loop.now.steady + 31s);
    CHECK(loop.probe.login_timeouts.value() == 1);
    CHECK(loop.port.closed == std::vector{client(0)});
    loop.sessions.look(client(1), loop.now.steady + 2h);
    CHECK(loop.probe.idle_timeouts.value() == 1);
}

TEST_CASE("the log names miners' addresses as the setting says") {
    Loop loop{LogAddresses::truncated};
    log::Capture lines;
    loop.open(client(0));
    loop.sessions.line(client(0), R"({"id":2,"method":"mining.authorize","params":["<>","x"]})",
                       loop.now);
    loop.sessions.closed(client(0), {"closed by the peer"}, loop.now.steady);
    CHECK(lines.text().find("login refused address=192.0.2.0/24 reason=\"user name may have "
                            "letters") != std::string::npos);
    CHECK(lines.text().find("connection closed address=192.0.2.0/24 "
                            "reason=\"closed by the peer\"") != std::string::npos);
    CHECK(lines.text().find("192.0.2.1") == std::string::npos);
}
