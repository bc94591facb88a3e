// Text of amounts, times and rows.
#include "lode/payout_text.hpp"

#include "common/json/writer.hpp"

namespace lode::launcher {
namespace {

constexpr std::uint64_t coin = 100'000'000;

std::string cell_text(const db::Value& value) {
    const auto* const number = std::get_if<std::int64_t>(&value);
    return number != nullptr ? std::to_string(*number) : std::get<std::string>(value);
}

std::string quoted_where_needed(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string two_digits(unsigned number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::string coins(std::int64_t base_units) {
    const auto size = base_units < 0 ? 0 - static_cast<std::uint64_t>(base_units)
                                     : static_cast<std::uint64_t>(base_units);
    const std::string part = std::to_string(size % coin);
    return (base_units < 0 ? "-" : "") + std::to_string(size / coin) + '.' +
           std::string(8 - part.size(), '0') + part;
}

std::string utc_minute(UnixTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const auto minutes = std::chrono::floor<std::chrono::minutes>(time - day).count();
    return utc_day(time) + ' ' + two_digits(static_cast<unsigned>(minutes / 60)) + ':' +
           two_digits(static_cast<unsigned>(minutes % 60)) + " UTC";
}

std::string csv_line(const payout::BookRow& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
        line += (i == 0 ? "" : ",") + quoted_where_needed(cell_text(row[i]));
    }
    return line;
}

std::string csv_line(const std::vector<std::string_view>& names) {
    std::string line;
    for (const std::string_view name : names) {
        line += (line.empty() ? "" : ",") + std::string(name);
    }
    return line;
}

std::string json_line(const std::vector<std::string_view>& names, const payout::BookRow& row) {
    json::Writer writer;
    writer.object();
    for (std::size_t i = 0; i < names.size(); ++i) {
        writer.key(names[i]);
        if (const auto* const number = std::get_if<std::int64_t>(&row[i])) {
            writer.value(*number);
        } else {
            writer.value(std::get<std::string>(row[i]));
        }
    }
    return writer.end().take();
}

}  // namespace lode::launcher
