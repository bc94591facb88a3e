// The command line.
#include "miner/options.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::miner;

namespace {

using Arguments = std::vector<std::string>;

Options parsed(Arguments arguments, std::size_t cores = 4) {
    auto options = parse_options(std::move(arguments), {.cores = cores, .version = "1.2"});
    REQUIRE(options);
    return std::move(options).value();
}

std::string refusal(Arguments arguments) {
    const auto options = parse_options(std::move(arguments), {.cores = 4});
    REQUIRE_FALSE(options);
    CHECK(options.error().code == ErrorCode::malformed);
    CHECK(options.error().context.find('\n') == std::string::npos);
    return options.error().context;
}

}  // namespace

TEST_CASE("pool and user are enough") {
    const Options options =
        parsed({"--url", "stratum+tcp://pool.example:3333", "--user", "bcrt1q.rig"});
    CHECK(options.host == "pool.example");
    CHECK(options.port == 3333);
    CHECK(options.user == "bcrt1q.rig");
    CHECK(options.password.empty());
    CHECK(options.threads == 3);
    CHECK(options.level == log::Level::info);
}

TEST_CASE("one core is left to the machine, but one thread there is always") {
    const Arguments arguments{"--url", "stratum+tcp://h:1", "--user", "u"};
    CHECK(parsed(arguments, 2).threads == 1);
    CHECK(parsed(arguments, 1).threads == 1);
    CHECK(parsed(arguments, 0).threads == 1);
}

TEST_CASE("every option can be given") {
    const Options options = parsed({"--url=stratum+tcp://[::1]:3334", "--user=u", "--password=d=1",
                                    "--threads=8", "--log=debug"});
    CHECK(options.host == "::1");
    CHECK(options.password.reveal() == "d=1");
    CHECK(options.threads == 8);
    CHECK(options.level == log::Level::debug);
}

TEST_CASE("wrong arguments are refused in one line") {
    CHECK(refusal({}).find("--url") != std::string::npos);
    CHECK(refusal({"--url", "stratum+tcp://h:1"}).find("--user") != std::string::npos);
    CHECK(refusal({"--url", "http://h:1", "--user", "u"}) ==
          "--url: wanted stratum+tcp://host:port");
    CHECK(refusal({"--url", "stratum+tcp://h", "--user", "u"}) ==
          "--url: wanted stratum+tcp://host:port");
    CHECK(refusal({"--url", "stratum+tcp://h:1", "--user", ""}) == "--user: must not be empty");
    refusal({"--url", "nonsense", "--user", "u"});
    refusal({"--url", "stratum+tcp://h:1", "--user", "u", "--threads", "0"});
    refusal({"--url", "stratum+tcp://h:1", "--user", "u", "--log", "loud"});
    refusal({"--url", "stratum+tcp://h:1", "--user", "u", "--gpu"});
}

TEST_CASE("help and version are printed instead of mining") {
    CHECK(parsed({"--help"}).print_and_exit.find("--threads") != std::string::npos);
    CHECK(parsed({"--version"}).print_and_exit == "1.2\n");
}
