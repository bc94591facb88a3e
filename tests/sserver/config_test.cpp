// The settings and the rules they amount to.
#include "sserver/config.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sserver;

namespace {

Result<Config> read(const std::string& text) {
    LODE_TRY(const auto document, config::Document::parse(text, "lode.toml"));
    return section().read(document);
}

config::ChainConfig chain() {
    config::ChainConfig chain;
    chain.name = "btc";
    chain.network = "regtest";
    return chain;
}

}  // namespace

TEST_CASE("without settings the defaults hold") {
    const auto config = read("").value();
    CHECK_FALSE(config.id);
    CHECK(config.health_port == 9103);
    REQUIRE(config.listeners.size() == 1);
    CHECK(config.listeners[0].port == 3333);
    const auto rules = session_rules(config, chain()).value();
    CHECK(rules.origin.chain == "btc");
    CHECK(rules.users.network == bitcoin::Network::regtest);
    CHECK(rules.vardiff.shares_per_minute == 18);
    CHECK(rules.vardiff.exponent_min == -16);
    CHECK(rules.vardiff.exponent_max == 63);
}

TEST_CASE("settings become rules") {
    const auto config = read(
                            "[sserver]\nid = 7\nusers = \"open\"\nmin_difficulty = \"0.5\"\n"
                            "max_difficulty = \"2^20\"\nshares_per_minute = 6\n"
                            "vardiff_window = \"5m\"\nidle_timeout = \"2h\"\n"
                            "[[sserver.listener]]\naddress = \"::1\"\nport = 4444\n"
                            "start_difficulty = \"2^-8\"\n"
                            "[[sserver.listener]]\nport = 4445\n")
                            .value();
    REQUIRE(config.listeners.size() == 2);
    CHECK(config.listeners[0].address == "::1");
    CHECK(parse_exponent(config.listeners[0].start_difficulty).value() == -8);
    const auto rules = session_rules(config, chain()).value();
    CHECK(config.id == 7);
    CHECK(rules.users.mode == UserMode::open);
    CHECK(rules.vardiff.exponent_min == -1);
    CHECK(rules.vardiff.exponent_max == 20);
    CHECK(rules.vardiff.shares_per_minute == 6);
    CHECK(rules.vardiff.window == std::chrono::minutes(5));
    CHECK(rules.idle_timeout == std::chrono::hours(2));
}

TEST_CASE("wrong settings are named with their place") {
    const auto problem = [](const std::string& text) {
        const auto config = read("[sserver]\n" + text);
        return config ? std::string("taken") : config.error().context;
    };
    CHECK(problem("id = 4096").starts_with("lode.toml:2: sserver.id:"));
    CHECK(problem("min_difficulty = \"1000\"").starts_with("lode.toml:2: sserver.min_difficulty:"));
    CHECK(problem("users = \"any\"").starts_with("lode.toml:2: sserver.users:"));
    CHECK(problem("min_difficulty = \"4\"\nmax_difficulty = \"2\"") != "taken");
    CHECK(problem("blkmakers = [\"ftp://x:1\"]").starts_with("lode.toml:2: sserver.blkmakers"));
    CHECK(problem("[[sserver.listener]]\nport = 0")
              .starts_with("lode.toml:3: sserver.listener.port:"));
    CHECK(problem("[[sserver.listener]]\nstart_difficulty = \"7\"")
              .starts_with("lode.toml:3: sserver.listener.start_difficulty:"));
}
