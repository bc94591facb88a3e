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
    REQUIRE(rules.listeners.size() == 1);
    CHECK(rules.listeners[0].start_exponent == 13);
    CHECK(rules.listeners[0].reward == Reward::pool);
    CHECK(rules.listeners[0].vardiff.shares_per_minute == 18);
    CHECK(rules.listeners[0].vardiff.exponent_min == -16);
    CHECK(rules.listeners[0].vardiff.exponent_max == 63);
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
    const auto rules = session_rules(config, chain()).value();
    CHECK(config.id == 7);
    CHECK(rules.users.mode == UserMode::open);
    CHECK(rules.listeners[0].start_exponent == -8);
    CHECK(rules.listeners[1].start_exponent == 13);
    const VardiffOptions& vardiff = rules.listeners[0].vardiff;
    CHECK(vardiff.exponent_min == -1);
    CHECK(vardiff.exponent_max == 20);
    CHECK(vardiff.shares_per_minute == 6);
    CHECK(vardiff.window == std::chrono::minutes(5));
    CHECK(rules.idle_timeout == std::chrono::hours(2));
}

TEST_CASE("a listener's profile sets its difficulties, its settings narrow the pool's") {
    const auto rules = [](const std::string& text) {
        const auto config = read("[sserver]\nmin_difficulty = \"2^-20\"\n" + text).value();
        return session_rules(config, chain()).value().listeners;
    };
    const auto listeners = rules(
        "[[sserver.listener]]\nprofile = \"small\"\n"
        "[[sserver.listener]]\nprofile = \"nicehash\"\n"
        "[[sserver.listener]]\nprofile = \"nicehash\"\nmin_difficulty = \"2^-30\"\n"
        "max_difficulty = \"2^-25\"\n"
        "[[sserver.listener]]\nmin_difficulty = \"1024\"\nmax_difficulty = \"4096\"\n"
        "[[sserver.listener]]\nfixed_difficulty = \"2^20\"\n");
    CHECK(listeners[0].start_exponent == -10);
    CHECK(listeners[0].vardiff.exponent_min == -20);
    CHECK(listeners[1].start_exponent == 19);
    CHECK(listeners[1].vardiff.exponent_min == 19);
    // The pool's least wins over what a listener would go below it.
    CHECK(listeners[2].vardiff.exponent_min == -20);
    CHECK(listeners[2].vardiff.exponent_max == -20);
    CHECK(listeners[3].vardiff.exponent_min == 10);
    CHECK(listeners[3].vardiff.exponent_max == 12);
    CHECK_FALSE(listeners[3].fixed);
    CHECK(listeners[4].fixed);
    CHECK(listeners[4].start_exponent == 20);
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
    const std::string listener = "[[sserver.listener]]\n";
    CHECK(problem(listener + "min_difficulty = \"4\"\nmax_difficulty = \"2\"") != "taken");
    CHECK(problem(listener + "fixed_difficulty = \"4\"\nstart_difficulty = \"4\"") != "taken");
    CHECK(problem("[[sserver.listener]]\nstart_difficulty = \"7\"")
              .starts_with("lode.toml:3: sserver.listener.start_difficulty:"));
}
