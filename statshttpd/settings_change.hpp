// What a user wants changed of his payments, checked against what payout holds him to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/bitcoin/address.hpp"

namespace lode::statshttpd {

struct SettingsChange {
    std::optional<std::int64_t> minimum;  // base units; 0: the pool's
    std::optional<std::string> address;   // canonical
    std::optional<std::string> scheme;
};

// The change and what proves that its user wants it.
struct SettingsRequest {
    SettingsChange change;
    std::string ticket;
    std::string signature;
};

// Malformed, also when nothing is to be changed or the address is of another chain.
[[nodiscard]] Result<SettingsRequest> parse_settings(std::string_view body,
                                                     bitcoin::Network network);

struct SettingsBounds {
    std::int64_t minimum = 0;
    std::vector<std::string> choices;  // besides the base scheme
};
// Malformed with what is allowed.
[[nodiscard]] Result<void> check_settings(const SettingsChange& change,
                                          const SettingsBounds& bounds);

}  // namespace lode::statshttpd
