// What settings amount to.
#include "sserver/config_rules.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

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

TEST_CASE("without settings the rules are those of a public pool") {
    const auto config = read("").value();
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

TEST_CASE("limits go to the part that keeps them") {
    const auto config = read(
                            "[sserver]\nresume_time = \"2m\"\nmax_parked = 9\n"
                            "max_parked_memory = \"3MiB\"\nmax_malformed = 2\n"
                            "max_refused_logins = 3\nmax_invalid_percent = 4\n"
                            "max_connections_per_address = 10\nmax_connects_per_minute = 11\n"
                            "ban_after = 12\nban_window = \"13s\"\nban_time = \"14s\"\n"
                            "ban_time_max = \"15s\"\nallow = [\"192.0.2.0/24\"]\n")
                            .value();
    const ParkingLimits parking = parking_limits(config);
    CHECK(parking.time == 2min);
    CHECK(parking.sessions_max == 9);
    CHECK(parking.bytes_max == 3 * 1024 * 1024);
    const ConductRules conduct = conduct_rules(config);
    CHECK(conduct.malformed_max == 2);
    CHECK(conduct.refused_logins_max == 3);
    CHECK(conduct.invalid_percent == 4);
    const GuardRules guard = guard_rules(config);
    CHECK(guard.connections_max == 10);
    CHECK(guard.connects_per_minute == 11);
    CHECK(guard.ban_after == 12);
    CHECK(guard.ban_window == 13s);
    CHECK(guard.ban_time == 14s);
    CHECK(guard.ban_time_max == 15s);
    CHECK(contains(guard.allow, IpAddress::parse("192.0.2.9").value()));
}

TEST_CASE("the embedded bus is its own durable answer, without a spool") {
    auto config = read("[sserver]\nack = \"spool\"\n").value();
    const auto embedded = share_stream_options(config, {});
    CHECK(embedded.acknowledge == Acknowledge::bus);
    CHECK_FALSE(embedded.spool_after);
    const auto kafka = share_stream_options(config, {.url = "kafka://broker:9092"});
    CHECK(kafka.acknowledge == Acknowledge::spool);
    CHECK(kafka.spool_after == config.spool_after);
    config.ack = Acknowledge::fast;
    CHECK(share_stream_options(config, {}).acknowledge == Acknowledge::fast);
}
