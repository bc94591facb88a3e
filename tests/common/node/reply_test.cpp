// JSON-RPC replies as nodes send them, and as they must not.
#include "common/node/reply.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

namespace {

Result<std::string> take_result(const std::string& text) {
    LODE_TRY(auto reply, node::take_reply(text));
    return node::result_of(std::move(reply));
}

}  // namespace

TEST_CASE("the result is taken out as it stands") {
    CHECK(take_result(R"({"result":{"a":[1,{"b":"}"}]},"error":null,"id":1})").value() ==
          R"({"a":[1,{"b":"}"}]})");
    CHECK(take_result("{ \"id\" : 1 , \"result\" : \"x\" }\n").value() == "\"x\"");
    CHECK(take_result(R"({"result":null,"error":null,"id":1})").value() == "null");
    CHECK(take_result(R"({"jsonrpc":"2.0","result":-12.5e3,"id":1})").value() == "-12.5e3");
}

TEST_CASE("quotes and backslashes in strings do not mislead") {
    CHECK(take_result(R"({"x":"\"result\":1,\\","result":"a\\\"}","y":"\\"})").value() ==
          R"("a\\\"}")");
}

TEST_CASE("an inner member called result is not the result") {
    CHECK(take_result(R"({"x":{"result":1},"result":2})").value() == "2");
}

TEST_CASE("the node's error is rejected with code and message") {
    const auto result =
        take_result(R"({"result":null,"error":{"code":-8,"message":"no such height"},"id":1})");
    REQUIRE(result.has_error());
    CHECK(result.error().code == ErrorCode::rejected);
    CHECK(result.error().context == "error -8: no such height");
}

TEST_CASE("errors that pass by themselves are unavailable") {
    for (const auto* code : {"-28", "-9", "-10"}) {
        CAPTURE(code);
        const auto result = take_result(R"({"result":null,"error":{"code":)" + std::string(code) +
                                        R"(,"message":"Loading block index…"}})");
        REQUIRE(result.has_error());
        CHECK(result.error().code == ErrorCode::unavailable);
    }
}

TEST_CASE("what is no reply is malformed") {
    for (const auto* text : {"",
                             " ",
                             "[]",
                             "null",
                             "<html>",
                             "{",
                             "{}",
                             "{\"id\":1}",
                             "{\"result\"",
                             "{\"result\":",
                             "{\"result\":}",
                             "{\"result\":1",
                             "{\"result\":{]",
                             "{\"result\":\"x}",
                             "{\"result\":1,}",
                             "{\"error\":7}",
                             "{\"error\":{\"code\":1}}",
                             "}{",
                             "{\"result\":]]]}",
                             "{,}",
                             "{:}"}) {
        CAPTURE(text);
        const auto result = take_result(text);
        REQUIRE(result.has_error());
        CHECK(result.error().code == ErrorCode::malformed);
    }
}
