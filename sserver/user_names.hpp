// A set of user names, small enough that a pool of millions keeps it in memory: of each name the
// first 16 bytes of its SHA-256, sorted. Two names with the same mark would take 2^64 tries to
// find, and would let in one who is not registered, no more.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace lode::sserver {

struct NameMark {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    friend auto operator<=>(const NameMark&, const NameMark&) = default;
};

// Byte by byte: `Alice` and `alice` are two.
[[nodiscard]] NameMark mark_of(std::string_view name);

// Never changes once it is made, so that any thread may look into it.
class UserNames {
  public:
    UserNames() = default;
    // In any order, also with repetitions.
    explicit UserNames(std::vector<NameMark> marks);

    [[nodiscard]] bool has(std::string_view name) const { return has(mark_of(name)); }
    [[nodiscard]] bool has(const NameMark& mark) const;
    // Both sets in one; `more` in any order.
    [[nodiscard]] UserNames with(std::vector<NameMark> more) const;

    [[nodiscard]] std::size_t size() const { return marks_.size(); }
    // Rising.
    [[nodiscard]] const std::vector<NameMark>& marks() const { return marks_; }

    friend bool operator==(const UserNames&, const UserNames&) = default;

  private:
    std::vector<NameMark> marks_;
};

using UserNamesPtr = std::shared_ptr<const UserNames>;

// The names that are registered now, for all loops; any thread may ask and set. Asked once an
// authorisation, so the lock that guards the pointer is on no share's way.
class RegisteredUsers {
  public:
    // Null until the first set().
    [[nodiscard]] UserNamesPtr names() const {
        const std::lock_guard lock(mutex_);
        return names_;
    }
    void set(UserNamesPtr names) {
        const std::lock_guard lock(mutex_);
        names_.swap(names);
    }

  private:
    mutable std::mutex mutex_;
    UserNamesPtr names_;  // guarded
};

}  // namespace lode::sserver
