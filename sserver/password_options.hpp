// What miners say in the password, which is no secret to us: `d=4096,md=1024`.
#pragma once

#include <optional>
#include <string_view>

namespace lode::sserver {

// Exponents of powers of two.
struct PasswordOptions {
    std::optional<int> fixed;  // d=: the power of two not above
    std::optional<int> least;  // md=: the power of two not below
};

// Options in any order, separated by commas, semicolons or spaces; of two of a name the later one
// counts. Everything else, and what is no difficulty, is passed over: passwords may be anything.
[[nodiscard]] PasswordOptions parse_password(std::string_view password);

}  // namespace lode::sserver
