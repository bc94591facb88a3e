// Which server id this sserver may serve under, and with which epoch. The table's rows, the data
// folder's own record and the time go in; changes to the table come out. No two sservers serve
// under one id at a time, and no epoch of an id is used twice:
//  - who holds an id serves at most `serve_max` after its last renewal, by both clocks;
//  - an id goes to another only later than that: see may_be_taken in the .cpp;
//  - a row is changed only as it was read, so that of two who race one wins;
//  - an epoch is durable in the data folder before the table or a stream sees it, and above all
//    that folder and row have had; starts without the database, of which the table does not know,
//    have a bounded number of epochs, and who takes an id over leaves these out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "sserver/moment.hpp"

namespace lode::sserver {

inline constexpr std::uint16_t leased_id_min = 1;  // 0 is for those who fix it
inline constexpr std::uint16_t leased_id_max = 4095;

inline constexpr Duration lease_ttl = std::chrono::hours(24);
inline constexpr Duration lease_renewal = std::chrono::minutes(5);
// Without a renewal service ends here; until another may have the id there are 25 minutes, which
// is how far clocks may differ.
inline constexpr Duration lease_serve_max = lease_ttl - std::chrono::minutes(10);
inline constexpr Duration lease_reissue_after_renewal = lease_ttl + std::chrono::minutes(15);
// Longer than a job that was sent to the former holder's miners is the newest.
inline constexpr Duration lease_reissue_after_release = std::chrono::minutes(15);
// A released id may be served under again by the folder's own record for so long.
inline constexpr Duration lease_serve_after_release = std::chrono::minutes(5);
// Epochs of starts that the table does not know of: more than a start a second for the rest of a
// lease, and for the minutes after a release. 2^32 of them last for decades of ids that pass on.
inline constexpr std::uint32_t lease_epochs_unconfirmed = 1u << 17;
inline constexpr std::uint32_t lease_epochs_released = 1u << 12;
// A row of another is taken only after it was seen unchanged for so long, on our own steady
// clock: three renewals of a holder whose clock is wrong.
inline constexpr Duration lease_watch_min = std::chrono::minutes(15);
// The record may be so far in our future; more, and our clock says nothing about its age.
inline constexpr Duration lease_clock_back_max = std::chrono::minutes(5);

// A row of the table, and the record in the data folder: what we last wrote there.
struct LeaseRow {
    std::uint16_t id = 0;
    std::string holder;       // the data folder, wherever it is: see holder_of
    std::uint32_t epoch = 0;  // the column `fence`
    UnixTime renewed;
    std::optional<UnixTime> released{};

    friend bool operator==(const LeaseRow&, const LeaseRow&) = default;
};

// `to` in place of exactly `from`; without it, where there is no such row.
struct LeaseChange {
    std::optional<LeaseRow> from;
    LeaseRow to;
};

struct Identity {
    std::uint16_t id = 0;
    std::uint32_t epoch = 0;
    friend auto operator<=>(const Identity&, const Identity&) = default;
};

struct LeaseStart {
    std::optional<std::uint16_t> id;  // fixed by the operator
    std::string holder;
    std::optional<LeaseRow> record;  // from the data folder
    std::uint32_t epoch = 0;         // the highest this folder has had
    std::uint16_t id_max = leased_id_max;
};

class ServerLease {
  public:
    // Conflict when the record is another folder's, whose lease lives: this one is a copy.
    [[nodiscard]] static Result<ServerLease> begin(LeaseStart start, Moment now);

    // The database does not answer. By the record's own life, or because the operator fixed the
    // id and so vouches for it, service may begin nevertheless. The epoch must be durable first.
    void serve_without_database(Moment now);

    // The table as read at `now`. Gives the change to make, nothing when there is none to make
    // now: all ids are taken, try again later. Conflict when the id is, or must be taken to be,
    // another's: service must end.
    [[nodiscard]] Result<std::optional<LeaseChange>> plan(const std::vector<LeaseRow>& rows,
                                                          Moment now);
    // What became of the change planned at `planned`.
    // (Where the row was another by then, nothing: the next plan reads who was quicker.)
    void made(const LeaseChange& change, Moment planned);
    void uncertain(const LeaseChange& change);  // the database was lost meanwhile

    // Gives the id back; nothing when there is nothing to give back. No service after this.
    [[nodiscard]] std::optional<LeaseChange> release(UnixTime now);

    // Under which to serve now. The epoch never changes once there was one.
    [[nodiscard]] std::optional<Identity> identity(Moment now) const;
    // Of the newest plan: to be durable in the folder before the change is made.
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }
    // Whether there was an identity that is only not renewed.
    [[nodiscard]] bool held() const { return mine_.has_value(); }

  private:
    explicit ServerLease(LeaseStart start) : start_(std::move(start)), epoch_(start_.epoch + 1) {}

    struct Window {
        UnixTime unix_end{};
        SteadyTime steady_end{};
    };
    struct Watched {
        LeaseRow row;
        SteadyTime since;
    };
    enum class Claim : std::uint8_t { none, former, present };

    void watch(const std::vector<LeaseRow>& rows, SteadyTime now);
    [[nodiscard]] Claim claim_on(const LeaseRow& row) const;
    [[nodiscard]] bool may_be_taken(const LeaseRow& row, Moment now) const;
    [[nodiscard]] Result<void> refuse_copies(const std::vector<LeaseRow>& rows, Moment now) const;
    [[nodiscard]] LeaseChange renewal(std::optional<LeaseRow> from, Moment now) const;
    [[nodiscard]] LeaseChange take(std::uint16_t id, const LeaseRow* row, Moment now);
    [[nodiscard]] Result<std::optional<LeaseChange>> keep(const LeaseRow* row, Moment now);
    [[nodiscard]] Result<std::optional<LeaseChange>> take_fixed(const LeaseRow* row, Moment now);
    [[nodiscard]] std::optional<LeaseChange> take_any(const std::vector<LeaseRow>& rows,
                                                      Moment now);

    LeaseStart start_;
    std::uint32_t epoch_;
    std::optional<LeaseRow> mine_;  // served under; as last written, or as by the record
    bool confirmed_ = false;        // the table has our epoch
    Window window_;
    std::vector<LeaseRow> uncertain_;  // rows of ours that the table may have
    std::map<std::uint16_t, Watched> watched_;
};

}  // namespace lode::sserver
