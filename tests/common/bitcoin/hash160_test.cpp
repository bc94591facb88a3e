// Known hashes of keys.
#include "common/bitcoin/hash160.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"

using namespace lode;
using namespace lode::bitcoin;

TEST_CASE("a key's hash is the one in its address") {
    // The generator point, whose address BIP 173 uses.
    const Bytes key =
        from_hex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798").value();
    CHECK(to_hex(hash160(key)) == "751e76e8199196d454941c45d1b3a323f1433bd6");
    CHECK(to_hex(hash160({})) == "b472a266d0bd89c13706a4132ccfb16f7c3b9fcb");
}
