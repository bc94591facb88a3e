// Compact targets as Bitcoin Core reads and writes them; difficulty and work in exact integers.
#include "common/bitcoin/target.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "common/base/hex.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

Uint256 from_hex_number(std::string_view text) {
    return Uint256::from_hash(
        from_display_hex(std::string(64 - text.size(), '0') + std::string(text)).value());
}

Uint256 difficulty_one() {
    return Uint256(0xffff) << 208;
}

}  // namespace

TEST_CASE("compact values of small or shifted-out mantissas decode to zero without a sign") {
    for (const std::uint32_t bits :
         {0U, 0x00123456U, 0x01003456U, 0x02000056U, 0x03000000U, 0x04000000U, 0x00923456U,
          0x01803456U, 0x02800056U, 0x03800000U, 0x04800000U}) {
        const CompactTarget compact = decode_compact(bits);
        CHECK(compact.target == Uint256(0));
        CHECK_FALSE(compact.negative);
        CHECK_FALSE(compact.overflow);
        CHECK_FALSE(target_from_bits(bits));
    }
}

TEST_CASE("compact values decode and encode as in Bitcoin Core") {
    struct Case {
        std::uint32_t bits;
        std::string_view target;
        std::uint32_t encoded;
    };
    const Case cases[] = {
        {0x01123456, "12", 0x01120000},
        {0x02123456, "1234", 0x02123400},
        {0x03123456, "123456", 0x03123456},
        {0x04123456, "12345600", 0x04123456},
        {0x05009234, "92340000", 0x05009234},
        {0x20123456, "1234560000000000000000000000000000000000000000000000000000000000",
         0x20123456},
        {0x1d00ffff, "00000000ffff0000000000000000000000000000000000000000000000000000",
         0x1d00ffff},
        {0x207fffff, "7fffff0000000000000000000000000000000000000000000000000000000000",
         0x207fffff},
    };
    for (const Case& each : cases) {
        const auto target = target_from_bits(each.bits);
        REQUIRE(target);
        CHECK(target.value() == from_hex_number(each.target));
        CHECK(bits_from_target(target.value()) == each.encoded);
    }
    CHECK(bits_from_target(Uint256(0x80)) == 0x02008000);
    CHECK(bits_from_target(Uint256(0)) == 0);
}

TEST_CASE("negative and overflowing compact values are refused") {
    CHECK(decode_compact(0x01fedcba).negative);
    CHECK(decode_compact(0x01fedcba).target == Uint256(0x7e));
    CHECK(decode_compact(0x04923456).negative);
    CHECK(decode_compact(0xff123456).overflow);
    CHECK(decode_compact(0x23000001).overflow);
    CHECK_FALSE(decode_compact(0x22000001).overflow);
    CHECK(decode_compact(0x22000100).overflow);
    CHECK_FALSE(decode_compact(0x2100ffff).overflow);
    CHECK(decode_compact(0x21010000).overflow);
    for (const std::uint32_t bits : {0x01fedcbaU, 0x04923456U, 0xff123456U, 0x21010000U}) {
        CHECK_FALSE(target_from_bits(bits));
    }
}

TEST_CASE("a target in compact form and back loses only what lies below its mantissa") {
    std::mt19937_64 random(21);
    for (int i = 0; i < 1000; ++i) {
        const Uint256 target = (Uint256({random(), random(), random(), random()}) >>
                                static_cast<unsigned>(random() % 255)) +
                               Uint256(1);
        const std::uint32_t bits = bits_from_target(target);
        const auto decoded = target_from_bits(bits);
        REQUIRE(decoded);
        CHECK(decoded.value() <= target);
        CHECK(bits_from_target(decoded.value()) == bits);
        // At least 15 significant bits are kept.
        CHECK((target - decoded.value()) <= (target >> 15));
    }
}

TEST_CASE("a hash meets a target when it is not larger") {
    const Uint256 target = difficulty_one();
    CHECK(meets_target(target.to_hash(), target));
    CHECK(meets_target((target - Uint256(1)).to_hash(), target));
    CHECK_FALSE(meets_target((target + Uint256(1)).to_hash(), target));
}

TEST_CASE("work is the floor of 2^256 over target plus one") {
    CHECK(work_of_target(Uint256::max()) == Work(0, 1));
    CHECK(work_of_target(Uint256::max() - Uint256(1)) == Work(0, 1));
    CHECK(work_of_target(Uint256::max() >> 1) == Work(0, 2));
    CHECK(work_of_target((Uint256::max() >> 1) - Uint256(1)) == Work(0, 2));
    // Bitcoin Core's chain work of the genesis block: 0x100010001.
    CHECK(work_of_target(target_from_bits(0x1d00ffff).value()) == Work(0, 0x100010001));
    CHECK(work_of_target(target_from_bits(0x207fffff).value()) == Work(0, 2));
    CHECK(work_of_target(Uint256::max() >> 128) == Work(~0ULL, ~0ULL));
    CHECK(work_of_target(Uint256::max() >> 127) == Work(1ULL << 63, 0));
    CHECK(work_of_target(Uint256(0)) == Work(~0ULL, ~0ULL));
}

TEST_CASE("work times target plus one lies within one target of 2^256") {
    std::mt19937_64 random(22);
    for (int i = 0; i < 500; ++i) {
        const Uint256 target = Uint256({random(), random(), random(), random() | 1});
        const Work work = work_of_target(target);
        REQUIRE(work.high() == 0);
        // work * (target + 1) <= 2^256 < (work + 1) * (target + 1)
        const WideProduct below = multiply(target + Uint256(1), work.low());
        const WideProduct above = multiply(target + Uint256(1), work.low() + 1);
        CHECK((below.carry == 0 || (below.carry == 1 && below.low == Uint256(0))));
        CHECK((above.carry >= 1 && !(above.carry == 1 && above.low == Uint256(0))));
    }
}

