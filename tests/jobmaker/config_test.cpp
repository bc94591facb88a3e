// The payout address of the configuration, and where a wrong one is said to stand.
#include "jobmaker/config.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"

using namespace lode;

namespace {

Result<bitcoin::Address> read(const std::string& network, const std::string& address) {
    const std::string text = "[[chain]]\nname = \"x\"\nnetwork = \"" + network +
                             "\"\npayout_address = \"" + address +
                             "\"\n[[chain.node]]\nurl = \"http://127.0.0.1:1\"\n"
                             "cookie_file = \"c\"\n";
    const auto document = config::Document::parse(text, "lode.toml").value();
    const auto pool = config::pool_section().read(document).value();
    return jobmaker::payout_address(document, pool.chain());
}

}  // namespace

TEST_CASE("the payout address becomes its script") {
    const auto address = read("regtest", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080");
    REQUIRE(address);
    CHECK(to_hex(address.value().script) == "0014751e76e8199196d454941c45d1b3a323f1433bd6");
}

TEST_CASE("a payout address of another network is refused with its line") {
    const auto address = read("main", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080");
    REQUIRE_FALSE(address);
    CHECK(address.error().code == ErrorCode::malformed);
    CHECK(address.error().context.starts_with("lode.toml:4: chain.payout_address: "));
}

TEST_CASE("by default everything is on, and the ports are those of the documentation") {
    const auto document = config::Document::parse("[jobmaker]\n", "lode.toml").value();
    const auto config = jobmaker::section().read(document).value();
    CHECK(config.health_port == 9102);
    CHECK(config.proposal_check);
    CHECK(config.bip54_locktime);
    CHECK(config.solo_fee_ppm == 0);
}
