// Strict: a parameter that is not known would otherwise silently give the wrong rows.
#include "statshttpd/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace lode::statshttpd {
namespace {

constexpr std::array<std::string_view, 6> states{"found",    "submitted", "accepted",
                                                 "rejected", "confirmed", "orphaned"};
constexpr std::size_t user_name_max = 128;

}  // namespace

Result<void> refuse_unknown(const Query& query, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : query) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        std::string allowed;
        for (const std::string_view one : known) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(one);
        }
        return failure(ErrorCode::malformed,
                       "unknown parameter, allowed here: " + (allowed.empty() ? "none" : allowed));
    }
    return success();
}

Result<std::size_t> number_of(const Query& query, std::string_view name, const NumberRange& range) {
    const auto found = query.find(name);
    if (found == query.end()) return range.fallback;
    const std::string& text = found->second;
    std::size_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    if (whole && value >= range.min && value <= range.max) return value;
    return failure(ErrorCode::malformed, std::string(name) + " must be a number from " +
                                             std::to_string(range.min) + " to " +
                                             std::to_string(range.max));
}

Result<Page> page_of(const Query& query, std::size_t offset_max) {
    Page page;
    LODE_TRY(page.limit, number_of(query, "limit", {1, Page::limit_max, Page::limit_default}));
    LODE_TRY(page.offset, number_of(query, "offset", {0, offset_max, 0}));
    return page;
}

namespace {

// A user's name or the beginning of one; empty when it is not asked for.
Result<std::string> name_in(const Query& query, std::string_view parameter) {
    const auto found = query.find(parameter);
    if (found == query.end()) return std::string();
    if (found->second.empty() || found->second.size() > user_name_max) {
        return failure(ErrorCode::malformed, std::string(parameter) + " must be 1 to 128 bytes");
    }
    return found->second;
}

}  // namespace

Result<void> parse_no_query(const Query& query) {
    return refuse_unknown(query, {});
}

Result<Page> parse_page_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"limit", "offset"}));
    return page_of(query);
}

Result<UsersQuery> parse_users_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"limit", "offset", "order", "search"}));
    UsersQuery parsed;
    LODE_TRY(parsed.page, page_of(query));
    if (const auto order = query.find("order"); order != query.end()) {
        if (order->second != "hashrate" && order->second != "name") {
            return failure(ErrorCode::malformed, "order must be hashrate or name");
        }
        parsed.order = order->second == "name" ? UsersOrder::name : UsersOrder::hashrate;
    }
    LODE_TRY(parsed.search, name_in(query, "search"));
    return parsed;
}

Result<WorkersQuery> parse_workers_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"limit", "offset", "user"}));
    WorkersQuery parsed;
    LODE_TRY(parsed.page, page_of(query));
    LODE_TRY(std::string user, name_in(query, "user"));
    if (!user.empty()) parsed.user = std::move(user);
    return parsed;
}

Result<BlocksQuery> parse_blocks_query(const Query& query) {
    LODE_TRY_VOID(refuse_unknown(query, {"limit", "offset", "state", "user"}));
    BlocksQuery parsed;
    LODE_TRY(parsed.page, page_of(query));
    LODE_TRY(parsed.user, name_in(query, "user"));
    if (const auto state = query.find("state"); state != query.end()) {
        if (std::find(states.begin(), states.end(), state->second) == states.end()) {
            return failure(ErrorCode::malformed,
                           "state must be one of found, submitted, accepted, rejected, confirmed, "
                           "orphaned");
        }
        parsed.state = state->second;
    }
    return parsed;
}

}  // namespace lode::statshttpd
