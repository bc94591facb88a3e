// What settings amount to.
#include "payout/config_rules.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::payout;
using namespace std::chrono_literals;

namespace {

config::ChainConfig chain() {
    config::ChainConfig chain;
    chain.name = "btc";
    chain.network = "regtest";
    return chain;
}

}  // namespace

TEST_CASE("the default settings are terms that can be kept") {
    const auto terms = terms_of({}).value();
    CHECK(terms.base == BaseScheme::pplns);
    CHECK(terms.pplns_window == 8);
    CHECK(terms.base_fee == Ppm(10'000));
    REQUIRE(terms.recipients.size() == 1);
    CHECK(terms.recipients.front().name == "pool");
    CHECK(check_config({}, chain()));
}

TEST_CASE("settings become rules of payments") {
    Config config;
    config.payments = Payments::psbt;
    config.network_fee = FeePayer::recipients;
    config.minimum_base_units = 7'000;
    config.payment_interval = 1h;
    config.settle_depth = 3;
    auto settings = payer_settings(config, bitcoin::Network::regtest);
    CHECK(settings.network == bitcoin::Network::regtest);
    CHECK(settings.wallet == WalletKind::watch_only);
    CHECK(settings.fee_payer == FeePayer::recipients);
    CHECK(settings.minimum == Satoshi(7'000));
    CHECK(settings.interval == 1h);
    CHECK(settings.settle_depth == 3);
    CHECK(settings.hot_max == bitcoin::money_max);
    CHECK(settings.fee_addresses.empty());
    config.hot_base_units_max = 5;
    config.payments = Payments::wallet;
    config.recipients.front().address = "somewhere";
    settings = payer_settings(config, bitcoin::Network::regtest);
    CHECK(settings.hot_max == Satoshi(5));
    CHECK(settings.wallet == WalletKind::hot);
    CHECK(settings.fee_addresses.at("pool") == "somewhere");
}

TEST_CASE("a recipient's address must be of the chain's network") {
    Config config;
    config.recipients.front().address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    const auto checked = check_config(config, chain());
    REQUIRE(!checked);
    CHECK(checked.error().context.starts_with("[payout] recipient pool: address: "));
    config.recipients.front().address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    CHECK(check_config(config, chain()));
}

TEST_CASE("a node is no second witness by another name of its machine") {
    Config config;
    auto two = chain();
    two.nodes.resize(2);
    two.nodes[0].url = "http://127.0.0.1:8332";
    two.nodes[1].url = "http://127.0.0.1:8333";
    CHECK(check_config(config, two));
    config.wallet_url = "http://127.0.0.1:8332";
    CHECK(check_config(config, two));
    config.wallet_url = "http://localhost:8332";
    const auto wallet = check_config(config, two);
    REQUIRE_FALSE(wallet);
    CHECK(wallet.error().context ==
          "http://127.0.0.1:8332 and http://localhost:8332 are one node: name it once");
    config.wallet_url.reset();
    two.nodes[1].url = "http://localhost:8332";
    CHECK(check_config(config, two).has_error());
}
