// What a request about money asks for, from its query.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "statshttpd/parameters.hpp"

namespace lode::statshttpd {

struct PaymentsQuery {
    Page page;
    std::optional<std::string> state;
};

struct CreditsQuery {
    // Rows that are passed over are read: further back a page is asked for by `before`.
    static constexpr std::size_t offset_max = 10'000;

    Page page;
    std::optional<std::int64_t> before;  // only rows of lower ids
};

struct BooksQuery {
    // An answer's lines, some 150 bytes each; what is left out is asked for by `after`.
    static constexpr std::size_t lines_max = 10'000;
    enum class Format : std::uint8_t { json, csv };

    Format format = Format::json;
    UnixTime from;  // included
    UnixTime to = from_unix_ms(INT64_MAX);
    std::int64_t after = 0;  // only lines of transactions of higher ids
};

// Malformed says in one line which parameter is wrong and what is allowed.
[[nodiscard]] Result<PaymentsQuery> parse_payments_query(const Query& query);
[[nodiscard]] Result<Page> parse_days_query(const Query& query);
[[nodiscard]] Result<CreditsQuery> parse_credits_query(const Query& query);
// from and to are days, both included.
[[nodiscard]] Result<BooksQuery> parse_books_query(const Query& query);

}  // namespace lode::statshttpd
