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
    [[nodiscard]] Result<void> move_offset(const PartitionBatch& batch);
    [[nodiscard]] Result<void> write_users(const std::vector<PartitionBatch>& batches);
    [[nodiscard]] Result<void> write_workers(const std::vector<PartitionBatch>& batches);
    [[nodiscard]] Result<void> write_sequences(const std::vector<PartitionBatch>& batches,
                                               UnixTime now);
    void remember_last_shares(const std::vector<PartitionBatch>& batches);

    db::Connection& db_;
    std::string chain_;
    NameIds names_;
    std::map<std::int64_t, LastShare> last_shares_;  // by worker id, not noted yet
};

}  // namespace lode::sharelogger
