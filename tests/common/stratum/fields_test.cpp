// Hexadecimal and decimal texts of the wire, both ways.
#include "common/stratum/fields.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"

using namespace lode;
using namespace lode::stratum;

namespace {

bitcoin::Hash256 counting_hash() {
    bitcoin::Hash256 hash;
    for (std::size_t i = 0; i < 32; ++i) hash.bytes[i] = static_cast<std::uint8_t>(i);
    return hash;
}

Result<bitcoin::Difficulty> difficulty_of(std::string_view json) {
    const auto document = json::Document::parse(json);
    REQUIRE(document);
    return parse_difficulty_value(document.value().root());
}

}  // namespace

TEST_CASE("32-bit numbers are eight lower-case digits, most significant first") {
    CHECK(hex32(0x1fffe000) == "1fffe000");
    CHECK(hex32(0xAB) == "000000ab");
}

TEST_CASE("32-bit numbers are read in either case and without leading zeros") {
    CHECK(parse_hex32("1FFFe000") == 0x1fffe000U);
    CHECK(parse_hex32("ab") == 0xabU);
    CHECK_FALSE(parse_hex32(""));
    CHECK_FALSE(parse_hex32("123456789"));
    CHECK_FALSE(parse_hex32("0x12"));
    CHECK_FALSE(parse_hex32("-1"));
    CHECK_FALSE(parse_hex32(" 1"));
}

TEST_CASE("job ids are lower-case hex without leading zeros and come back") {
    const JobId id{(std::uint64_t{0x67ABCDEF} << 16) | 7};
    CHECK(job_id_text(id) == "67abcdef0007");
    CHECK(parse_job_id("67ABCDEF0007") == id);
    CHECK(parse_job_id("ffffffffffffffff") == JobId{~std::uint64_t{0}});
    CHECK_FALSE(parse_job_id("10000000000000000"));
    CHECK_FALSE(parse_job_id("job"));
    CHECK_FALSE(parse_job_id(""));
}

TEST_CASE("the previous hash is swapped word by word and comes back") {
    const std::string text = prev_hash_text(counting_hash());
    CHECK(text == "03020100070605040b0a09080f0e0d0c13121110171615141b1a19181f1e1d1c");
    CHECK(parse_prev_hash(text) == counting_hash());
    CHECK_FALSE(parse_prev_hash(text.substr(2)));
}

TEST_CASE("an extranonce is whole bytes of hex up to its capacity") {
    const auto bytes = short_bytes_from_hex("00fFa1");
    REQUIRE(bytes);
    CHECK(to_hex(bytes->view()) == "00ffa1");
    CHECK(short_bytes_from_hex("")->size() == 0);
    CHECK(short_bytes_from_hex(std::string(32, '0'))->size() == 16);
    CHECK_FALSE(short_bytes_from_hex(std::string(34, '0')));
    CHECK_FALSE(short_bytes_from_hex("abc"));
    CHECK_FALSE(short_bytes_from_hex("zz"));
}

TEST_CASE("difficulties are written as exact decimals") {
    CHECK(difficulty_decimal(power_of_two(0)) == "1");
    CHECK(difficulty_decimal(power_of_two(63)) == "9223372036854775808");
    CHECK(difficulty_decimal(power_of_two(-1)) == "0.5");
    CHECK(difficulty_decimal(power_of_two(-32)) == "0.00000000023283064365386962890625");
    CHECK(difficulty_decimal({3, 2}) == "1.5");
    CHECK(difficulty_decimal({1, 3}) == "0." + std::string(64, '3'));
}

TEST_CASE("difficulties are read from numbers and strings of numbers") {
    CHECK(difficulty_decimal(difficulty_of("1024").value()) == "1024");
    CHECK(difficulty_decimal(difficulty_of("\"0.5\"").value()) == "0.5");
    CHECK(difficulty_decimal(difficulty_of("1.5e3").value()) == "1500");
    CHECK_FALSE(difficulty_of("0"));
    CHECK_FALSE(difficulty_of("-1"));
    CHECK_FALSE(difficulty_of("null"));
    CHECK_FALSE(difficulty_of("\"much\""));
}

TEST_CASE("a difficulty of too many digits is rounded up, never down") {
    const auto text = [](std::string_view json) {
        return difficulty_decimal(difficulty_of(json).value());
    };
    CHECK(text("0.00000000023283064365386962890625") == "0.000000000232830644");
    CHECK(text("0.9999999999999999999") == "1");
    CHECK(text("19.99999999999999999999") == "20");
    CHECK(text("9223372036854775807.25") == "9223372036854775808");
    CHECK(text("1e-30") == "0.000000000000000001");
}
