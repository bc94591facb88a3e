// What a request asks for, from its query.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace lode::statshttpd {

using Query = std::map<std::string, std::string, std::less<>>;

struct Page {
    static constexpr std::size_t limit_default = 100;
    // An answer of so many rows is some 300 kB.
    static constexpr std::size_t limit_max = 1'000;
    // As many workers as are tracked; blocks further back are asked for by state.
    static constexpr std::size_t offset_max = 100'000;

    std::size_t limit = limit_default;
    std::size_t offset = 0;
};

struct WorkersQuery {
    Page page;
    std::optional<std::string> user;
};

enum class UsersOrder : std::uint8_t { hashrate, name };

struct UsersQuery {
    Page page;
    UsersOrder order = UsersOrder::hashrate;  // of the last hour, highest first
    std::string search;                       // what names begin with
};

struct BlocksQuery {
    Page page;
    std::optional<std::string> state;
    std::string user;  // whose blocks; empty: all
};

// What parsers of a group's parameters are made of. Malformed says in one line which parameter is
// wrong and what is allowed.
[[nodiscard]] Result<void> refuse_unknown(const Query& query,
                                          std::initializer_list<std::string_view> known);
struct NumberRange {
    std::size_t min;
    std::size_t max;
    std::size_t fallback;  // where the parameter is missing
};
[[nodiscard]] Result<std::size_t> number_of(const Query& query, std::string_view name,
                                            const NumberRange& range);
[[nodiscard]] Result<Page> page_of(const Query& query, std::size_t offset_max = Page::offset_max);

[[nodiscard]] Result<void> parse_no_query(const Query& query);
[[nodiscard]] Result<Page> parse_page_query(const Query& query);
[[nodiscard]] Result<UsersQuery> parse_users_query(const Query& query);
[[nodiscard]] Result<WorkersQuery> parse_workers_query(const Query& query);
[[nodiscard]] Result<BlocksQuery> parse_blocks_query(const Query& query);

}  // namespace lode::statshttpd
