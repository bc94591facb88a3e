// Golden lines of a server, byte for byte.
#include "common/stratum/response.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::stratum;

TEST_CASE("an accepted share is answered true with the id as it came") {
    CHECK(true_line("4") == "{\"id\":4,\"result\":true,\"error\":null}\n");
    CHECK(true_line("\"a\"") == "{\"id\":\"a\",\"result\":true,\"error\":null}\n");
}

TEST_CASE("a refusal carries its code and text") {
    CHECK(error_line("4", RejectCode::stale) ==
          "{\"id\":4,\"result\":null,\"error\":[21,\"stale or unknown job\",null]}\n");
    CHECK(error_line("null", RejectCode::other, "say \"what\"") ==
          "{\"id\":null,\"result\":null,\"error\":[20,\"say \\\"what\\\"\",null]}\n");
}

TEST_CASE("every code has its number and a text") {
    CHECK(error_line("1", RejectCode::duplicate).find("[22,\"duplicate share\"") !=
          std::string::npos);
    CHECK(error_line("1", RejectCode::low_difficulty).find("[23,\"low difficulty share\"") !=
          std::string::npos);
    CHECK(error_line("1", RejectCode::unauthorised).find("[24,\"unauthorised worker\"") !=
          std::string::npos);
    CHECK(error_line("1", RejectCode::not_subscribed).find("[25,\"not subscribed\"") !=
          std::string::npos);
    CHECK(error_line("1", RejectCode::other).find("[20,\"other error\"") != std::string::npos);
}

TEST_CASE("a subscription names both notifications, extranonce1 and the size of extranonce2") {
    CHECK(subscribe_line("1", {"00a1b2c3", {0x00, 0xa1, 0xb2, 0xc3}, 8}) ==
          "{\"id\":1,\"result\":[[[\"mining.set_difficulty\",\"00a1b2c3\"],"
          "[\"mining.notify\",\"00a1b2c3\"]],\"00a1b2c3\",8],\"error\":null}\n");
}

TEST_CASE("configure answers what was asked and nothing else") {
    CHECK(configure_line("2", {.version_mask = 0x1fffe000}) ==
          "{\"id\":2,\"result\":{\"version-rolling\":true,\"version-rolling.mask\":\"1fffe000\"},"
          "\"error\":null}\n");
    CHECK(configure_line("2", {.version_mask = 0,
                               .minimum_difficulty = Granted::yes,
                               .subscribe_extranonce = Granted::yes,
                               .info = Granted::no,
                               .unknown = {"x"}}) ==
          "{\"id\":2,\"result\":{\"version-rolling\":false,\"minimum-difficulty\":true,"
          "\"subscribe-extranonce\":true,\"info\":false,\"x\":false},\"error\":null}\n");
}

TEST_CASE("set_difficulty is an exact decimal") {
    CHECK(set_difficulty_line({1, 4}) ==
          "{\"id\":null,\"method\":\"mining.set_difficulty\",\"params\":[0.25]}\n");
}

TEST_CASE("the other notifications are as miners know them") {
    CHECK(set_version_mask_line(0x1fffe000) ==
          "{\"id\":null,\"method\":\"mining.set_version_mask\",\"params\":[\"1fffe000\"]}\n");
    CHECK(set_extranonce_line(Bytes{1, 2}, 8) ==
          "{\"id\":null,\"method\":\"mining.set_extranonce\",\"params\":[\"0102\",8]}\n");
    CHECK(show_message_line("hi\n") ==
          "{\"id\":null,\"method\":\"client.show_message\",\"params\":[\"hi\\n\"]}\n");
    CHECK(reconnect_line() == "{\"id\":null,\"method\":\"client.reconnect\",\"params\":[]}\n");
    CHECK(reconnect_line({"pool.example", 3333, 5}) ==
          "{\"id\":null,\"method\":\"client.reconnect\",\"params\":[\"pool.example\",3333,5]}\n");
    CHECK(get_version_line(9) == "{\"id\":9,\"method\":\"client.get_version\",\"params\":[]}\n");
}
