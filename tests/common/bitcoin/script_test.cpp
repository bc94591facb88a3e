// Pushes and standard scripts, byte by byte.
#include "common/bitcoin/script.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

std::string pushed_number(std::int64_t value) {
    Bytes script;
    append_push_number(script, value);
    return to_hex(script);
}

std::string push_opcode(std::size_t size) {
    Bytes script;
    append_push_data(script, Bytes(size, 0xab));
    CHECK(script.size() > size);
    return to_hex(ByteView(script).first(script.size() - size));
}

}  // namespace

TEST_CASE("heights 1 to 16 are one opcode") {
    for (int height = 1; height <= 16; ++height) {
        const Bytes opcode{static_cast<std::uint8_t>(0x50 + height)};
        CHECK(pushed_number(height) == to_hex(opcode));
    }
}

TEST_CASE("other numbers are pushed in their shortest signed form") {
    CHECK(pushed_number(0) == "00");
    CHECK(pushed_number(-1) == "4f");
    CHECK(pushed_number(17) == "0111");
    CHECK(pushed_number(127) == "017f");
    CHECK(pushed_number(128) == "028000");
    CHECK(pushed_number(255) == "02ff00");
    CHECK(pushed_number(256) == "020001");
    CHECK(pushed_number(32767) == "02ff7f");
    CHECK(pushed_number(32768) == "03008000");
    CHECK(pushed_number(413567) == "037f4f06");
    CHECK(pushed_number(8388607) == "03ffff7f");
    CHECK(pushed_number(8388608) == "0400008000");
    CHECK(pushed_number(-2) == "0182");
    CHECK(pushed_number(-128) == "028080");
    CHECK(pushed_number(4294967295) == "05ffffffff00");
}

TEST_CASE("data is pushed with the shortest length opcode") {
    CHECK(push_opcode(0) == "00");
    CHECK(push_opcode(1) == "01");
    CHECK(push_opcode(75) == "4b");
    CHECK(push_opcode(76) == "4c4c");
    CHECK(push_opcode(255) == "4cff");
    CHECK(push_opcode(256) == "4d0001");
    CHECK(push_opcode(65535) == "4dffff");
}

TEST_CASE("the standard scripts have their published bytes") {
    Hash160 hash{};
    hash.fill(0x11);
    const std::string hex(40, '1');
    CHECK(to_hex(p2pkh_script(hash)) == "76a914" + hex + "88ac");
    CHECK(to_hex(p2sh_script(hash)) == "a914" + hex + "87");
    CHECK(to_hex(witness_script(0, hash)) == "0014" + hex);
    CHECK(to_hex(witness_script(1, Bytes(32, 0x22))) == "5120" + std::string(64, '2'));
    CHECK(to_hex(witness_script(16, Bytes(2, 0x33))) == "60023333");
    CHECK(to_hex(null_data_script(Bytes(3, 0x44))) == "6a03444444");
}
