// Command lines of services.
#include "common/runtime/arguments.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/runtime/version.hpp"
#include "tests/common/runtime/tiny_service.hpp"

using namespace lode;
using namespace lode::runtime;

namespace {

Result<std::variant<Arguments, PrintOnly>> parse(std::vector<std::string> arguments) {
    const ServiceDefinition services[] = {test::tiny_service("gbtmaker")};
    return parse_arguments(
        services,
        {.name = "gbtmaker", .summary = "Asks nodes.", .arguments = std::move(arguments)});
}

}  // namespace

TEST_CASE("the configuration and the level are read") {
    const auto parsed = parse({"--config", "a.toml", "--log", "debug"});
    REQUIRE(parsed);
    const auto& arguments = std::get<Arguments>(parsed.value());
    CHECK(arguments.config == "a.toml");
    CHECK(arguments.level == log::Level::debug);
}

TEST_CASE("the level is info unless told") {
    CHECK(std::get<Arguments>(parse({"--config=a.toml"}).value()).level == log::Level::info);
}

TEST_CASE("help tells the arguments, the common settings and the service's own") {
    const auto text = std::get<PrintOnly>(parse({"--help"}).value()).text;
    CHECK(text.find("Asks nodes.") != std::string::npos);
    CHECK(text.find("--config") != std::string::npos);
    CHECK(text.find("data_dir") != std::string::npos);
    CHECK(text.find("[gbtmaker]") != std::string::npos);
    CHECK(text.find("health_port") != std::string::npos);
}

TEST_CASE("the version is printed with the program's name") {
    CHECK(std::get<PrintOnly>(parse({"--version"}).value()).text ==
          "gbtmaker " + std::string(version()) + "\n");
}

TEST_CASE("wrong arguments are malformed and say what is wrong") {
    const auto missing = parse({});
    REQUIRE(missing.has_error());
    CHECK(missing.error().code == ErrorCode::malformed);
    CHECK(missing.error().context.find("--config") != std::string::npos);
    const auto unknown = parse({"--config", "a", "--colour"});
    REQUIRE(unknown.has_error());
    CHECK(unknown.error().context.find("--colour") != std::string::npos);
    const auto level = parse({"--config", "a", "--log", "loud"});
    REQUIRE(level.has_error());
    CHECK(level.error().context.find("loud") != std::string::npos);
}
