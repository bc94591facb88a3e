// The rules of the lease.
#include "sserver/server_lease.hpp"

#include <algorithm>
#include <limits>

#include "common/base/assert.hpp"

namespace lode::sserver {
namespace {

// Writes in a row whose fate is unknown; a round with the table settles them.
constexpr std::size_t uncertain_max = 16;

// There is always one above.
constexpr auto epoch_max = std::numeric_limits<std::uint32_t>::max() - 1;

UnixTime later(UnixTime time, Duration by) {
    return time + std::chrono::floor<std::chrono::milliseconds>(by);
}

// By the row's own time.
bool lapsed(const LeaseRow& row, UnixTime now) {
    return row.released ? now >= later(*row.released, lease_reissue_after_release)
                        : now >= later(row.renewed, lease_reissue_after_renewal);
}

// Somebody may be serving under it.
bool lives(const LeaseRow& row, UnixTime now) {
    return !row.released && !lapsed(row, now);
}

// How many epochs from the row's on may be in use without the table's knowing.
std::uint32_t epochs_unknown(const LeaseRow& row) {
    return row.released ? lease_epochs_released : lease_epochs_unconfirmed;
}

std::string name_of(std::uint16_t id) {
    return "server id " + std::to_string(id);
}

std::string minutes_left(const LeaseRow& row, UnixTime now) {
    const auto left = later(row.renewed, lease_reissue_after_renewal) - now;
    return std::to_string(std::chrono::ceil<std::chrono::minutes>(left).count()) + " minutes";
}

const LeaseRow* find(const std::vector<LeaseRow>& rows, std::uint16_t id) {
    const auto found = std::ranges::find(rows, id, &LeaseRow::id);
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace

Result<ServerLease> ServerLease::begin(LeaseStart start, Moment now) {
    if (start.record && start.record->holder != start.holder) {
        if (lives(*start.record, now.unix)) {
            return failure(ErrorCode::conflict,
                           "the data folder is a copy: it holds the lease of " +
                               name_of(start.record->id) +
                               " that belongs to the folder it was copied from; use an empty "
                               "folder, or wait " +
                               minutes_left(*start.record, now.unix));
        }
        start.epoch = std::max(start.epoch, start.record->epoch);
        start.record.reset();
    }
    if (start.record) start.epoch = std::max(start.epoch, start.record->epoch);
    if (start.epoch >= epoch_max) {
        return failure(ErrorCode::internal, "the data folder's epochs are at their end");
    }
    return ServerLease(std::move(start));
}

void ServerLease::serve_without_database(Moment now) {
    if (mine_) return;
    const auto& record = start_.record;
    const bool usable = record && (!start_.id || *start_.id == record->id);
    if (usable) {
        const UnixTime end = record->released ? later(*record->released, lease_serve_after_release)
                                              : later(record->renewed, lease_serve_max);
        const Duration left = end - now.unix;
        const Duration back = record->released.value_or(record->renewed) - now.unix;
        const bool within = epoch_ - record->epoch < epochs_unknown(*record);
        if (within && left > Duration::zero() && back <= lease_clock_back_max) {
            mine_ = *record;
            mine_->released.reset();
            mine_->epoch = epoch_;
            window_ = {end, now.steady + std::min(left, lease_serve_max)};
            return;
        }
    }
    if (!start_.id) return;
    // Nothing here says which epochs the id has had elsewhere: the seconds since 1970 are above
    // all that starts one after another can have reached.
    const auto seconds = static_cast<std::uint32_t>(to_unix_seconds(now.unix));
    epoch_ = std::max(epoch_, seconds);
    mine_ =
        LeaseRow{.id = *start_.id, .holder = start_.holder, .epoch = epoch_, .renewed = now.unix};
    window_ = {later(now.unix, lease_serve_max), now.steady + lease_serve_max};
}

void ServerLease::watch(const std::vector<LeaseRow>& rows, SteadyTime now) {
    std::map<std::uint16_t, Watched> seen;
    for (const LeaseRow& row : rows) {
        const auto before = watched_.find(row.id);
        const bool same = before != watched_.end() && before->second.row == row;
        seen.emplace(row.id, Watched{row, same ? before->second.since : now});
    }
    watched_ = std::move(seen);
}

// The row's time is its holder's, ours may be wrong as well: so it counts only together with what
// we have seen ourselves, and what we have seen for the whole time needs no clock but our own.
bool ServerLease::may_be_taken(const LeaseRow& row, Moment now) const {
    const Duration unchanged = now.steady - watched_.at(row.id).since;
    if (unchanged >= lease_reissue_after_renewal) return true;
    return lapsed(row, now.unix) && unchanged >= lease_watch_min;
}

ServerLease::Claim ServerLease::claim_on(const LeaseRow& row) const {
    if (row.holder != start_.holder) return Claim::none;
    if (row.epoch < epoch_) return Claim::former;
    const bool ours = std::ranges::find(uncertain_, row) != uncertain_.end();
    const bool present = confirmed_ && mine_->id == row.id;
    return row.epoch == epoch_ && (ours || present) ? Claim::present : Claim::none;
}

// A row of this very folder with an epoch that it never gave out: there is a twin, a copy of the
// whole machine, or this is an older state of the folder.
Result<void> ServerLease::refuse_copies(const std::vector<LeaseRow>& rows, Moment now) const {
    for (const LeaseRow& row : rows) {
        if (row.holder != start_.holder || claim_on(row) != Claim::none) continue;
        if (!lives(row, now.unix)) continue;
        return failure(ErrorCode::conflict,
                       name_of(row.id) + " is leased by a later start of this data folder (epoch " +
                           std::to_string(row.epoch) + ", here " + std::to_string(epoch_) +
                           "): machine or folder is a copy or an older state");
    }
    return success();
}

LeaseChange ServerLease::renewal(std::optional<LeaseRow> from, Moment now) const {
    LeaseRow to = *mine_;
    to.renewed = now.unix;
    return {std::move(from), std::move(to)};
}

LeaseChange ServerLease::take(std::uint16_t id, const LeaseRow* row, Moment now) {
    if (row == nullptr) return {{}, {id, start_.holder, epoch_, now.unix}};
    if (claim_on(*row) == Claim::none) {
        epoch_ = std::max(epoch_, row->epoch + epochs_unknown(*row));
    }
    return {*row, {id, start_.holder, epoch_, now.unix}};
}

Result<std::optional<LeaseChange>> ServerLease::plan(const std::vector<LeaseRow>& rows,
                                                     Moment now) {
    watch(rows, now.steady);
    LODE_TRY_VOID(refuse_copies(rows, now));
    if (mine_) return keep(find(rows, mine_->id), now);
    if (start_.id) return take_fixed(find(rows, *start_.id), now);
    return take_any(rows, now);
}

Result<std::optional<LeaseChange>> ServerLease::keep(const LeaseRow* row, Moment now) {
    if (row == nullptr) return renewal({}, now);
    if (claim_on(*row) != Claim::none) return renewal(*row, now);
    // Served under without the database, which knows of a former holder that is gone.
    if (!confirmed_ && row->epoch < epoch_ && !lives(*row, now.unix)) return renewal(*row, now);
    return failure(ErrorCode::conflict, name_of(mine_->id) + " belongs to another sserver now (" +
                                            row->holder + ", epoch " + std::to_string(row->epoch) +
                                            ")");
}

Result<std::optional<LeaseChange>> ServerLease::take_fixed(const LeaseRow* row, Moment now) {
    if (row == nullptr || claim_on(*row) != Claim::none || lapsed(*row, now.unix) ||
        may_be_taken(*row, now)) {
        return take(*start_.id, row, now);
    }
    if (row->released) return std::optional<LeaseChange>();  // minutes, then it is ours
    return failure(ErrorCode::conflict, name_of(row->id) + " is leased by another sserver (" +
                                            row->holder +
                                            "); set another sserver.id or none, or wait " +
                                            minutes_left(*row, now.unix));
}

std::optional<LeaseChange> ServerLease::take_any(const std::vector<LeaseRow>& rows, Moment now) {
    const LeaseRow* own = nullptr;
    std::map<std::uint16_t, const LeaseRow*> by_id;
    for (const LeaseRow& row : rows) {
        by_id.emplace(row.id, &row);
        if (claim_on(row) == Claim::none) continue;
        const bool recorded = start_.record && start_.record->id == row.id;
        if (own == nullptr || recorded || claim_on(row) == Claim::present) own = &row;
        if (claim_on(row) == Claim::present) break;
    }
    if (own != nullptr) return take(own->id, own, now);
    for (std::uint16_t id = leased_id_min; id <= start_.id_max; ++id) {
        const auto row = by_id.find(id);
        if (row == by_id.end()) return take(id, nullptr, now);
        if (may_be_taken(*row->second, now)) return take(id, row->second, now);
    }
    return std::nullopt;
}

void ServerLease::made(const LeaseChange& change, Moment planned) {
    LODE_ASSERT(!mine_ || mine_->epoch == change.to.epoch);
    mine_ = change.to;
    confirmed_ = true;
    uncertain_.clear();
    window_ = {later(planned.unix, lease_serve_max), planned.steady + lease_serve_max};
}

void ServerLease::uncertain(const LeaseChange& change) {
    if (uncertain_.size() == uncertain_max) uncertain_.erase(uncertain_.begin());
    uncertain_.push_back(change.to);
}

std::optional<LeaseChange> ServerLease::release(UnixTime now) {
    if (!mine_ || !confirmed_) return std::nullopt;
    LeaseRow released = *mine_;
    released.released = now;
    const LeaseChange change{*mine_, released};
    mine_.reset();
    confirmed_ = false;
    return change;
}

std::optional<Identity> ServerLease::identity(Moment now) const {
    if (!mine_ || now.unix >= window_.unix_end || now.steady >= window_.steady_end) {
        return std::nullopt;
    }
    return Identity{mine_->id, mine_->epoch};
}

}  // namespace lode::sserver
