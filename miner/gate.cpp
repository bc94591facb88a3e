// The rules of the gate; its caller holds the lock.
#include "miner/gate.hpp"

namespace lode::miner {

void Gate::set_work(WorkPtr work) {
    if (work && work->connection != connection_) {
        connection_ = work->connection;
        unanswered_ = 0;
    }
    if (work && work_ && work->job.prev_hash != work_->job.prev_hash) solved_ = false;
    if (!work || !work_) solved_ = false;
    work_ = std::move(work);
}

WorkPtr Gate::work() const {
    return solved_ ? nullptr : work_;
}

Offer Gate::offer(const Found& found) {
    if (!work_ || found.work->connection != work_->connection || found.work->tip != work_->tip) {
        return Offer::stale;
    }
    // A block is not held back by shares; there is at most one for each time hashing goes on, and
    // the second limit bounds even those.
    const bool block = found.solves_block && !solved_ && unanswered_ < 2 * limits_.unanswered_max;
    const bool full =
        unanswered_ >= limits_.unanswered_max || this_second_ >= limits_.per_second_max;
    if (!block && full) return Offer::wait;
    ++this_second_;
    ++unanswered_;
    if (found.solves_block) solved_ = true;
    return Offer::taken;
}

void Gate::answered(std::uint64_t connection) {
    if (connection == connection_ && unanswered_ > 0) --unanswered_;
}

}  // namespace lode::miner
