// Entries of addresses and the rules of a ban.
#include "sserver/guard.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace lode::sserver {
namespace {

using std::chrono::minutes;

constexpr Duration rate_window = minutes(1);
// A sliding count is empty after two windows.
constexpr Duration rate_memory = 2 * rate_window;

}  // namespace

Guard::Guard(GuardRules rules, const GuardProbe& probe, std::function<void(const Ban&)> banned)
    : rules_(std::move(rules)), probe_(probe), banned_(std::move(banned)) {}

bool Guard::allowed(const IpAddress& address) const {
    return contains(rules_.allow, address);
}

std::size_t Guard::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

Guard::Known& Guard::wake(const IpAddress& site) {
    Known& woken = *entries_.try_emplace(site).first;
    if (woken.second.live == 0) idle_.erase({woken.second.remembered_until, site});
    return woken;
}

void Guard::rest(Known& woken, Duration memory, SteadyTime now) {
    Entry& entry = woken.second;
    entry.remembered_until = std::max(entry.remembered_until, now + memory);
    if (entry.live > 0) return;
    idle_.emplace(entry.remembered_until, woken.first);
    if (idle_.size() > idle_max) forget_soonest();
}

void Guard::forget_soonest() {
    const auto soonest = idle_.begin();
    const auto entry = entries_.find(soonest->second);
    bans_.erase({entry->second.banned_until, soonest->second});
    probe_.banned_addresses.set(bans_.size());
    entries_.erase(entry);
    idle_.erase(soonest);
}

void Guard::set_ban(Known& woken, SteadyTime until) {
    bans_.erase({woken.second.banned_until, woken.first});
    woken.second.banned_until = until;
    bans_.emplace(until, woken.first);
    probe_.banned_addresses.set(bans_.size());
}

std::optional<Refusal> Guard::enter(const IpAddress& address, SteadyTime now) {
    if (allowed(address)) return std::nullopt;
    const IpAddress site = address.site();
    const std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(site); found != entries_.end()) {
        Entry& entry = found->second;
        std::optional<Refusal> refusal;
        if (entry.banned_until > now) {
            refusal = Refusal::banned;
        } else if (entry.live >= rules_.connections_max) {
            refusal = Refusal::too_many;
        } else if (entry.connects.count(rate_window, now) >= rules_.connects_per_minute) {
            refusal = Refusal::too_often;
        }
        if (refusal) {
            probe_.count(*refusal);
            return refusal;
        }
    }
    Entry& entry = wake(site).second;
    ++entry.live;
    entry.connects.add(rate_window, now);
    return std::nullopt;
}

void Guard::proven(const IpAddress& address) {
    if (allowed(address)) return;
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(address.site());
    if (found != entries_.end()) ++found->second.proven;
}

void Guard::left(const IpAddress& address, Repute repute, SteadyTime now) {
    if (allowed(address)) return;
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(address.site());
    LODE_ASSERT(found != entries_.end() && found->second.live > 0);
    --found->second.live;
    if (repute == Repute::proven) --found->second.proven;
    rest(*found, rate_memory, now);
}

// Many machines may stand behind one address, and a broken one comes again about once a second at
// worst. So each working machine there makes up for one broken one: its connection forgives an
// offence a second. One that has had no share accepted yet forgives one, since after a restart
// the broken ones may be heard first.
std::uint64_t Guard::borne(const Entry& entry, Repute offender) const {
    const std::uint32_t others = entry.live > 0 ? entry.live - 1 : 0;
    const std::uint32_t own = offender == Repute::proven ? 1 : 0;
    const std::uint64_t proven = entry.proven > own ? entry.proven - own : 0;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rules_.ban_window);
    return rules_.ban_after + others + proven * static_cast<std::uint64_t>(seconds.count());
}

std::optional<Ban> Guard::judge(Known& woken, Offence offence, Repute repute, SteadyTime now) {
    Entry& entry = woken.second;
    if (entry.banned_until > now) return std::nullopt;
    if (entry.banned_until + rules_.ban_time_max <= now) entry.bans = 0;
    entry.offences.add(rules_.ban_window, now);
    if (entry.offences.count(rules_.ban_window, now) < borne(entry, repute)) return std::nullopt;
    Duration time = rules_.ban_time;
    for (std::uint32_t i = 0; i < entry.bans && time < rules_.ban_time_max; ++i) time *= 2;
    time = std::min(time, rules_.ban_time_max);
    entry.offences = {};
    ++entry.bans;
    set_ban(woken, now + time);
    probe_.count_ban(offence);
    return Ban{woken.first, std::string(to_string(offence)), time};
}

void Guard::offended(const IpAddress& address, Offence offence, Repute repute, SteadyTime now) {
    std::optional<Ban> ban;
    {
        const std::lock_guard lock(mutex_);
        probe_.count(offence);
        if (allowed(address)) return;
        Known& woken = wake(address.site());
        ban = judge(woken, offence, repute, now);
        const Duration memory = ban ? ban->time + rules_.ban_time_max : 2 * rules_.ban_window;
        rest(woken, memory, now);
    }
    if (ban) banned_(*ban);
}

Result<void> Guard::ban(const IpAddress& address, Duration time, std::string_view reason,
                        SteadyTime now) {
    if (allowed(address)) {
        return failure(ErrorCode::rejected, address.text() + " is on the allow list");
    }
    const Ban ban{address.site(), std::string(reason), time};
    {
        const std::lock_guard lock(mutex_);
        Known& woken = wake(ban.address);
        set_ban(woken, now + time);
        rest(woken, time, now);
        probe_.operator_bans.increment();
    }
    banned_(ban);
    return success();
}

Result<void> Guard::unban(const IpAddress& address, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(address.site());
    if (found == entries_.end() || found->second.banned_until <= now) {
        return failure(ErrorCode::rejected, address.text() + " is not banned");
    }
    Entry& entry = wake(found->first).second;
    bans_.erase({entry.banned_until, found->first});
    entry.banned_until = {};
    entry.offences = {};
    entry.bans = 0;
    entry.remembered_until = {};
    rest(*found, rate_memory, now);
    probe_.banned_addresses.set(bans_.size());
    return success();
}

void Guard::tick(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    while (!bans_.empty() && bans_.begin()->first <= now) bans_.erase(bans_.begin());
    while (!idle_.empty() && idle_.begin()->first <= now) forget_soonest();
    probe_.banned_addresses.set(bans_.size());
    probe_.known_addresses.set(entries_.size());
}

}  // namespace lode::sserver
