// Sums by holder over many rows: a vector by user id, since a database numbers its users from 1
// on, so that a row costs an addition and no search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "payout/scheme/credit.hpp"

namespace lode::payout {

// One number a user. A sum beyond 2^128 - 1 is a bug.
class UserSums {
  public:
    void add(UserId user, Uint128 value) {
        Uint128& sum = place(user);
        overflowed_ |= __builtin_add_overflow(sum, value, &sum);
    }
    // What is not zero, sorted by user.
    struct Sum {
        UserId user;
        Uint128 value = 0;
    };
    [[nodiscard]] std::vector<Sum> all() const;

  private:
    // Ids beyond go into a map: 2^20 users of 16 bytes are 16 MiB, and an id may be any number.
    static constexpr std::uint64_t dense_max = std::uint64_t{1} << 20;

    Uint128& place(UserId user) {
        const auto id = static_cast<std::uint64_t>(user.value());
        if (id < dense_.size()) return dense_[id];
        return grown_place(user);
    }
    Uint128& grown_place(UserId user);

    std::vector<Uint128> dense_;
    std::map<UserId, Uint128> sparse_;
    bool overflowed_ = false;
};

// One UserSums a scheme, as weights.
class HolderSums {
  public:
    void add(const Holder& holder, Uint128 value) {
        of_[static_cast<std::size_t>(holder.scheme)].add(holder.user, value);
    }
    // Their own sum is what all of the value is for.
    [[nodiscard]] Weights weights() const;

  private:
    static constexpr std::size_t schemes = static_cast<std::size_t>(Scheme::fpps) + 1;
    UserSums of_[schemes];
};

}  // namespace lode::payout
