// The vectors of RFC 4648, section 10, and what is no base64.
#include "common/base/base64.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace lode;

namespace {

std::string decoded(std::string_view text) {
    return std::string(as_chars(from_base64(text).value()));
}

}  // namespace

TEST_CASE("base64 is read by the RFC's vectors") {
    CHECK(decoded("").empty());
    CHECK(decoded("Zg==") == "f");
    CHECK(decoded("Zm8=") == "fo");
    CHECK(decoded("Zm9v") == "foo");
    CHECK(decoded("Zm9vYg==") == "foob");
    CHECK(decoded("Zm9vYmE=") == "fooba");
    CHECK(decoded("Zm9vYmFy") == "foobar");
    CHECK(from_base64("+/+/").value() == Bytes{0xfb, 0xff, 0xbf});
}

TEST_CASE("what is not the one text of its bytes is refused") {
    for (const std::string_view wrong : {"Z", "Zg", "Zg=", "Zg===", "====", "=", "Zh==", "Zm9=",
                                         "Zm 8", "Zm8-", "Zg==Zg==", "Zm9v\n", "Z===", "Zm=v"}) {
        CAPTURE(wrong);
        CHECK(from_base64(wrong).error().code == ErrorCode::malformed);
    }
}
