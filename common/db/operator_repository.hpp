// What an operator, or a user for himself, sets: who is paid where, by what scheme and when nobody
// is. Each change stands beside a row of audit_log that says who made it and why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/db/db.hpp"

namespace lode::db {

// Lengths of the columns, in bytes.
inline constexpr std::size_t reason_max = 255;
inline constexpr std::size_t address_max = 128;

// What payout holds users to.
struct PayoutRules {
    std::int64_t minimum = 0;                  // base units: no user's own is less
    std::chrono::milliseconds address_hold{};  // a changed address is not paid before
    std::vector<std::string> choices;          // schemes besides the base one
};

// What holds for a user now.
struct UserTerms {
    std::string address;       // empty: the name, where it is one
    std::int64_t minimum = 0;  // 0: the pool's
    UnixTime held_until;
    std::string frozen;  // why; empty: he is paid
    std::string scheme = "base";
    struct Next {
        std::string scheme;
        UnixTime effective;
    };
    std::optional<Next> next;
};

struct Act {
    std::string who;
    std::string reason;  // may be empty where none is asked for
    UnixTime at;
};

class OperatorRepository {
  public:
    // The connection outlives it.
    OperatorRepository(Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // By payout, at each start. Nothing: it has not started yet.
    [[nodiscard]] Result<void> tell_rules(const PayoutRules& rules);
    [[nodiscard]] Result<std::optional<PayoutRules>> rules();
    // Rejected when there is no such user.
    [[nodiscard]] Result<UserTerms> terms_of(const std::string& user, UnixTime now);

    // Payments of the chain; what was sent already is still followed. Rejected when they are so
    // already.
    [[nodiscard]] Result<void> pause(const Act& act);
    [[nodiscard]] Result<void> resume(const Act& act);

    // These are about one user, by canonical name; rejected when there is no such user.

    // Credited but not paid until it is undone. Rejected when nothing would change.
    [[nodiscard]] Result<void> freeze(const std::string& user, const Act& act);
    [[nodiscard]] Result<void> unfreeze(const std::string& user, const Act& act);

    struct AddressChange {
        std::string user;
        std::string address;  // canonical, of the chain's network
        // Where the user was paid before although no address was set: the name, when it is one.
        std::string before;
        std::chrono::milliseconds hold{};
    };
    // Gives the time before which the user is not paid: that of the change, unless there was
    // another address before.
    [[nodiscard]] Result<UnixTime> set_address(const AddressChange& change, const Act& act);
    // 0: the pool's minimum again.
    [[nodiscard]] Result<void> set_minimum(const std::string& user, bitcoin::Satoshi minimum,
                                           const Act& act);
    // Gives the next midnight (UTC), from which the user is paid by it. The name is one of
    // payout's.
    [[nodiscard]] Result<UnixTime> choose(const std::string& user, const std::string& scheme,
                                          const Act& act);

  private:
    struct Setting;
    [[nodiscard]] Result<void> set_pause(std::int64_t paused, const Act& act);
    [[nodiscard]] Result<std::int64_t> id_of(const std::string& user);
    [[nodiscard]] Result<Setting> read(const std::string& user);
    [[nodiscard]] Result<void> write(const std::string& user, const Setting& setting,
                                     std::vector<std::string_view> changed, const Act& act);
    [[nodiscard]] Result<void> note(const std::string& action, const std::string& detail,
                                    const Act& act);

    Connection& db_;
    std::string chain_;
};

}  // namespace lode::db
