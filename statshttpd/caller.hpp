// Who asks, and what may be told to them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace lode::statshttpd {

// What a token is good for. Watch reads the private data of one user, manage also changes their
// settings; admin belongs to no user.
enum class Scope : std::uint8_t { none, watch, manage, admin };

// As the database and the API name them.
inline constexpr std::array<std::pair<std::string_view, Scope>, 3> scopes{
    {{"watch", Scope::watch}, {"manage", Scope::manage}, {"admin", Scope::admin}}};

[[nodiscard]] constexpr std::string_view to_string(Scope scope) {
    for (const auto& [name, known] : scopes) {
        if (known == scope) return name;
    }
    return "none";
}

// None of what is no scope.
[[nodiscard]] constexpr Scope scope_of(std::string_view text) {
    for (const auto& [name, known] : scopes) {
        if (name == text) return known;
    }
    return Scope::none;
}

// Whose private data anybody may read.
enum class PrivateData : std::uint8_t { owner, everyone };

// The one whose token a request carries; without a token nobody.
struct Caller {
    Scope scope = Scope::none;
    std::string user;        // canonical; of watch and manage
    std::string name;        // of the token
    std::int64_t token = 0;  // its id

    [[nodiscard]] bool is_somebody() const { return scope != Scope::none; }
    [[nodiscard]] bool is_admin() const { return scope == Scope::admin; }
    [[nodiscard]] bool may_see(std::string_view other) const {
        return is_admin() || (is_somebody() && user == other);
    }
    [[nodiscard]] bool may_manage(std::string_view other) const {
        return scope == Scope::manage && user == other;
    }
    // For the audit log, such as "api admin token 3 (alice)".
    [[nodiscard]] std::string who() const {
        const std::string owner = user.empty() ? name : user;
        return "api " + std::string(to_string(scope)) + " token " + std::to_string(token) + " (" +
               owner + ")";
    }
};

}  // namespace lode::statshttpd
