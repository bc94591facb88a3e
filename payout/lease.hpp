// Who of several payouts works: the holder of the database's lease "payout/<chain>". Rows and time
// go in, changes of the row come out. Two may believe for a moment that they hold it: each
// transaction that posts or pays checks the fencing number, so that only the newest holder's stand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"

namespace lode::payout {

// The holder renews so often, or puts it off for as long as one pass takes.
inline constexpr Duration lease_renewal = std::chrono::seconds(5);
// A row of another that was seen unchanged for so long, by our own steady clock, is taken over:
// longer than a pass, so that nobody who is at work is disturbed. Clocks need not agree.
inline constexpr Duration lease_takeover = std::chrono::seconds(60);

struct LeaseRow {
    std::string holder;  // an instance
    std::int64_t fence = 0;
    std::int64_t renewed_unix_ms = 0;
    std::int64_t released_unix_ms = 0;  // 0: it was not given back
    friend bool operator==(const LeaseRow&, const LeaseRow&) = default;
};

// `to` in place of exactly `from`; without it, where there is no row.
struct LeaseChange {
    std::optional<LeaseRow> from;
    LeaseRow to;
};

class Lease {
  public:
    // The instance's name; nobody else has it, but for a copy of its data folder.
    explicit Lease(std::string holder) : holder_(std::move(holder)) {}

    struct Now {
        UnixTime unix;
        SteadyTime steady;
    };
    // The row as read now: what to change, or nothing while another holds it. A row that is no
    // longer as we left it ends our holding.
    [[nodiscard]] std::optional<LeaseChange> plan(const std::optional<LeaseRow>& row, Now now);
    // The change was made, and not by another in between.
    void made(const LeaseChange& change) { mine_ = change.to; }
    // A transaction found that another holds it.
    void lost() { mine_.reset(); }

    // The change that gives it back; nothing when it is not held.
    [[nodiscard]] std::optional<LeaseChange> release(const std::optional<LeaseRow>& row,
                                                     UnixTime now) const;

    // The fencing number, while it is held.
    [[nodiscard]] std::optional<std::int64_t> fence() const {
        return mine_ ? std::optional(mine_->fence) : std::nullopt;
    }
    // Who else holds it, by the last row seen; empty when nobody does.
    [[nodiscard]] const std::string& other() const { return other_; }

  private:
    struct Watched {
        LeaseRow row;
        SteadyTime since;
    };
    enum class Look : std::uint8_t { first, later };
    [[nodiscard]] bool may_be_taken(const LeaseRow& row, Look look, SteadyTime now);
    // Whether it is held, or was taken by a change whose answer was lost.
    [[nodiscard]] bool is_mine(const LeaseRow& row) const {
        return (mine_ && row.holder == mine_->holder && row.fence == mine_->fence) ||
               (tried_ && row == *tried_);
    }

    std::string holder_;
    std::optional<LeaseRow> mine_;
    std::optional<LeaseRow> tried_;
    std::optional<Watched> watched_;
    std::string other_;
    Look look_ = Look::first;
};

}  // namespace lode::payout
