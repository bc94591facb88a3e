// Exact conversions between bits, target, difficulty and work.
#include "common/bitcoin/target.hpp"

#include <algorithm>
#include <limits>

#include "common/base/assert.hpp"

namespace lode::bitcoin {
namespace {

__extension__ using Uint128 = unsigned __int128;

// The target of difficulty 1: 0xffff * 2^208.
constexpr std::uint64_t difficulty_one_mantissa = 0xffff;
constexpr unsigned difficulty_one_shift = 208;

Uint256 difficulty_one() {
    return Uint256(difficulty_one_mantissa) << difficulty_one_shift;
}

// value * 10^power, if that fits.
Result<std::uint64_t> scale(std::uint64_t value, int power) {
    Uint128 scaled = value;
    for (int i = 0; i < power; ++i) {
        scaled *= 10;
        if (scaled > std::numeric_limits<std::uint64_t>::max()) {
            return failure(ErrorCode::malformed, "difficulty is out of range");
        }
    }
    return static_cast<std::uint64_t>(scaled);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

CompactTarget decode_compact(std::uint32_t bits) {
    const unsigned size = bits >> 24;
    std::uint32_t mantissa = bits & 0x007fffff;
    CompactTarget out;
    if (size <= 3) {
        mantissa >>= 8 * (3 - size);
        out.target = Uint256(mantissa);
    } else {
        out.target = Uint256(mantissa) << (8 * (size - 3));
    }
    out.negative = mantissa != 0 && (bits & 0x00800000) != 0;
    out.overflow = mantissa != 0 && (size > 34 || (mantissa > 0xff && size > 33) ||
                                     (mantissa > 0xffff && size > 32));
    return out;
}

Result<Uint256> target_from_bits(std::uint32_t bits) {
    const CompactTarget compact = decode_compact(bits);
    if (compact.negative || compact.overflow || compact.target == Uint256(0)) {
        return failure(ErrorCode::malformed,
                       "bits " + std::to_string(bits) + " are negative, too large or zero");
    }
    return compact.target;
}

std::uint32_t bits_from_target(const Uint256& target) {
    std::uint32_t size = (target.bit_length() + 7) / 8;
    std::uint64_t mantissa =
        size <= 3 ? target.low64() << (8 * (3 - size)) : (target >> (8 * (size - 3))).low64();
    // The mantissa's highest bit is the sign: a number with it set moves down by a byte.
    if ((mantissa & 0x00800000) != 0) {
        mantissa >>= 8;
        ++size;
    }
    return static_cast<std::uint32_t>(mantissa) | (size << 24);
}

bool meets_target(const Hash256& hash, const Uint256& target) {
    return Uint256::from_hash(hash) <= target;
}

std::array<std::uint8_t, 16> Work::to_bytes() const {
    std::array<std::uint8_t, 16> out{};
    store_be(out.data(), high_);
    store_be(out.data() + 8, low_);
    return out;
}

std::string Work::to_decimal() const {
    return Uint256({low_, high_, 0, 0}).to_decimal();
}

Work operator+(const Work& a, const Work& b) {
    const std::uint64_t low = a.low_ + b.low_;
    const Uint128 high = Uint128{a.high_} + b.high_ + (low < a.low_ ? 1U : 0U);
    LODE_ASSERT(high <= std::numeric_limits<std::uint64_t>::max());
    return {static_cast<std::uint64_t>(high), low};
}

Result<Work> work_from_bytes(ByteView bytes) {
    if (bytes.size() != 16) {
        return failure(ErrorCode::malformed,
                       "work is 16 bytes, not " + std::to_string(bytes.size()));
    }
    return Work(load_be<std::uint64_t>(bytes.data()), load_be<std::uint64_t>(bytes.data() + 8));
}

Work work_of_target(const Uint256& target) {
    if (target == Uint256::max()) return {0, 1};
    // 2^256 / (t + 1) = (2^256 - 1 - t) / (t + 1) + 1, which stays within 256 bits.
    const Uint256 work = divide(~target, target + Uint256(1)).quotient + Uint256(1);
    if (work.bit_length() > 128 || work == Uint256(0)) return {~0ULL, ~0ULL};
    return {work.limb(1), work.limb(0)};
}

Result<Difficulty> parse_difficulty(std::string_view text) {
    const auto bad = [&] {
        return failure(ErrorCode::malformed,
                       "difficulty must be a positive decimal of at most 19 digits");
    };
    std::uint64_t digits = 0;
    int count = 0;     // significant digits
    int decimals = 0;  // digits after the point
    bool point = false;
    bool any = false;
    if (text.size() > 64) return bad();
    // Zeros at the end of a fraction say nothing and must not use up the digits.
    if (text.find('.') != std::string_view::npos) {
        text = text.substr(0, std::min(text.size(), text.find_last_not_of('0') + 1));
    }
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c)) return bad();
        any = true;
        if (point) ++decimals;
        if (count > 0 || c != '0') ++count;
        if (count > 19) return bad();
        digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (!any || digits == 0) return bad();
    LODE_TRY(auto denominator, scale(1, decimals));
    return Difficulty{digits, denominator};
}

Uint256 target_of_difficulty(const Difficulty& difficulty) {
    LODE_ASSERT(difficulty.numerator > 0 && difficulty.denominator > 0);
    // Long division of 0xffff * den followed by 208 zero bits, 64 bits at a time.
    const std::uint64_t divisor = difficulty.numerator;
    const Uint128 head = Uint128{difficulty_one_mantissa} * difficulty.denominator;
    const Uint128 head_quotient = head / divisor;
    if (head_quotient >> (256 - difficulty_one_shift) != 0) return Uint256::max();
    Uint256 quotient(static_cast<std::uint64_t>(head_quotient));
    auto rest = static_cast<std::uint64_t>(head % divisor);
    for (unsigned left = difficulty_one_shift; left > 0;) {
        const unsigned step = std::min(left, 64U);
        const Uint128 part = Uint128{rest} << step;
        quotient = (quotient << step) + Uint256(static_cast<std::uint64_t>(part / divisor));
        rest = static_cast<std::uint64_t>(part % divisor);
        left -= step;
    }
    return quotient;
}

Uint256 target_for_power_of_two(int exponent) {
    LODE_ASSERT(exponent >= -32 && exponent <= 63);
    return exponent >= 0 ? difficulty_one() >> static_cast<unsigned>(exponent)
                         : difficulty_one() << static_cast<unsigned>(-exponent);
}

std::string difficulty_text(const Uint256& target) {
    constexpr std::size_t significant_digits = 7;
    if (target == Uint256(0)) return "infinite";
    const Division whole = divide(difficulty_one(), target);
    std::string text = whole.quotient.to_decimal();
    std::size_t significant = text == "0" ? 0 : text.size();
    std::string decimals;
    Uint256 rest = whole.remainder;
    while (significant < significant_digits && rest != Uint256(0)) {
        // rest * 10 may need more than 256 bits, but its quotient is a digit.
        WideProduct tenfold = multiply(rest, 10);
        char digit = '0';
        while (tenfold.carry > 0 || tenfold.low >= target) {
            if (tenfold.low < target) --tenfold.carry;
            tenfold.low = tenfold.low - target;
            ++digit;
        }
        rest = tenfold.low;
        decimals += digit;
        if (significant > 0 || digit != '0') ++significant;
    }
    decimals.erase(decimals.find_last_not_of('0') + 1);
    return decimals.empty() ? text : text + "." + decimals;
}

}  // namespace lode::bitcoin
