// The rules of taking, renewing and giving back.
#include "payout/lease.hpp"

#include <algorithm>
#include <utility>

namespace lode::payout {
namespace {

// Each renewal shows, also where our clock stands still or was set back.
std::int64_t renewal_time(const LeaseRow& row, UnixTime now) {
    return std::max(to_unix_ms(now), row.renewed_unix_ms + 1);
}

}  // namespace

// Our own row of before this start is taken back at once: the data folder's lock says that nobody
// else uses the name. Later it is like any other's, for then it is a copy of the folder that works.
bool Lease::may_be_taken(const LeaseRow& row, Look look, SteadyTime now) {
    const bool ours = look == Look::first && row.holder == holder_;
    if (ours || row.released_unix_ms != 0) return true;
    if (!watched_ || watched_->row != row) watched_ = {row, now};
    return now - watched_->since >= lease_takeover;
}

std::optional<LeaseChange> Lease::plan(const std::optional<LeaseRow>& row, Now now) {
    const Look look = std::exchange(look_, Look::later);
    other_.clear();
    if (!row) {
        mine_.reset();
        tried_ = LeaseRow{holder_, 1, to_unix_ms(now.unix), 0};
        return LeaseChange{{}, *tried_};
    }
    LeaseRow next{holder_, row->fence, renewal_time(*row, now.unix), 0};
    if (is_mine(*row)) return LeaseChange{row, next};
    mine_.reset();
    if (!may_be_taken(*row, look, now.steady)) {
        other_ = row->holder;
        return std::nullopt;
    }
    watched_.reset();
    ++next.fence;
    tried_ = next;
    return LeaseChange{row, next};
}

std::optional<LeaseChange> Lease::release(const std::optional<LeaseRow>& row, UnixTime now) const {
    if (!row || !is_mine(*row)) return std::nullopt;
    LeaseRow to = *row;
    to.renewed_unix_ms = renewal_time(*row, now);
    to.released_unix_ms = to.renewed_unix_ms;
    return LeaseChange{row, to};
}

}  // namespace lode::payout
