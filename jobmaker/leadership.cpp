// Claims rise, and the highest one that a maker has read decides whether its own still counts.
#include "jobmaker/leadership.hpp"

#include <algorithm>
#include <utility>

namespace lode::jobmaker {

const char* to_string(Role role) {
    switch (role) {
        case Role::standby:
            return "standby";
        case Role::claiming:
            return "claiming";
        case Role::leader:
            return "leader";
    }
    return "standby";
}

// We claim also when we still lead because nobody seems to have claimed since the group lost us:
// another may have, and we have not read it yet.
void Leadership::assigned(SteadyTime now) {
    revoked();
    member_ = true;
    claim_at_ = now;
}

void Leadership::revoked() {
    member_ = false;
    claim_at_.reset();
    written_.reset();
    claim_counts_ = false;
}

bool Leadership::claim_due(SteadyTime now) const {
    return member_ && !claim_under_way_ && claim_at_ && now >= *claim_at_;
}

void Leadership::claim_sent() {
    claim_under_way_ = true;
    claim_counts_ = true;
    claim_at_.reset();
}

void Leadership::claim_written(std::int64_t offset, SteadyTime now) {
    claim_under_way_ = false;
    if (!claim_counts_) return;
    written_ = offset;
    compare(now);
}

void Leadership::claim_failed(SteadyTime now) {
    claim_under_way_ = false;
    if (claim_counts_) claim_at_ = now + settings_.claim_retry;
}

void Leadership::generation_read(std::int64_t generation, SteadyTime now) {
    highest_ = std::max(highest_, generation);
    compare(now);
}

void Leadership::compare(SteadyTime now) {
    if (written_ && highest_ >= *written_) generation_ = std::exchange(written_, std::nullopt);
    if (!generation_ || highest_ <= *generation_) return;
    generation_.reset();
    // A claim of ours that is on its way decides; else one is made in a while if we are still in.
    const bool claims = claim_under_way_ || written_ || claim_at_;
    if (member_ && !claims) claim_at_ = now + settings_.reclaim_after;
}

Role Leadership::role() const {
    if (generation_) return Role::leader;
    return member_ ? Role::claiming : Role::standby;
}

}  // namespace lode::jobmaker
