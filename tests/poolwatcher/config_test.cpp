// The settings: none needed, all read, mistakes refused.
#include "poolwatcher/config.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::poolwatcher;
using namespace std::chrono_literals;

namespace {

Result<Config> read(std::string_view text) {
    const auto document = config::Document::parse(text, "lode.toml");
    REQUIRE(document);
    return section().read(document.value());
}

}  // namespace

TEST_CASE("without a word no pool is watched") {
    const auto config = read("");
    REQUIRE(config);
    CHECK(config.value().pools.empty());
    CHECK(config.value().fork_after == 2min);
    CHECK(config.value().health_port == 9107);
}

TEST_CASE("pools have a name, a URL and perhaps a user") {
    const auto config = read(R"(
[poolwatcher]
fork_after = "10m"
[[poolwatcher.pool]]
name = "one"
url = "stratum+tcp://one.example:3333"
[[poolwatcher.pool]]
name = "two"
url = "stratum+tcp://two.example:3334"
user = "me"
password = "secret"
)");
    REQUIRE(config);
    REQUIRE(config.value().pools.size() == 2);
    CHECK(config.value().fork_after == 10min);
    CHECK(config.value().pools[0].user == "lode.watcher");
    CHECK(config.value().pools[0].password.empty());
    CHECK(config.value().pools[1].url == "stratum+tcp://two.example:3334");
    CHECK(config.value().pools[1].password.reveal() == "secret");
}

TEST_CASE("a pool without a name, with another scheme or with a name twice is refused") {
    CHECK_FALSE(read("[[poolwatcher.pool]]\nurl = \"stratum+tcp://h:1\"\n"));
    CHECK_FALSE(read("[[poolwatcher.pool]]\nname = \"x\"\nurl = \"http://h:1\"\n"));
    const auto twice = read(R"(
[[poolwatcher.pool]]
name = "x"
url = "stratum+tcp://h:1"
[[poolwatcher.pool]]
name = "x"
url = "stratum+tcp://h:2"
)");
    REQUIRE_FALSE(twice);
    CHECK(twice.error().context.find("two pools are named x") != std::string::npos);
}
