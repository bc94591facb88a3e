// An operator's bodies to commands.
#include "statshttpd/orders.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

TEST_CASE("orders become commands and lines of the audit log") {
    const auto ban = ban_order(R"({"address":"192.0.2.7","seconds":60,"reason":"floods"})").value();
    CHECK(ban.action == "ban");
    CHECK(ban.argument == R"({"address":"192.0.2.7","seconds":60,"reason":"floods"})");
    CHECK(ban.detail == "192.0.2.7 for 60 s: floods");
    CHECK(unban_order("2001:DB8::1").value().argument == R"({"address":"2001:db8::1"})");
    CHECK(disconnect_order(R"({"user":"alice"})").value().argument == R"({"user":"alice"})");
    CHECK(disconnect_order(R"({"user":"alice","worker":"rig"})").value().detail == "alice.rig");
    CHECK(message_order(R"({"user":null,"text":"hello"})").value().detail == "to all: hello");
    CHECK(message_order(R"({"user":"alice","text":"hello"})").value().argument ==
          R"({"user":"alice","text":"hello"})");
    const auto stop = mining_order(R"({"paused":true,"reason":"repairs"})").value();
    CHECK(stop.action == "mining");
    CHECK(stop.argument == R"({"paused":true,"reason":"repairs"})");
    CHECK(stop.detail == "stopped: repairs");
    CHECK(parse_pause(R"({"paused":false,"reason":"done"})").value().wanted == Pause::Wanted::on);
}

TEST_CASE("an order that says too little or too much is refused") {
    CHECK_FALSE(ban_order("{}"));
    CHECK_FALSE(ban_order(R"({"address":"nowhere","seconds":60,"reason":"x"})"));
    CHECK_FALSE(ban_order(R"({"address":"192.0.2.7","seconds":0,"reason":"x"})"));
    CHECK_FALSE(ban_order(R"({"address":"192.0.2.7","seconds":60})"));
    CHECK_FALSE(ban_order(R"({"address":"192.0.2.7","reason":"x"})"));
    CHECK_FALSE(unban_order("192.0.2"));
    CHECK_FALSE(disconnect_order(R"({"worker":"rig"})"));
    CHECK_FALSE(message_order(R"({"text":"two\nlines"})"));
    CHECK_FALSE(message_order(R"({"text":""})"));
    CHECK_FALSE(mining_order(R"({"paused":"yes","reason":"x"})"));
    CHECK_FALSE(mining_order(R"({"paused":true})"));
}
