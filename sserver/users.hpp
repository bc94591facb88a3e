// Who a miner says to be: `user[.worker]`, where the user is a payout address or, on an open pool,
// any name.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/bitcoin/address.hpp"

namespace lode::sserver {

enum class UserMode : std::uint8_t {
    address,  // the user is a payout address of the chain
    open,     // any name of letters, digits, - and _
};

inline constexpr std::size_t user_size_max = 128;
inline constexpr std::size_t worker_size_max = 64;

struct Worker {
    std::string login;  // as sent, which is how a submit names it
    std::string user;   // canonical: an address as parsed, or the name
    std::string name;   // empty when none was given
};

struct UserRules {
    UserMode mode = UserMode::address;
    bitcoin::Network network = bitcoin::Network::main;
};

// Rejected with a text for the miner.
[[nodiscard]] Result<Worker> parse_login(std::string_view login, const UserRules& rules);

}  // namespace lode::sserver
