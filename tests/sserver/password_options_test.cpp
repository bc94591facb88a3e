// Options in passwords, as miners write them.
#include "sserver/password_options.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace lode::sserver;

namespace {

struct Case {
    const char* password;
    std::optional<int> fixed;
    std::optional<int> least;
};

}  // namespace

TEST_CASE("options are read in any order and with any separator, the rest is passed over") {
    const std::optional<int> none;
    const Case cases[] = {
        {"", none, none},
        {"x", none, none},
        {"123", none, none},
        {"d=1024", 10, none},
        {"md=1024", none, 10},
        {"d=1024,md=512", 10, 9},
        {"md=512;d=1024", 10, 9},
        {"md=512 d=1024", 10, 9},
        {"x, d=1024 ; md=512", 10, 9},
        {"c=BTC,d=65536,stats", 16, none},
        {"d=1024,d=2048", 11, none},
        {"d=0.25", -2, none},
        {"id=1024", none, none},
        {"D=1024", none, none},
    };
    for (const Case& one : cases) {
        INFO(one.password);
        const PasswordOptions options = parse_password(one.password);
        CHECK(options.fixed == one.fixed);
        CHECK(options.least == one.least);
    }
}

TEST_CASE("a fixed difficulty is the power of two not above, an own minimum the one not below") {
    CHECK(parse_password("d=1500").fixed == 10);
    CHECK(parse_password("d=2047.99").fixed == 10);
    CHECK(parse_password("d=500000").fixed == 18);
    CHECK(parse_password("md=1500").least == 11);
    CHECK(parse_password("md=500000").least == 19);
    CHECK(parse_password("d=0.3").fixed == -2);
}

TEST_CASE("what is no difficulty is no option") {
    for (const char* text : {"d=", "d=0", "d=-5", "d=abc", "d=1e9", "d= 5", "d=0x10", "md=", "d",
                             "=5", "d==5", "d=5x", ",,;;  ,"}) {
        INFO(text);
        CHECK_FALSE(parse_password(text).fixed);
        CHECK_FALSE(parse_password(text).least);
    }
    CHECK_FALSE(parse_password("d=" + std::string(8000, '9')).fixed);
}
