// The accounts in the database. Sums, last sequences and offset of a batch are written in one
// transaction that begins by moving the offset on, so a batch is written once whoever tries.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "sharelogger/accountant.hpp"
#include "sharelogger/name_ids.hpp"
#include "sharelogger/share_total.hpp"

namespace lode::sharelogger {

// The rows of consumer_offset that are ours.
inline constexpr const char* offset_consumer = "sharelogger";
inline constexpr const char* offset_topic = "share";

class ShareRepository final : public AccountStore {
  public:
    // The connection outlives it.
    ShareRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)), names_(connection) {}

    [[nodiscard]] Result<PartitionAccount::State> load(std::uint32_t partition) override;
    [[nodiscard]] Result<void> commit(const std::vector<PartitionBatch>& batches,
                                      UnixTime now) override;
    [[nodiscard]] Result<std::vector<UnixTime>> found_blocks() override;
    [[nodiscard]] Result<std::vector<UnixTime>> uncut_blocks(std::uint32_t partition,
                                                             std::size_t most) override;
    [[nodiscard]] Result<UserBuckets> rows(std::uint32_t partition, const TimeRange& time) override;
    [[nodiscard]] Result<void> cut(const std::vector<PartitionCut>& cuts) override;

    // Everything that was on the bus at `then` is counted in these partitions; who else may have
    // them now, that stays true.
    [[nodiscard]] Result<void> note_reach(const std::vector<std::uint32_t>& partitions,
                                          UnixTime then);

    // worker.last_share_unix_ms of the workers counted since the last call; for display. Apart
    // from the accounts, because workers are not of one partition: two instances meet on them.
    [[nodiscard]] Result<void> note_last_shares();

    // By partition, the offset it stands at and what user_bucket holds: both of one moment, also
    // while the pool runs. Changes nothing.
    struct Committed {
        std::int64_t next = 0;
        ShareTotal total;
    };
    using Commits = std::map<std::uint32_t, Committed>;
    [[nodiscard]] Result<Commits> committed();

  private:
    struct LastShare {
        std::int64_t user = 0;
        std::string worker;
        UnixTime at;
    };

    // Adds what begins in the next piece of time at or after `from`; gives where the one after
    // begins, nothing when there was no more.
    [[nodiscard]] Result<std::optional<std::int64_t>> add_sums_of_piece(std::int64_t from,
                                                                        Commits& committed);
    // What a transaction must still find: else conflict.
    struct Hold {
        std::uint32_t partition = 0;
        std::int64_t expected = 0;
        std::int64_t next = 0;
        std::int64_t fence = 0;
    };
    // The first statements of a transaction. Gives where the minutes begin that are open.
    [[nodiscard]] Result<UnixTime> hold(const std::vector<Hold>& partitions);
    [[nodiscard]] Result<void> move_offset(const Hold& hold);
    [[nodiscard]] Result<void> check_fences(const std::vector<Hold>& partitions);
    [[nodiscard]] Result<UnixTime> closed_before();
    // Of earlier blocks no cut is needed: those that are not dead are credited for good.
    [[nodiscard]] Result<UnixTime> cuts_needed_from();
    [[nodiscard]] Result<std::vector<RoundCut>> load_cuts(std::uint32_t partition);
    [[nodiscard]] Result<void> write_users(const std::vector<PartitionBatch>& batches,
                                           UnixTime closed_before);
    [[nodiscard]] Result<void> write_cut(const PartitionCut& cut, UnixTime closed_before);
    [[nodiscard]] Result<void> replace_rows(std::uint32_t partition, const Resplit& split);
    [[nodiscard]] Result<void> write_workers(const std::vector<PartitionBatch>& batches);
    [[nodiscard]] Result<void> write_pool(const std::vector<PartitionBatch>& batches);
    [[nodiscard]] Result<void> write_sequences(const std::vector<PartitionBatch>& batches,
                                               UnixTime now);
    void remember_last_shares(const std::vector<PartitionBatch>& batches);

    db::Connection& db_;
    std::string chain_;
    NameIds names_;
    std::map<std::int64_t, LastShare> last_shares_;  // by worker id, not noted yet
};

}  // namespace lode::sharelogger
