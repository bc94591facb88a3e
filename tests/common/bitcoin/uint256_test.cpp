// 256-bit arithmetic against 128-bit arithmetic and against its own laws; seeded.
#include "common/bitcoin/uint256.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace lode::bitcoin;

namespace {

__extension__ using Uint128 = unsigned __int128;

Uint256 wide(Uint128 value) {
    return Uint256(
        {static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64), 0, 0});
}

// Of any bit length, so that small and large values both come.
Uint256 random_value(std::mt19937_64& random) {
    const Uint256 value({random(), random(), random(), random()});
    return value >> static_cast<unsigned>(random() % 257);
}

}  // namespace

TEST_CASE("128-bit operands give what 128-bit arithmetic gives") {
    std::mt19937_64 random(11);
    for (int i = 0; i < 2000; ++i) {
        const Uint128 a = ((Uint128{random()} << 64) | random()) >> (1 + random() % 127);
        const Uint128 b = ((Uint128{random()} << 64) | random()) >> (1 + random() % 127);
        CHECK(wide(a) + wide(b) == wide(a + b));
        if (a >= b) CHECK(wide(a) - wide(b) == wide(a - b));
        CHECK((wide(a) < wide(b)) == (a < b));
        CHECK((wide(a) >> 37) == wide(a >> 37));
        if (b != 0) {
            CHECK(divide(wide(a), wide(b)).quotient == wide(a / b));
            CHECK(divide(wide(a), wide(b)).remainder == wide(a % b));
        }
        const auto x = static_cast<std::uint64_t>(a);
        const auto y = static_cast<std::uint64_t>(b);
        CHECK(multiply(Uint256(x), y).low == wide(Uint128{x} * y));
    }
}

TEST_CASE("addition and subtraction undo each other, wrapping at 2^256") {
    std::mt19937_64 random(12);
    for (int i = 0; i < 1000; ++i) {
        const Uint256 a = random_value(random);
        const Uint256 b = random_value(random);
        CHECK(a + b - b == a);
        CHECK(a - b + b == a);
        CHECK(a + b == b + a);
    }
    CHECK(Uint256::max() + Uint256(1) == Uint256(0));
    CHECK(Uint256(0) - Uint256(1) == Uint256::max());
}

TEST_CASE("quotient times divisor plus remainder is the dividend") {
    std::mt19937_64 random(13);
    for (int i = 0; i < 500; ++i) {
        const Uint256 a = random_value(random);
        const std::uint64_t small = random() | 1;
        const Division by_small = divide(a, Uint256(small));
        CHECK(by_small.remainder < Uint256(small));
        const WideProduct product = multiply(by_small.quotient, small);
        CHECK(product.carry == 0);
        CHECK(product.low + by_small.remainder == a);
    }
    for (int i = 0; i < 500; ++i) {
        // A dividend made so that quotient and remainder are known.
        const std::uint64_t quotient = random() >> (random() % 64);
        const Uint256 divisor = (random_value(random) >> 64) + Uint256(1);
        const Uint256 remainder = divisor - Uint256(1);
        const Uint256 dividend = multiply(divisor, quotient).low + remainder;
        CHECK(divide(dividend, divisor).quotient == Uint256(quotient));
        CHECK(divide(dividend, divisor).remainder == remainder);
    }
}

TEST_CASE("division is exact where guessed digits are too large") {
    std::mt19937_64 random(15);
    // Limbs at their ends make long division guess wrong, which random ones hardly do.
    const std::uint64_t ends[] = {0, 1, ~0ULL, ~0ULL - 1, 1ULL << 63, (1ULL << 63) - 1};
    const auto any = [&] {
        std::array<std::uint64_t, 4> limbs{};
        for (auto& limb : limbs) limb = random() % 8 == 0 ? random() : ends[random() % 6];
        return Uint256(limbs) >> static_cast<unsigned>(random() % 4 * 64);
    };
    for (int i = 0; i < 20'000; ++i) {
        const Uint256 dividend = any();
        const Uint256 divisor = any();
        if (divisor == Uint256(0)) continue;
        const Division division = divide(dividend, divisor);
        Uint256 back = division.remainder;
        for (std::size_t limb = 0; limb < 4; ++limb) {
            const unsigned shift = 64 * static_cast<unsigned>(limb);
            back = back + (multiply(divisor, division.quotient.limb(limb)).low << shift);
        }
        REQUIRE(division.remainder < divisor);
        REQUIRE(back == dividend);
    }
}

