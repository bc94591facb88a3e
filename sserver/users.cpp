// Splitting and checking of logins.
#include "sserver/users.hpp"

#include <algorithm>

namespace lode::sserver {
namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

// What is harmless in logs, JSON and databases alike.
bool is_worker_character(char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\' && c != '<' && c != '>' &&
           c != '&';
}

Result<void> check_size(std::string_view user) {
    if (user.empty()) return failure(ErrorCode::rejected, "user name is empty");
    if (user.size() > user_size_max) {
        return failure(ErrorCode::rejected,
                       "user name is longer than " + std::to_string(user_size_max) + " bytes");
    }
    return success();
}

Result<void> check_registered(std::string_view user, const UserRules& rules) {
    const UserNamesPtr names = rules.registered->names();
    if (!names) {
        return failure(ErrorCode::rejected, "the pool does not know its users yet, try again");
    }
    if (names->has(user)) return success();
    return failure(ErrorCode::rejected,
                   "user name is not registered: register with the pool first (case counts)");
}

Result<std::string> parse_user(std::string_view user, const UserRules& rules) {
    LODE_TRY_VOID(check_size(user));
    if (rules.mode != UserMode::address) {
        LODE_TRY_VOID(check_user_name(user));
        if (rules.mode == UserMode::registered) {
            LODE_TRY_VOID(check_registered(user, rules));
        }
        return std::string(user);
    }
    auto address = bitcoin::parse_address(user, rules.network);
    if (!address) {
        return failure(ErrorCode::rejected, "user name is no payout address of this chain (" +
                                                std::string(to_string(rules.network)) +
                                                "): " + address.error().context);
    }
    return std::move(address).value().text;
}

}  // namespace

Result<void> check_user_name(std::string_view name) {
    LODE_TRY_VOID(check_size(name));
    if (!std::all_of(name.begin(), name.end(), is_name_character)) {
        return failure(ErrorCode::rejected, "user name may have letters, digits, - and _ only");
    }
    return success();
}

Result<Worker> parse_login(std::string_view login, const UserRules& rules) {
    const std::size_t dot = login.find('.');
    const std::string_view name = dot == std::string_view::npos ? "" : login.substr(dot + 1);
    LODE_TRY(auto user, parse_user(login.substr(0, dot), rules));
    if (name.size() > worker_size_max) {
        return failure(ErrorCode::rejected,
                       "worker name is longer than " + std::to_string(worker_size_max) + " bytes");
    }
    if (!std::all_of(name.begin(), name.end(), is_worker_character)) {
        return failure(ErrorCode::rejected,
                       "worker name may have printable ASCII without spaces, quotes, \\, <, >, &");
    }
    return Worker{std::string(login), std::move(user), std::string(name)};
}

}  // namespace lode::sserver
