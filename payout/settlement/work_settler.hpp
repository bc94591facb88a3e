// Work by itself: summed up by day where it is closed, and paid by the reserve where a user is paid
// per share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "payout/ledger/ledger_repository.hpp"
#include "payout/settlement/pps_repository.hpp"
#include "payout/settlement/round_repository.hpp"
#include "payout/settlement/terms_repository.hpp"

namespace lode::payout {

class WorkSettler {
  public:
    // All outlive it. `fenced` runs a body in a transaction under the lease.
    struct Sources {
        LedgerRepository& ledger;
        RoundRepository& rounds;
        BucketRepository& buckets;
        TermsRepository& terms;
        PpsRepository& pps;
        std::uint32_t halving_interval = bitcoin::halving_interval;
        std::function<Result<void>(const std::function<Result<void>()>&)> fenced;
    };
    explicit WorkSettler(Sources sources) : of_(std::move(sources)) {}

    struct Posted {
        std::int64_t users = 0;
        Satoshi amount;
        UnixTime summed_before;
        bool held_back = false;  // more is due than one posting, or the reserve, takes
    };
    // Rows of whole hours before `closed` are summed up, as many pieces as one pass takes; then
    // what users of the PPS family have earned is posted, and fees of days that are frozen.
    [[nodiscard]] Result<Posted> run(UnixTime closed, UnixTime now);

  private:
    [[nodiscard]] Result<void> sum_up(UnixTime closed, const TermsBook& book);
    struct Piece {
        UnixTime from;  // summed up before
        UnixTime to;
        TimeRange rows;  // within
    };
    [[nodiscard]] Result<void> sum_piece(const Piece& piece, const TermsBook& book);
    [[nodiscard]] Result<void> post_pps(const TermsBook& book);
    // Per share, of rows that start from `from` on and before `until`.
    [[nodiscard]] Result<PpsWork> open_work(UnixTime from, UnixTime until, const TermsBook& book);
    [[nodiscard]] Result<void> post_fees(const TermsBook& book);
    [[nodiscard]] Result<void> post_fees_of(const PpsRepository::FrozenDay& day,
                                            const TermsBook& book);
    [[nodiscard]] PpsWork per_share(const std::vector<BucketRepository::DaySum>& sums, UnixTime day,
                                    const TermsBook& book) const;
    [[nodiscard]] Result<PpsSums> stored_for(const PpsWork& work);
    // What one posting takes, as the reserve stands.
    [[nodiscard]] Result<PpsDues> within_limits(PpsDues dues);
    // Within a transaction: whether it was posted now. Nothing due is as good as posted.
    [[nodiscard]] Result<bool> pay(const std::string& key, const PpsDues& dues);

    Sources of_;
    UnixTime now_;
    Posted posted_;
    UnixTime fees_done_;  // the fees of days up to this one are posted, as this process has seen
    // Rows that are not summed up and hardly change any more, read once an hour.
    struct OlderWork {
        UnixTime from;
        UnixTime until;
        PpsWork work;
    };
    std::optional<OlderWork> older_;
};

}  // namespace lode::payout