TEST_CASE("work adds with carry, compares, and keeps its 16 big-endian bytes") {
    const Work sum = Work(1, ~0ULL) + Work(2, 1);
    CHECK(sum == Work(4, 0));
    CHECK(Work(1, 0) > Work(0, ~0ULL));
    const auto bytes = Work(0x0102, 0x0304).to_bytes();
    CHECK(to_hex(bytes) == "00000000000001020000000000000304");
    CHECK(work_from_bytes(bytes).value() == Work(0x0102, 0x0304));
    CHECK_FALSE(work_from_bytes(ByteView(bytes).first(15)));
    CHECK(Work(1, 0).to_decimal() == "18446744073709551616");
    CHECK(Work(~0ULL, ~0ULL).to_decimal() == "340282366920938463463374607431768211455");
}

TEST_CASE("decimal difficulties become exact fractions") {
    const auto is = [](std::string_view text, std::uint64_t numerator, std::uint64_t denominator) {
        const auto difficulty = parse_difficulty(text);
        return difficulty && difficulty.value().numerator == numerator &&
               difficulty.value().denominator == denominator;
    };
    CHECK(is("1", 1, 1));
    CHECK(is("1024", 1024, 1));
    CHECK(is("0.0001", 1, 10'000));
    CHECK(is(".5", 5, 10));
    CHECK(is("2.", 2, 1));
    CHECK(is("0016.250", 1625, 100));
    CHECK(is("100.000", 100, 1));
    CHECK(is("9223372036854775808", 1ULL << 63, 1));
    CHECK(is("0.0000000000000000001", 1, 10'000'000'000'000'000'000ULL));
}

TEST_CASE("difficulties that are no positive decimals of 19 digits are refused") {
    for (const std::string_view text :
         {"", ".", "0", "0.0", "-1", "+1", "1e5", "1.2.3", " 1", "1 ", "0x10", "nan", "1,5",
          "18446744073709551616", "12345678901234567890", "0.00000000000000000001"}) {
        CHECK_FALSE(parse_difficulty(text));
    }
    CHECK_FALSE(parse_difficulty(std::string(100, '0') + "1"));
}

TEST_CASE("a difficulty's target is the exact floor") {
    CHECK(target_of_difficulty({1, 1}) == difficulty_one());
    CHECK(target_of_difficulty({2, 1}) == difficulty_one() >> 1);
    CHECK(target_of_difficulty({1, 2}) == difficulty_one() << 1);
    CHECK(target_of_difficulty({7, 1}) == divide(difficulty_one(), Uint256(7)).quotient);
    CHECK(target_of_difficulty({1, 1ULL << 32}) == difficulty_one() << 32);
    CHECK(target_of_difficulty({1, (1ULL << 32) + (1ULL << 16)}) ==
          (difficulty_one() << 32) + (difficulty_one() << 16));
    CHECK(target_of_difficulty({1, 1ULL << 33}) == Uint256::max());
    CHECK(target_of_difficulty({1, ~0ULL}) == Uint256::max());
}

TEST_CASE("any difficulty's target is the floor of the fraction") {
    std::mt19937_64 random(23);
    for (int i = 0; i < 500; ++i) {
        const Difficulty difficulty{random() >> (random() % 48) | 1, (random() >> 48) | 1};
        const Uint256 target = target_of_difficulty(difficulty);
        if (target == Uint256::max()) continue;
        // target * num <= 0xffff * 2^208 * den < (target + 1) * num, in 256 bits where it fits.
        const WideProduct exact = multiply(difficulty_one(), difficulty.denominator);
        const WideProduct below = multiply(target, difficulty.numerator);
        const WideProduct above = multiply(target + Uint256(1), difficulty.numerator);
        CHECK(
            (below.carry < exact.carry || (below.carry == exact.carry && below.low <= exact.low)));
        CHECK((above.carry > exact.carry || (above.carry == exact.carry && above.low > exact.low)));
    }
}

TEST_CASE("powers of two from 2^-32 to 2^63 have the targets of their difficulties") {
    for (int exponent = 0; exponent <= 63; ++exponent) {
        CHECK(target_for_power_of_two(exponent) == target_of_difficulty({1ULL << exponent, 1}));
    }
    for (int exponent = -32; exponent < 0; ++exponent) {
        CHECK(target_for_power_of_two(exponent) == target_of_difficulty({1, 1ULL << -exponent}));
    }
    CHECK(target_for_power_of_two(-32).bit_length() == 256);
}

TEST_CASE("difficulty text is a short decimal") {
    CHECK(difficulty_text(difficulty_one()) == "1");
    CHECK(difficulty_text(target_for_power_of_two(10)) == "1024");
    CHECK(difficulty_text(target_for_power_of_two(-1)) == "0.5");
    CHECK(difficulty_text(target_for_power_of_two(-3)) == "0.125");
    CHECK(difficulty_text(target_for_power_of_two(-32)) == "0.0000000002328306");
    CHECK(difficulty_text(target_of_difficulty(parse_difficulty("1234.5").value())) == "1234.5");
    CHECK(difficulty_text(target_of_difficulty({7, 1})) == "7");
    CHECK(difficulty_text(Uint256::max()) == "0.000000000232827");
    CHECK(difficulty_text(target_from_bits(0x207fffff).value()) == "0.0000000004656542");
    CHECK(difficulty_text(target_from_bits(0x1b0404cb).value()) == "16307.42");
    CHECK(difficulty_text(Uint256(0)) == "infinite");
}
