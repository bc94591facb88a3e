// What is taken as settings.
#include "sserver/config.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sserver;

namespace {

Result<Config> read(const std::string& text) {
    LODE_TRY(const auto document, config::Document::parse(text, "lode.toml"));
    return section().read(document);
}

}  // namespace

TEST_CASE("without settings the defaults hold") {
    const auto config = read("").value();
    CHECK_FALSE(config.id);
    CHECK(config.health_port == 9103);
    REQUIRE(config.listeners.size() == 1);
    CHECK(config.listeners[0].port == 3333);
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
