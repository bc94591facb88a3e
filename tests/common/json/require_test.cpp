// Required fields.
#include "common/json/require.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("a required field gives its value") {
    const auto document = json::Document::parse(
        R"({"s":"x","b":false,"i":-7,"u":4294967295,"l":-9223372036854775808,"a":[],"o":{}})");
    REQUIRE(document);
    const json::Value root = document.value().root();
    CHECK(json::require_string(root, "s").value() == "x");
    CHECK(json::require_bool(root, "b").value() == false);
    CHECK(json::require_int32(root, "i").value() == -7);
    CHECK(json::require_uint32(root, "u").value() == 4294967295U);
    CHECK(json::require_uint64(root, "u").value() == 4294967295U);
    CHECK(json::require_int64(root, "l").value() == INT64_MIN);
    CHECK(json::require_array(root, "a").value().is_array());
    CHECK(json::require_object(root, "o").value().is_object());
}

TEST_CASE("a missing or wrong field is named with what was wanted") {
    const auto document = json::Document::parse(R"({"s":"x","big":4294967296,"n":null})");
    REQUIRE(document);
    const json::Value root = document.value().root();
    CHECK(json::require_string(root, "bits").error().context ==
          "field \"bits\" is missing, wanted a string");
    CHECK(json::require_uint32(root, "big").error().context ==
          "field \"big\" is another number, wanted an unsigned 32-bit integer");
    CHECK(json::require_array(root, "s").error().context ==
          "field \"s\" is a string, wanted an array");
    CHECK(json::require_object(root, "n").error().context ==
          "field \"n\" is null, wanted an object");
    CHECK(json::require_bool(root, "s").error().code == ErrorCode::malformed);
}
