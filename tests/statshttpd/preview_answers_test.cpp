// The preview's body, and what is expected of a user's rate.
#include "statshttpd/preview_answers.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

const Preview preview{.made = from_unix_ms(5),
                      .height = 6,
                      .reward = Satoshi(1'000'000),
                      .window_ppm = 250'000,
                      .users = 3,
                      .users_amount = Satoshi(900'000),
                      .fees = Satoshi(40'000),
                      .reserve = Satoshi(60'000),
                      .base_per_block = Satoshi(800'000),
                      .pps_per_block = Satoshi(700'000),
                      .pps_plus_per_block = Satoshi(750'000),
                      .fpps_per_block = Satoshi(720'000)};
const std::string sums =
    R"({"made_unix_ms":5,"height":6,"reward":1000000,"scheme":"pplns","window_full_ppm":250000,)"
    R"("total":900000,"users":3,"fees":40000,"reserve":60000,)"
    R"("per_block":{"base":800000,"pps":700000,"pps_plus":750000,"fpps":720000},"user":)";

PreviewAnswer of(const PreviewOfUser& user) {
    return {.preview = preview, .base_scheme = "pplns", .user = user};
}

// A hash a second, blocks of a million.
const Pace slow{.rate = {.sum = {.work = bitcoin::Work(0, 10), .shares = 1},
                         .covered = std::chrono::seconds(10)},
                .block = bitcoin::Work(0, 1'000'000)};

}  // namespace

TEST_CASE("without a user a preview tells the sums") {
    const PreviewAnswer answer{.preview = preview, .base_scheme = "pplns"};
    CHECK(to_json(answer, {}) == sums + R"(null,"expected_seconds_to_minimum":null})");
    PreviewAnswer other = answer;
    other.preview->window_ppm.reset();
    CHECK(to_json(other, {}).find(R"("window_full_ppm":null)") != std::string::npos);
}

TEST_CASE("a user's minimum is as far as his rate and scheme say") {
    const PreviewOfUser user{.user = "alice",
                             .amount = Satoshi(450'000),
                             .scheme = "base",
                             .owned = Satoshi(20),
                             .minimum = Satoshi(100)};
    // 0.8 base units a second.
    CHECK(to_json(of(user), slow) ==
          sums + R"({"user":"alice","amount":450000,"share_ppm":450000,"scheme":"base",)"
                 R"("expected_per_day":69120},"expected_seconds_to_minimum":100})");
    auto per_share = user;
    per_share.scheme = "pps";
    CHECK(to_json(of(per_share), slow)
              .ends_with(R"("expected_per_day":60480},"expected_seconds_to_minimum":114})"));
    per_share.scheme = "pps_plus";
    CHECK(to_json(of(per_share), slow).find(R"("expected_per_day":64800})") != std::string::npos);
    per_share.scheme = "fpps";
    CHECK(to_json(of(per_share), slow).find(R"("expected_per_day":62208})") != std::string::npos);
}

TEST_CASE("who has enough waits for nothing, who does not work for no time that is known") {
    PreviewOfUser user{.user = "a", .scheme = "base", .owned = Satoshi(5), .minimum = Satoshi(5)};
    CHECK(to_json(of(user), {}).ends_with(R"("expected_seconds_to_minimum":0})"));
    user.owned = Satoshi(4);
    CHECK(to_json(of(user), {}).ends_with(R"("expected_seconds_to_minimum":null})"));
    user.minimum.reset();
    CHECK(to_json(of(user), slow).ends_with(R"("expected_seconds_to_minimum":null})"));
    user.minimum = Satoshi(2'000'000'000'000'000);
    CHECK(to_json(of(user), slow).ends_with(R"("expected_seconds_to_minimum":null})"));
}

TEST_CASE("a preview is asked for with or without a user") {
    CHECK_FALSE(parse_simulate_query({}).value().user);
    CHECK(parse_simulate_query({{"user", "alice"}}).value().user == "alice");
    CHECK(parse_simulate_query({{"user", ""}}).error().code == ErrorCode::malformed);
    CHECK(parse_simulate_query({{"limit", "1"}}).error().code == ErrorCode::malformed);
}
