// What a pool's endpoints say, as a person and as a program reads it.
#include "lode/status.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/json/document.hpp"

using namespace lode;
using namespace lode::launcher;

namespace {

constexpr auto healthz = R"({"ready":false,"services":{"gbtmaker":{"ready":true,"detail":""},)"
                         R"("sserver":{"ready":false,"detail":"no job yet"}}})";
constexpr auto pool =
    R"({"chain":"btc","height":7,"hashrate_5m":1500000000000,"hashrate_1h":999,)"
    R"("hashrate_24h":0,"shares_1h":12,"users":2,"workers":3,"job":{"age_ms":4900}})";
constexpr auto blocks = R"({"total":1,"blocks":[{"height":7,"hash":"00ab","state":"accepted",)"
                        R"("found_unix_ms":1000}]})";

Picture picture() {
    return {.services = read_services(healthz).value(), .pool = pool, .blocks = blocks};
}

}  // namespace

TEST_CASE("a line a service, then what the API shows") {
    CHECK(to_text(picture(), from_unix_ms(361'500)) ==
          "gbtmaker  ready\n"
          "sserver   not ready: no job yet\n"
          "\n"
          "chain     btc, height 7, job 4 s old\n"
          "hash rate 1.50 TH/s in 5 min, 999 H/s in 1 h, 0 H/s in 24 h\n"
          "miners    3 workers of 2 users, 12 shares in 1 h\n"
          "blocks    1 found\n"
          "  7  00ab  accepted  6 min ago\n");
}

TEST_CASE("without the API the services are shown all the same") {
    const Picture services{.services = {{.name = "payout"}}, .pool = {}, .blocks = {}};
    CHECK(to_text(services, {}) == "payout  unreachable\n");
    CHECK(to_json(services) ==
          R"({"ready":false,"services":[{"name":"payout","state":"unreachable","detail":""}],)"
          R"("pool":null,"blocks":null})"
          "\n");
}

TEST_CASE("the JSON form has the API's own objects") {
    const std::string text = to_json(picture());
    const auto document = json::Document::parse(text);
    REQUIRE(document);
    const json::Value root = document.value().root();
    CHECK(root.member("ready").boolean() == false);
    CHECK(root.member("services")[1].member("state").string() == "not ready");
    CHECK(root.member("pool").text() == pool);
    CHECK(root.member("blocks")[0].member("hash").string() == "00ab");
}

TEST_CASE("all are ready only when none is away") {
    CHECK_FALSE(all_ready(picture()));
    CHECK(all_ready({.services = {{.name = "a", .state = ServiceStatus::State::ready}},
                     .pool = {},
                     .blocks = {}}));
}

TEST_CASE("what is no answer of the endpoint is refused") {
    CHECK_FALSE(read_services("<html>"));
    CHECK_FALSE(read_services(R"({"ready":true})"));
    CHECK_FALSE(read_services(R"({"ready":true,"services":{"a":{"ready":1,"detail":""}}})"));
}

TEST_CASE("a hash rate has three digits of its unit") {
    CHECK(rate_text("0") == "0 H/s");
    CHECK(rate_text("999") == "999 H/s");
    CHECK(rate_text("1000") == "1.00 kH/s");
    CHECK(rate_text("12345") == "12.3 kH/s");
    CHECK(rate_text("123456789") == "123 MH/s");
    CHECK(rate_text("850000000000000000000") == "850 EH/s");
    CHECK(rate_text("9000000000000000000000000") == "9000 ZH/s");
    CHECK(rate_text("unknown") == "unknown");
    CHECK(rate_text("") == "unknown");
}
