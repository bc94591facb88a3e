// Strict, as parameters.cpp is.
#include "statshttpd/money_parameters.hpp"

#include <algorithm>
#include <array>

#include "common/base/day.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::array<std::string_view, 5> states{"locked", "signed", "sent", "settled",
                                                 "cancelled"};

// Ids are the database's, from 1 on.
Result<std::optional<std::int64_t>> id_of(const Query& query, std::string_view name) {
    std::optional<std::int64_t> id;
    if (query.find(name) == query.end()) return id;
    LODE_TRY(const auto number, number_of(query, name, {0, INT64_MAX, 0}));
    id = static_cast<std::int64_t>(number);
    return id;
}

Result<std::optional<UnixTime>> day_of(const Query& query, std::string_view name) {
    std::optional<UnixTime> day;
    const auto found = query.find(name);
    if (found == query.end()) return day;
    const auto start = day_start(found->second);
    if (!start) {
        return failure(ErrorCode::malformed,
                       std::string(name) + " must be a day such as 2026-11-21");
    }
    day = start.value();
    return day;
}

}  // namespace

Result<PaymentsQuery> parse_payments_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"limit", "offset", "state"}));
    PaymentsQuery parsed;
    LODE_TRY(parsed.page, page_of(query));
    if (const auto state = query.find("state"); state != query.end()) {
        if (std::ranges::find(states, state->second) == states.end()) {
            return failure(ErrorCode::malformed,
                           "state must be one of locked, signed, sent, settled, cancelled");
        }
        parsed.state = state->second;
    }
    return parsed;
}

Result<Page> parse_days_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"limit", "offset"}));
    return page_of(query);
}

Result<CreditsQuery> parse_credits_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"limit", "offset", "before"}));
    CreditsQuery parsed;
    LODE_TRY(parsed.page, page_of(query, CreditsQuery::offset_max));
    LODE_TRY(parsed.before, id_of(query, "before"));
    return parsed;
}

Result<BooksQuery> parse_books_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"format", "from", "to", "after"}));
    BooksQuery parsed;
    if (const auto format = query.find("format"); format != query.end()) {
        if (format->second != "csv" && format->second != "json") {
            return failure(ErrorCode::malformed, "format must be csv or json");
        }
        if (format->second == "csv") parsed.format = BooksQuery::Format::csv;
    }
    LODE_TRY(const auto from, day_of(query, "from"));
    LODE_TRY(const auto to, day_of(query, "to"));
    LODE_TRY(const auto after, id_of(query, "after"));
    if (from && to && *from > *to) return failure(ErrorCode::malformed, "from is behind to");
    parsed.from = from.value_or(parsed.from);
    if (to) parsed.to = *to + std::chrono::days(1);
    parsed.after = after.value_or(0);
    return parsed;
}

}  // namespace lode::statshttpd
