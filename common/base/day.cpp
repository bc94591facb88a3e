// Digits to a date of the calendar.
#include "common/base/day.hpp"

#include <charconv>

namespace lode {

Result<UnixTime> day_start(std::string_view day) {
    int year = 0;
    unsigned month = 0;
    unsigned date = 0;
    const auto read = [&](std::size_t at, std::size_t length, auto& number) {
        const char* const first = day.data() + at;
        const auto parsed = std::from_chars(first, first + length, number);
        return parsed.ec == std::errc() && parsed.ptr == first + length;
    };
    const bool digits =
        day.size() == 10 && read(0, 4, year) && read(5, 2, month) && read(8, 2, date);
    const std::chrono::year_month_day whole{std::chrono::year(year), std::chrono::month(month),
                                            std::chrono::day(date)};
    if (!digits || !whole.ok()) {
        return failure(ErrorCode::malformed, "there is no day " + std::string(day));
    }
    return UnixTime(std::chrono::sys_days(whole));
}

}  // namespace lode
