// Who a miner says to be: `user[.worker]`, where the user is a payout address, a name that is
// registered or, on an open pool, any name.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/bitcoin/address.hpp"
#include "sserver/user_names.hpp"

namespace lode::sserver {

enum class UserMode : std::uint8_t {
    address,     // the user is a payout address of the chain
    registered,  // a name that the pool's database has
    open,        // any name
};

// Bytes, as the database's columns have them.
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
    // Of registered mode only; outlives the rules. Nobody is let in before its names are known.
    const RegisteredUsers* registered = nullptr;
};

// Rejected with a text for the one who chose it, unless it has 1 to user_size_max letters, digits,
// - and _. Case counts: `Alice` and `alice` are two.
[[nodiscard]] Result<void> check_user_name(std::string_view name);

// Rejected with a text for the miner.
[[nodiscard]] Result<Worker> parse_login(std::string_view login, const UserRules& rules);

}  // namespace lode::sserver
