// Settings that fit together, and what is said of those that do not.
#include "payout/config.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::payout;

namespace {

Result<Config> read(const std::string& text) {
    LODE_TRY(const auto document, config::Document::parse("[payout]\n" + text, "lode.toml"));
    return section().read(document);
}
bool refused(const std::string& text, const std::string& saying) {
    const auto config = read(text);
    return !config && config.error().context.find(saying) != std::string::npos;
}

}  // namespace

TEST_CASE("without settings users are credited by PPLNS and nothing is sent") {
    const auto config = read("").value();
    CHECK(config.scheme == BaseScheme::pplns);
    CHECK(config.payments == Payments::off);
    REQUIRE(config.recipients.size() == 1);
    CHECK(config.recipients.front().share_ppm == parts);
}

TEST_CASE("settings are read") {
    const auto config = read(
                            "scheme = \"dgm\"\nchoices = [\"pps\", \"fpps\"]\n"
                            "payments = \"psbt\"\nnetwork_fee = \"recipients\"\n"
                            "below_floor = \"stop\"\nminimum_base_units = 2000\n"
                            "[[payout.recipient]]\nname = \"a\"\nshare_ppm = 250000\n"
                            "[[payout.recipient]]\nname = \"b\"\nshare_ppm = 750000\n")
                            .value();
    CHECK(config.scheme == BaseScheme::dgm);
    CHECK(config.choices == std::vector<std::string>{"pps", "fpps"});
    CHECK(config.payments == Payments::psbt);
    CHECK(config.network_fee == FeePayer::recipients);
    CHECK(config.below_floor == BelowFloor::stop);
    CHECK(config.minimum_base_units == 2'000);
    CHECK(config.recipients.at(1).name == "b");
}

TEST_CASE("settings that contradict each other are refused with what is wrong") {
    CHECK(refused("scheme = \"prop\"\nchoices = [\"pps\"]\n", "beside scheme = \"prop\""));
    CHECK(refused("[[payout.recipient]]\nshare_ppm = 1000\n", "add up to 1000000, not 1000"));
    CHECK(
        refused("[[payout.recipient]]\nshare_ppm = 500000\n"
                "[[payout.recipient]]\nshare_ppm = 500000\n",
                "two recipients have the name pool"));
    CHECK(refused("wallet_user = \"u\"\n", "need wallet_url"));
    CHECK(refused("wallet_url = \"http://127.0.0.1:1\"\n", "either wallet_user"));
    CHECK(
        refused("wallet_url = \"http://127.0.0.1:1\"\nwallet_user = \"u\"\n"
                "wallet_password = \"p\"\nwallet_cookie_file = \"c\"\n",
                "either wallet_user"));
    CHECK(refused("fee_base_units_per_kvb_max = 1000\n", "fallback may not be above"));
    CHECK(refused("day_base_units_max = 1000\n", "batch_base_units_max may not be above"));
    CHECK(refused("batch_base_units_max = 1000\n", "minimum_base_units may not be above"));
    CHECK(read("wallet_url = \"http://127.0.0.1:1\"\nwallet_cookie_file = \"c\"\n"));
}
