// Splits a password into its options.
#include "sserver/password_options.hpp"

#include <algorithm>

#include "common/bitcoin/target.hpp"
#include "sserver/difficulty.hpp"

namespace lode::sserver {
namespace {

std::optional<bitcoin::Uint256> target_after(std::string_view name, std::string_view option) {
    if (!option.starts_with(name)) return std::nullopt;
    const auto difficulty = bitcoin::parse_difficulty(option.substr(name.size()));
    if (!difficulty) return std::nullopt;
    return bitcoin::target_of_difficulty(difficulty.value());
}

}  // namespace

PasswordOptions parse_password(std::string_view password) {
    PasswordOptions options;
    while (!password.empty()) {
        const std::string_view option = password.substr(0, password.find_first_of(",; "));
        password.remove_prefix(std::min(option.size() + 1, password.size()));
        if (const auto target = target_after("d=", option)) {
            options.fixed = exponent_not_above(*target);
        } else if (const auto least = target_after("md=", option)) {
            options.least = exponent_not_below(*least);
        }
    }
    return options;
}

}  // namespace lode::sserver
