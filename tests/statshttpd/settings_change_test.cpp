// What users may ask of their payments.
#include "statshttpd/settings_change.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

constexpr auto network = bitcoin::Network::regtest;

Result<SettingsRequest> parse(const std::string& members) {
    return parse_settings("{" + members + R"("nonce":"n","signature":"s"})", network);
}

Result<void> check(const SettingsChange& change) {
    return check_settings(change, {.minimum = 1'000, .choices = {"pps", "fpps"}});
}

}  // namespace

TEST_CASE("a change is read with its proof") {
    const auto request =
        parse(R"("minimum":5,"address":"BCRT1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KYGT080",)"
              R"("scheme":"pps",)")
            .value();
    CHECK(request.change.minimum == 5);
    CHECK(request.change.address == "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080");
    CHECK(request.change.scheme == "pps");
    CHECK(request.ticket == "n");
    CHECK(request.signature == "s");
    CHECK_FALSE(parse(R"("minimum":5,)").value().change.address);
}

TEST_CASE("a change of nothing, without proof or to an address of another chain is refused") {
    CHECK_FALSE(parse(""));
    CHECK_FALSE(parse_settings(R"({"minimum":5})", network));
    CHECK_FALSE(parse_settings(R"({"minimum":5,"nonce":"n"})", network));
    CHECK_FALSE(parse(R"("address":"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",)"));
    CHECK_FALSE(parse(R"("minimum":-1,)"));
    CHECK_FALSE(parse(R"("minimum":2100000000000001,)"));
    CHECK_FALSE(parse(R"("minimum":5.5,)"));
    CHECK_FALSE(parse(R"("frozen":false,)"));
}

TEST_CASE("nobody undercuts the pool's minimum or takes a scheme that is not offered") {
    CHECK(check({.minimum = 0, .address = {}, .scheme = {}}));
    CHECK(check({.minimum = 1'000, .address = {}, .scheme = "base"}));
    CHECK(check({.minimum = {}, .address = {}, .scheme = "fpps"}));
    CHECK(check({.minimum = 999, .address = {}, .scheme = {}}).error().code ==
          ErrorCode::malformed);
    CHECK(check({.minimum = {}, .address = {}, .scheme = "pps_plus"}).error().context ==
          "scheme must be one of base, pps, fpps");
}
