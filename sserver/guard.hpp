// Who may connect: limits and bans of addresses, one object for all event loops. An IPv6 address
// counts as its /64. It is asked when a connection comes, goes, offends and has its first share
// accepted, never for a share as such.
//
// Memory: an entry for each address with a live connection, so never more than connections, and
// at most `idle_max` others, of about 200 bytes each: 13 MB. When these are full the one that
// would be forgotten soonest goes.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/ip_address.hpp"
#include "common/base/result.hpp"
#include "sserver/offence.hpp"
#include "sserver/probe.hpp"
#include "sserver/sliding_count.hpp"

namespace lode::sserver {

struct GuardRules {
    std::uint32_t connections_max = 5'000;       // of one address
    std::uint32_t connects_per_minute = 10'000;  // of one address
    std::uint32_t ban_after = 20;                // offences within the window
    Duration ban_window = std::chrono::minutes(10);
    Duration ban_time = std::chrono::minutes(5);  // the first; each further one twice as long
    Duration ban_time_max = std::chrono::hours(1);
    std::vector<AddressRange> allow;  // never limited, never banned
};

struct Ban {
    IpAddress address;   // IPv6: the first of its /64
    std::string reason;  // an offence's name, or an operator's words
    Duration time{};
};

// Of a connection: whether a share of it has been accepted.
enum class Repute : bool { unproven, proven };

class Guard {
  public:
    // Addresses without a connection that something is remembered of.
    static constexpr std::size_t idle_max = 65'536;

    // `banned` is called for every new ban, on the thread that caused it, and must not call back.
    Guard(GuardRules rules, const GuardProbe& probe, std::function<void(const Ban&)> banned);

    // ---- from any thread ----
    // Empty: the connection is let in, and `left` follows when it is gone.
    [[nodiscard]] std::optional<Refusal> enter(const IpAddress& address, SteadyTime now);
    // The first share of a connection was accepted: its repute is `proven` from now on.
    void proven(const IpAddress& address);
    void left(const IpAddress& address, Repute repute, SteadyTime now);
    // A connection is closed for it, whose repute this is; `left` may follow or have been.
    void offended(const IpAddress& address, Offence offence, Repute repute, SteadyTime now);

    // Until `time` from now, whatever ban there is. Rejected when the address is on the allow list.
    [[nodiscard]] Result<void> ban(const IpAddress& address, Duration time, std::string_view reason,
                                   SteadyTime now);
    // And what it did is forgotten. Rejected when it was not banned.
    [[nodiscard]] Result<void> unban(const IpAddress& address, SteadyTime now);

    // Now and then: forgets what has passed.
    void tick(SteadyTime now);

    // On the allow list.
    [[nodiscard]] bool allowed(const IpAddress& address) const;
    // Addresses it remembers anything of.
    [[nodiscard]] std::size_t size() const;

  private:
    struct Entry {
        SlidingCount connects;
        SlidingCount offences;
        std::uint32_t live = 0;
        std::uint32_t proven = 0;  // of the live ones
        std::uint32_t bans = 0;    // by rule, in a row
        SteadyTime banned_until{};
        SteadyTime remembered_until{};  // when it is idle
    };
    using Entries = std::unordered_map<IpAddress, Entry>;
    using Known = Entries::value_type;
    using Queue = std::set<std::pair<SteadyTime, IpAddress>>;

    // All with the mutex held. An entry is woken before it is changed and put to rest thereafter.
    [[nodiscard]] Known& wake(const IpAddress& site);
    void rest(Known& woken, Duration memory, SteadyTime now);
    void forget_soonest();
    void set_ban(Known& woken, SteadyTime until);
    [[nodiscard]] std::uint64_t borne(const Entry& entry, Repute offender) const;
    [[nodiscard]] std::optional<Ban> judge(Known& woken, Offence offence, Repute repute,
                                           SteadyTime now);

    const GuardRules rules_;
    GuardProbe probe_;
    const std::function<void(const Ban&)> banned_;
    mutable std::mutex mutex_;  // guards all below
    Entries entries_;
    Queue idle_;  // entries without a connection, by the time they are forgotten
    Queue bans_;  // by their end
};

}  // namespace lode::sserver
