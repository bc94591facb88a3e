// A list by age and an index by key.
#include "sserver/parked_sessions.hpp"

#include <utility>

namespace lode::sserver {

std::size_t ResumableSession::bytes() const {
    // The list's and the index's nodes, and the targets, come to about as much as this struct.
    return 2 * sizeof(ResumableSession) + seen.bytes();
}

ParkedSessions::ParkedSessions(const ParkingLimits& limits, SessionNumbers& numbers,
                               std::function<std::uint64_t()> random)
    : limits_(limits), numbers_(numbers), random_(std::move(random)) {}

void ParkedSessions::park(std::uint64_t key, ResumableSession session, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    const bool wanted = limits_.time > Duration::zero() && session.seen.size() > 0;
    if (!wanted || by_key_.contains(key)) return numbers_.give_back(session.number, now);
    const std::size_t bytes = session.bytes();
    parked_.push_back({key, now, bytes, std::make_unique<ResumableSession>(std::move(session))});
    by_key_.emplace(key, std::prev(parked_.end()));
    bytes_ += bytes;
    while (parked_.size() > limits_.sessions_max || bytes_ > limits_.bytes_max) {
        give_up_oldest(now);
    }
}

void ParkedSessions::give_up_oldest(SteadyTime now) {
    const Parked& oldest = parked_.front();
    numbers_.give_back(oldest.session->number, now);
    bytes_ -= oldest.bytes;
    by_key_.erase(oldest.key);
    parked_.pop_front();
}

std::unique_ptr<ResumableSession> ParkedSessions::take(std::uint64_t key, Reward reward) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end() || found->second->session->reward != reward) return nullptr;
    auto session = std::move(found->second->session);
    bytes_ -= found->second->bytes;
    parked_.erase(found->second);
    by_key_.erase(found);
    return session;
}

void ParkedSessions::expire(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    while (!parked_.empty() && now - parked_.front().since >= limits_.time) give_up_oldest(now);
}

std::size_t ParkedSessions::size() const {
    const std::lock_guard lock(mutex_);
    return parked_.size();
}

std::size_t ParkedSessions::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

}  // namespace lode::sserver
