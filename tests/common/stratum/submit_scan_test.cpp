// The shortcut takes the usual shape in any order and spacing, and nothing else.
#include "common/stratum/submit_scan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using lode::stratum::scan_submit;

TEST_CASE("the usual submit line is scanned into its parts") {
    const auto scan = scan_submit(
        R"({"id":4,"method":"mining.submit","params":["u.w","1f","00000001","504e86ed","b2957c02"]})");
    REQUIRE(scan);
    CHECK(scan->id == "4");
    REQUIRE(scan->count == 5);
    CHECK(scan->parameters[0] == "u.w");
    CHECK(scan->parameters[1] == "1f");
    CHECK(scan->parameters[2] == "00000001");
    CHECK(scan->parameters[3] == "504e86ed");
    CHECK(scan->parameters[4] == "b2957c02");
}

TEST_CASE("members may come in any order, with spaces and a string or null for an id") {
    const auto scan = scan_submit(
        "{ \"params\" : [\"u\", \"1\" ,\"2\",\"3\",\"4\",\"5\" ] ,\t\"id\": \"a 1\", "
        "\"method\":\"mining.submit\" }\r");
    REQUIRE(scan);
    CHECK(scan->id == "\"a 1\"");
    CHECK(scan->count == 6);
    CHECK(scan->parameters[5] == "5");
    CHECK(
        scan_submit(R"({"id":null,"method":"mining.submit","params":["u","1","2","3","4"]})")->id ==
        "null");
}

TEST_CASE("what is not plainly a submit is left to the parser") {
    const std::string lines[] = {
        "",
        "{}",
        R"({"id":4,"method":"mining.subscribe","params":["u","1","2","3","4"]})",
        R"({"id":4,"method":"mining.submit","params":["u","1","2","3"]})",
        R"({"id":4,"method":"mining.submit","params":["u","1","2","3","4","5","6"]})",
        R"({"id":4,"method":"mining.submit","params":["u","1","2","3",4]})",
        R"({"id":4,"method":"mining.submit","params":["u","1","2","3","4",]})",
        R"({"id":4,"method":"mining.submit","params":["\u0075","1","2","3","4"]})",
        "{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"\xc3\xa9\",\"1\",\"2\",\"3\",\"4\"]}",
        R"({"id":04,"method":"mining.submit","params":["u","1","2","3","4"]})",
        R"({"id":-4,"method":"mining.submit","params":["u","1","2","3","4"]})",
        R"({"id":4.5,"method":"mining.submit","params":["u","1","2","3","4"]})",
        R"({"id":4,"id":5,"method":"mining.submit","params":["u","1","2","3","4"]})",
        R"({"id":4,"params":["u","1","2","3","4"],"params":["u","1","2","3","4"]})",
        R"({"id":4,"x":5,"method":"mining.submit","params":["u","1","2","3","4"]})",
        R"({"method":"mining.submit","params":["u","1","2","3","4"]})",
        R"({"id":4,"method":"mining.submit","params":["u","1","2","3","4"]}x)",
        R"({"id":4,"method":"mining.submit","params":["u","1","2","3","4"])",
    };
    for (const std::string& line : lines) {
        INFO(line);
        CHECK_FALSE(scan_submit(line));
    }
}

TEST_CASE("a submit line that passes the length limit is not scanned") {
    const std::string line = R"({"id":4,"method":"mining.submit","params":["u","1","2","3","4"]})";
    CHECK(scan_submit(line + std::string(8192 - line.size(), ' ')));
    CHECK_FALSE(scan_submit(line + std::string(8193 - line.size(), ' ')));
}

TEST_CASE("inside a string stands printable ASCII that means itself, and nothing else") {
    for (int code = 0; code < 256; ++code) {
        const char c = static_cast<char>(code);
        const std::string user = std::string("a") + c + "b";
        const std::string line = R"({"id":4,"method":"mining.submit","params":[")" + user +
                                 R"(","1","00000001","504e86ed","b2957c02"]})";
        INFO(code);
        const auto scan = scan_submit(line);
        const bool plain = code >= 0x20 && code <= 0x7e && c != '"' && c != '\\';
        REQUIRE(scan.has_value() == plain);
        if (plain) CHECK(scan->parameters[0] == user);
    }
}