TEST_CASE("division at the edges") {
    CHECK(divide(Uint256::max(), Uint256::max()).quotient == Uint256(1));
    CHECK(divide(Uint256::max(), Uint256(1)).quotient == Uint256::max());
    CHECK(divide(Uint256(0), Uint256::max()).quotient == Uint256(0));
    CHECK(divide(Uint256::max(), Uint256(1) << 255).quotient == Uint256(1));
    CHECK(divide(Uint256::max(), Uint256(1) << 128).quotient == Uint256({~0ULL, ~0ULL, 0, 0}));
}

TEST_CASE("shifts move bits over limbs and lose what leaves") {
    std::mt19937_64 random(14);
    for (unsigned bits = 0; bits < 256; ++bits) {
        CHECK((Uint256(1) << bits).bit_length() == bits + 1);
        CHECK(((Uint256(1) << bits) >> bits) == Uint256(1));
        const Uint256 a = random_value(random);
        const Uint256 mask = Uint256::max() >> bits;
        CHECK(((a << bits) >> bits) == (a - ((a >> (256 - bits)) << (256 - bits))));
        CHECK((a >> bits) <= mask);
    }
    CHECK((Uint256::max() << 256) == Uint256(0));
    CHECK((Uint256::max() >> 256) == Uint256(0));
    CHECK((Uint256::max() << 300) == Uint256(0));
}

TEST_CASE("a product shows what passes 256 bits") {
    CHECK(multiply(Uint256::max(), 2).carry == 1);
    CHECK(multiply(Uint256::max(), 2).low == Uint256::max() - Uint256(1));
    CHECK(multiply(Uint256::max(), ~0ULL).carry == ~0ULL - 1);
    CHECK(multiply(Uint256(3), 5).low == Uint256(15));
}

TEST_CASE("a number and its 32 little-endian bytes are the same") {
    std::mt19937_64 random(15);
    for (int i = 0; i < 100; ++i) {
        const Uint256 a = random_value(random);
        CHECK(Uint256::from_hash(a.to_hash()) == a);
    }
    CHECK(Uint256(0x0102).to_hash().bytes[0] == 0x02);
    CHECK(Uint256(0x0102).to_hash().bytes[1] == 0x01);
}

TEST_CASE("decimal text has all digits") {
    CHECK(Uint256(0).to_decimal() == "0");
    CHECK(Uint256(10'000'000'000'000'000'000ULL).to_decimal() == "10000000000000000000");
    CHECK((Uint256(1) << 64).to_decimal() == "18446744073709551616");
    CHECK(Uint256::max().to_decimal() ==
          "1157920892373161954235709850086879078532699846656405640394575840079131296399"
          "35");
    // 10^38 + 7: the middle piece is all zeros.
    const Uint256 ten19(10'000'000'000'000'000'000ULL);
    CHECK((multiply(ten19, ten19.low64()).low + Uint256(7)).to_decimal() ==
          "100000000000000000000000000000000000007");
}

TEST_CASE("the order is by the highest limb that differs") {
    CHECK(Uint256({0, 0, 0, 1}) > Uint256({~0ULL, ~0ULL, ~0ULL, 0}));
    CHECK(Uint256({2, 1, 0, 0}) > Uint256({1, 1, 0, 0}));
    CHECK(Uint256({2, 1, 0, 0}) < Uint256({1, 2, 0, 0}));
}
