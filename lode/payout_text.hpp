// Amounts and times as an operator reads them, and rows as programs do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "payout/book_repository.hpp"

namespace lode::launcher {

// Base units as coins, "-1.00000001", by integers alone.
[[nodiscard]] std::string coins(std::int64_t base_units);
// "2026-11-21 12:34 UTC"
[[nodiscard]] std::string utc_minute(UnixTime time);

// A line of CSV (RFC 4180, without its end): text is quoted where it must be.
[[nodiscard]] std::string csv_line(const payout::BookRow& row);
[[nodiscard]] std::string csv_line(const std::vector<std::string_view>& names);
// One JSON object.
[[nodiscard]] std::string json_line(const std::vector<std::string_view>& names,
                                    const payout::BookRow& row);

}  // namespace lode::launcher
