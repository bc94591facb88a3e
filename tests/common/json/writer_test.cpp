// Building JSON text.
#include "common/json/writer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

using namespace lode;
using json::Writer;

TEST_CASE("objects and arrays nest with their commas") {
    Writer w;
    w.object().field("height", 12).field("ok", true).key("list").array();
    w.value("a").value(-1).value(nullptr).array().end().object().end().end();
    w.field("last", std::uint64_t{18446744073709551615U}).end();
    CHECK(w.take() ==
          R"({"height":12,"ok":true,"list":["a",-1,null,[],{}],"last":18446744073709551615})");
}

TEST_CASE("strings are escaped and always leave valid UTF-8") {
    CHECK(json::quoted("a\"b\\c\n\r\t\x01\x1f/") == R"("a\"b\\c\n\r\t\u0001\u001f/")");
    CHECK(json::quoted("\xc3\xa9 \xf0\x9f\x98\x80") == "\"\xc3\xa9 \xf0\x9f\x98\x80\"");
    CHECK(json::quoted("x\xffy\xc3") == R"("x\ufffdy\ufffd")");
    CHECK(json::quoted(std::string_view("a\0b", 3)) == R"("a\u0000b")");
}

TEST_CASE("decimals and ready JSON are copied as they are") {
    Writer w;
    w.array().decimal("1.25").decimal("-0.5e-7").raw(R"({"id":1})").end();
    CHECK(w.take() == R"([1.25,-0.5e-7,{"id":1}])");
}

TEST_CASE("a parsed value can be written into another text") {
    const auto document = json::Document::parse(R"({"id": [1.0, "x"]})");
    REQUIRE(document);
    Writer w;
    w.object().field("id", document.value().root().member("id")).end();
    CHECK(w.take() == R"({"id":[1.0,"x"]})");
}

TEST_CASE("a writer is empty and usable again after take") {
    Writer w;
    w.value(1);
    CHECK(w.take() == "1");
    w.object().end();
    CHECK(w.take() == "{}");
}

TEST_CASE("what is written reads back as the same") {
    const std::string hard = "\x01\"\\\xe2\x82\xac\n";
    Writer w;
    w.object().field(hard, hard).end();
    const auto document = json::Document::parse(w.take());
    REQUIRE(document);
    CHECK(document.value().root().member(hard).string() == hard);
}

TEST_CASE("a quoted text is its pieces quoted one by one") {
    std::mt19937 random(5);
    for (int round = 0; round < 2'000; ++round) {
        std::string text;
        std::string one_by_one;
        for (auto left = random() % 12; left > 0; --left) {
            // Often what is escaped, and a character of three bytes.
            static const std::string special[] = {"\"", "\\", "\n", "\x01", "\x7f", "\xe2\x82\xac"};
            const auto kind = random() % 12;
            const std::string next = kind < 6 ? special[kind] : std::string(kind, 'x');
            text += next;
            const std::string quoted = lode::json::quoted(next);
            one_by_one += quoted.substr(1, quoted.size() - 2);
        }
        CHECK(lode::json::quoted(text) == '"' + one_by_one + '"');
    }
}
