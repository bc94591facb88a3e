// The small pieces of the wire that both sides share: hexadecimal numbers, job ids, the previous
// block's hash with its swapped words, and exact difficulties.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/target.hpp"
#include "common/json/document.hpp"

namespace lode::stratum {

// Requests are short: the longest honest one, a configure with every extension, stays below 1 KiB.
inline constexpr std::size_t request_size_max = 8 * 1024;
// A notify has two hexadecimal coinbase halves (a coinbase of 1,000 outputs is 70 kB of hex) and
// at most 32 branch hashes.
inline constexpr std::size_t server_line_size_max = 256 * 1024;
// Arrays and objects within one another; the protocol itself nests 4 deep.
inline constexpr std::size_t depth_max = 16;

// A few bytes without an allocation, for extranonces.
class ShortBytes {
  public:
    static constexpr std::size_t capacity = 16;

    ShortBytes() = default;
    // Asserts that they fit.
    explicit ShortBytes(ByteView bytes);

    [[nodiscard]] ByteView view() const { return {bytes_.data(), size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    friend bool operator==(const ShortBytes&, const ShortBytes&) = default;

  private:
    std::array<std::uint8_t, capacity> bytes_{};
    std::size_t size_ = 0;
};
// Whole bytes of hex, at most the capacity.
[[nodiscard]] std::optional<ShortBytes> short_bytes_from_hex(std::string_view text);

// Eight lower-case digits, most significant first: version, bits, time, nonce, masks.
[[nodiscard]] std::string hex32(std::uint32_t value);
// One to eight digits of either case; small devices leave leading zeros out.
[[nodiscard]] std::optional<std::uint32_t> parse_hex32(std::string_view text);

// Lower-case hex without leading zeros.
[[nodiscard]] std::string job_id_text(JobId id);
// One to sixteen digits of either case.
[[nodiscard]] std::optional<JobId> parse_job_id(std::string_view text);

// mining.notify shows the previous hash in internal order with the bytes of each of its eight
// 32-bit words reversed; this swap appears nowhere else.
[[nodiscard]] std::string prev_hash_text(const bitcoin::Hash256& hash);
[[nodiscard]] std::optional<bitcoin::Hash256> parse_prev_hash(std::string_view text);

// Difficulty 2^exponent, -63 <= exponent <= 63.
[[nodiscard]] bitcoin::Difficulty power_of_two(int exponent);
// In decimal, exact when the fraction ends within 64 places (2^-63 does), else cut off there.
[[nodiscard]] std::string difficulty_decimal(const bitcoin::Difficulty& difficulty);
// A JSON number, or a string of one. More digits than a Difficulty holds are rounded up, so that
// a share that meets the result's target meets the one that was meant.
[[nodiscard]] Result<bitcoin::Difficulty> parse_difficulty_value(const json::Value& value);

}  // namespace lode::stratum
