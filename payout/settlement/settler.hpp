// One pass over all that is to be settled: blocks credited, made final or taken back, work closed
// and summed up, the PPS family paid by the reserve, old rows deleted. Every step is a transaction
// under the lease, and a pass that ends anywhere is completed by the next one.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "payout/settlement/valuation.hpp"
#include "payout/settlement/work_settler.hpp"

namespace lode::payout {

// What a pass did, and what it found.
struct PassReport {
    std::int64_t credited = 0;  // blocks, provisionally; one more for each adjustment
    std::int64_t finalised = 0;
    std::int64_t taken_back = 0;
    std::int64_t open_blocks = 0;      // before it: those that are not final, nor dead for good
    std::vector<OurBlock> too_deep{};  // payments were paused for each, once
    std::int64_t paused_for = 0;       // lost blocks that no person has looked at yet
    UnixTime closed_before;
    UnixTime summed_before;
    std::int64_t pps_users = 0;  // who were posted something
    Satoshi pps_posted;
    bool pps_held_back = false;  // more is due than one posting takes: WorkSettler::Posted
    // As of the last hour: RoundRepository::uncredited().
    std::vector<RoundRepository::Uncredited> uncredited{};
    std::int64_t rows_deleted = 0;
    std::string dgm_doubt{};  // why DGM is another scheme than promised; empty where it is not
};

class Settler {
  public:
    struct Options {
        Fence fence;     // of the chain
        Terms settings;  // as configured: version and effective time are given here
        std::uint32_t halving_interval = bitcoin::halving_interval;
    };
    // The connection outlives it. It must not move.
    Settler(db::Connection& connection, Options options);
    Settler(const Settler&) = delete;
    Settler& operator=(const Settler&) = delete;

    // Errors: conflict when the lease is another's; unavailable: try again later. What was done
    // before an error stands.
    [[nodiscard]] Result<PassReport> run(UnixTime now);

    // By height, whatever became of it since; lost ones are not.
    [[nodiscard]] Result<std::optional<OurBlock>> newest_final();
    // A final block that is no longer in the chain: lost, and payments are paused.
    [[nodiscard]] Result<void> lose(const OurBlock& block, UnixTime now);

    // What a block of this value and height would credit, were it found now by somebody whose work
    // nobody has counted: without a finder's bonus. By rows as they are.
    struct Find {
        Satoshi amount;
        std::uint32_t height = 0;
        UnixTime at;
    };
    struct Simulated {
        Valued valued;
        Terms terms;
    };
    [[nodiscard]] Result<Simulated> simulate(const Find& find);

  private:
    [[nodiscard]] Result<void> settle_blocks(UnixTime now);
    [[nodiscard]] Result<void> close(UnixTime before);
    [[nodiscard]] Result<void> carry_out(const Step& step, const TermsBook& book);
    [[nodiscard]] Result<void> pause(const OurBlock& block);
    [[nodiscard]] Result<std::vector<Entry>> entries_of(const std::vector<Credit>& credits,
                                                        const Terms& terms);
    [[nodiscard]] Result<void> look_at_shares(UnixTime now);
    [[nodiscard]] Result<void> delete_old_rows(UnixTime now);
    [[nodiscard]] Result<UnixTime> needed_from(const Situation& situation, const TermsBook& book);
    [[nodiscard]] Result<void> fenced(const std::function<Result<void>()>& body);

    db::Connection& db_;
    Options options_;
    LedgerRepository ledger_;
    RoundRepository rounds_;
    BucketRepository buckets_;
    TermsRepository terms_;
    PpsRepository pps_;
    Valuation valuation_;
    WorkSettler work_;
    UnixTime now_;
    PassReport report_;
    bool terms_kept_ = false;
    std::optional<UnixTime> rows_looked_at_;
    UnixTime rows_needed_from_;
    std::optional<UnixTime> shares_looked_at_;
    std::string dgm_doubt_;
    std::vector<RoundRepository::Uncredited> uncredited_;
};

}  // namespace lode::payout
