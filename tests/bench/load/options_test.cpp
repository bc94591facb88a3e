// What is allowed, and above all what is not.
#include "tests/bench/load/options.hpp"

#include <catch2/catch_test_macros.hpp>

namespace lode::load {
namespace {

std::vector<std::string> with(std::vector<std::string> more,
                              const std::string& url = "stratum+tcp://127.0.0.1:3333") {
    more.insert(more.end(), {"--user", "name", "--url", url});
    return more;
}

TEST_CASE("a mode, a pool and a user are enough") {
    const auto options = parse_options(with({"crowd"}));
    REQUIRE(options);
    CHECK(options.value().mode == Mode::crowd);
    REQUIRE(options.value().targets.size() == 1);
    CHECK(options.value().targets[0].text() == "127.0.0.1:3333");
}

TEST_CASE("others' machines are refused unless --anywhere is there") {
    for (const char* url : {"stratum+tcp://192.0.2.1:3333", "stratum+tcp://[2001:db8::1]:3333",
                            "stratum+tcp://1.27.0.1:3333"}) {
        const auto refused = parse_options(with({"idle"}, url));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().context.find("--anywhere") != std::string::npos);
        CHECK(parse_options(with({"idle", "--anywhere"}, url)));
    }
    CHECK(parse_options(with({"idle"}, "stratum+tcp://[::1]:3333")));
    CHECK(parse_options(with({"idle"}, "stratum+tcp://localhost:3333")));
    CHECK(parse_options(with({"idle"}, "stratum+tcp://127.200.3.4:3333")));
}

TEST_CASE("what makes no sense is refused") {
    CHECK_FALSE(parse_options(with({"flood"})));
    CHECK_FALSE(parse_options(with({"submit"})));
    CHECK_FALSE(parse_options(with({"submit", "--in-flight", "1", "--rate", "1"})));
    CHECK_FALSE(parse_options(with({"churn"})));
    CHECK_FALSE(parse_options(with({"submit", "--in-flight", "1", "--solve", "--refused", "low"})));
    CHECK_FALSE(parse_options(with({"idle", "--duration", "0"})));
    CHECK_FALSE(parse_options(with({"idle"}, "http://127.0.0.1:80")));
    CHECK_FALSE(parse_options(with({"idle"}, "stratum+tcp://127.0.0.1")));
    CHECK_FALSE(parse_options({"idle", "--user", "name"}));
}

TEST_CASE("the help tells every mode") {
    const auto options = parse_options({"--help"});
    REQUIRE(options);
    for (const char* mode : {"idle", "notify", "submit", "churn", "crowd"}) {
        CHECK(options.value().print_and_exit.find(mode) != std::string::npos);
    }
}

}  // namespace
}  // namespace lode::load
