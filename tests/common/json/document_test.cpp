// Parsing: kinds, exact numbers, strictness and limits.
#include "common/json/document.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using json::Document;
using json::Kind;
using json::Value;

namespace {

Document parsed(std::string_view text) {
    auto document = Document::parse(text);
    INFO(text);
    REQUIRE(document);
    return std::move(document).value();
}

std::string refusal(std::string_view text, json::Limits limits = {}) {
    const auto document = Document::parse(text, limits);
    INFO(text);
    REQUIRE_FALSE(document);
    CHECK(document.error().code == ErrorCode::malformed);
    return document.error().context;
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("every kind of value answers its own question only") {
    const Document document =
        parsed(R"({"s":"aA\n\u00e9","n":-5,"b":true,"z":null,"a":[1,"x"],"o":{"k":{}}})");
    const Value root = document.root();
    CHECK(root.kind() == Kind::object);
    CHECK(root.size() == 6);
    CHECK(root.member("s").string() == "aA\n\xc3\xa9");
    CHECK_FALSE(root.member("s").int64());
    CHECK(root.member("n").int64() == -5);
    CHECK_FALSE(root.member("n").uint64());
    CHECK_FALSE(root.member("n").string());
    CHECK(root.member("b").boolean() == true);
    CHECK(root.member("z").is_null());
    CHECK(root.member("a").size() == 2);
    CHECK(root.member("a")[0].uint64() == 1);
    CHECK(root.member("a")[1].string() == "x");
    CHECK(root.member("o").member("k").is_object());
}

TEST_CASE("an absent member or element is missing and so is all beneath it") {
    const Document document = parsed(R"({"a":[1]})");
    const Value absent = document.root().member("x").member("y")[3];
    CHECK(absent.missing());
    CHECK(absent.size() == 0);
    CHECK_FALSE(absent.string());
    CHECK(absent.text() == "null");
    CHECK(document.root().member("a")[1].missing());
    CHECK(document.root()[0].missing());
    for (const Value value : absent.elements()) FAIL(value.text());
}

TEST_CASE("elements and members come in the order of the text") {
    const Document document = parsed(R"({"b":[3,1,2],"a":0})");
    std::string seen;
    for (const auto& [name, value] : document.root().members()) {
        seen += std::string(name) + "=" + value.text() + ";";
    }
    for (const Value value : document.root().member("b").elements()) seen += value.text();
    CHECK(seen == "b=[3,1,2];a=0;312");
}

TEST_CASE("integers keep all 64 bits and refuse one more") {
    const Document document = parsed(
        "[9223372036854775807,-9223372036854775808,18446744073709551615,18446744073709551616,1.0]");
    const Value root = document.root();
    CHECK(root[0].int64() == INT64_MAX);
    CHECK(root[1].int64() == INT64_MIN);
    CHECK_FALSE(root[2].int64());
    CHECK(root[2].uint64() == UINT64_MAX);
    CHECK_FALSE(root[3].uint64());
    CHECK_FALSE(root[4].int64());
}

TEST_CASE("decimal text is exact, plain and without needless zeros") {
    const auto decimal = [](std::string_view text) { return parsed(text).root().decimal_text(); };
    CHECK(decimal("4.656542373906925e-10") == "0.0000000004656542373906925");
    CHECK(decimal("0.123456789012345678901234567890") == "0.12345678901234567890123456789");
    CHECK(decimal("1.50e3") == "1500");
    CHECK(decimal("1E+2") == "100");
    CHECK(decimal("12.5e1") == "125");
    CHECK(decimal("12.50e-1") == "1.25");
    CHECK(decimal("100.00") == "100");
    CHECK(decimal("-0.0") == "0");
    CHECK(decimal("-2.50") == "-2.5");
    CHECK(decimal("0e9") == "0");
    CHECK(decimal("1e300")->size() == 301);
    CHECK_FALSE(decimal("1e-401"));
    CHECK_FALSE(decimal("\"1\""));
}

TEST_CASE("text gives back any value compactly, numbers as written") {
    const std::string text = R"({"id":[1.50,null,"q\"\\\n\u0001é",{}],"x":true})";
    CHECK(parsed("  " + text + " ").root().text() == text);
    CHECK(parsed("1e2").root().text() == "1e2");
}

TEST_CASE("numbers and strings side by side keep their own bytes") {
    const Document document = parsed(R"([ 12 ,"\u0041\u0042",-3.5e1,"c",7])");
    CHECK(document.root().text() == R"([12,"AB",-3.5e1,"c",7])");
}

TEST_CASE("what is not strict JSON is refused with its place") {
    CHECK(refusal("") == "JSON byte 0: The document is empty.");
    CHECK(refusal("{\"a\":1,}").starts_with("JSON byte 7: "));
    CHECK(refusal("[1] x").starts_with("JSON byte 4: "));
    CHECK(refusal("[1,2").starts_with("JSON byte 4: "));
    CHECK(refusal("[01]").starts_with("JSON byte 2: "));
    CHECK(refusal("[NaN]").starts_with("JSON byte "));
    CHECK(refusal("// c\n1").starts_with("JSON byte 0: "));
    CHECK(refusal(R"(["\ud800"])").starts_with("JSON byte "));
    CHECK(refusal(std::string_view("[1]\0[2]", 7)) == "JSON byte 3: a NUL character");
    CHECK(refusal("[\"\xff\"]") == "JSON byte 4: the string before it is not UTF-8");
    CHECK(refusal(R"({"\udc00":1})") == "JSON byte 9: the string before it is not UTF-8");
    CHECK(refusal("\xc3\xa9").starts_with("JSON byte 0: "));
}

TEST_CASE("nesting is allowed up to the limit and not one level more") {
    CHECK(Document::parse(nested(64)));
    CHECK(refusal(nested(65)) == "JSON nests deeper than 64 levels");
    CHECK(refusal(std::string(1'000'000, '[')) == "JSON nests deeper than 64 levels");
    CHECK(refusal("[[1]]", {.max_depth = 1}) == "JSON nests deeper than 1 levels");
}

TEST_CASE("a text longer than the limit is refused unread") {
    CHECK(refusal("[1,2]", {.max_bytes = 4}) == "JSON of 5 bytes passes the limit of 4");
}

TEST_CASE("values stay valid when their document moves") {
    Document first = parsed(R"(["kept"])");
    const Value value = first.root()[0];
    const Document second = std::move(first);
    CHECK(value.string() == "kept");
}

TEST_CASE("a template of 10 MB parses whole") {
    std::string text = R"({"transactions":[)";
    for (int i = 0; i < 5000; ++i) {
        text += (i == 0 ? "" : ",") + std::string(R"({"data":")") + std::string(2000, 'a') +
                R"(","fee":)" + std::to_string(i) + R"(,"depends":[1,2]})";
    }
    text += R"(],"height":800000})";
    const Document document = parsed(text);
    const Value transactions = document.root().member("transactions");
    CHECK(transactions.size() == 5000);
    CHECK(transactions[4999].member("fee").int64() == 4999);
    CHECK(transactions[4999].member("data").string()->size() == 2000);
    CHECK(document.root().member("height").uint64() == 800000);
}
