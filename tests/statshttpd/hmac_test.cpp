// Vectors of RFC 4231.
#include "statshttpd/hmac.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"

using namespace lode;
using namespace lode::statshttpd;

TEST_CASE("HMAC-SHA-256 is the RFC's") {
    CHECK(to_hex(hmac_sha256(Bytes(20, std::uint8_t{0x0b}), as_bytes("Hi There")).view()) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).view()) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
