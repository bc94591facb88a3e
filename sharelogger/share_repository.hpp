// The accounts in the database. Sums, last sequences and offset of a batch are written in one
// transaction that begins by moving the offset on, so a batch is written once whoever tries.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "sharelogger/partition_account.hpp"
#include "sharelogger/share_total.hpp"

namespace lode::sharelogger {

class ShareRepository {
  public:
    ShareRepository(db::Connection connection, std::string chain)
        : db_(std::move(connection)), chain_(std::move(chain)) {}

    [[nodiscard]] Result<std::int64_t> schema_version();

    // Where a partition of the share topic stands; a new one stands at 0.
    [[nodiscard]] Result<PartitionAccount::State> load(std::uint32_t partition);
    // Where the job topic stands in the archive.
    [[nodiscard]] Result<std::int64_t> load_job_offset();

    // Conflict when another instance has moved an offset on: nothing is written then.
    [[nodiscard]] Result<void> commit(const std::vector<PartitionBatch>& batches, UnixTime now);
    [[nodiscard]] Result<void> move_job_offset(std::int64_t expected, std::int64_t next);

    // By partition, the offset it stands at and what user_bucket holds: both of one moment, also
    // while the pool runs. Changes nothing.
    struct Committed {
        std::int64_t next = 0;
        ShareTotal total;
    };
    [[nodiscard]] Result<std::map<std::uint32_t, Committed>> committed();

  private:
    struct Place {
        std::string topic;
        std::uint32_t partition = 0;
    };
    // Ids given in a transaction that may still be rolled back.
    struct NewIds {
        std::map<std::string, std::int64_t> users;
        std::map<std::pair<std::int64_t, std::string>, std::int64_t> workers;
    };

    [[nodiscard]] Result<std::int64_t> load_offset(const Place& place);
    [[nodiscard]] Result<void> move_offset(const Place& place, std::int64_t expected,
                                           std::int64_t next);
    [[nodiscard]] Result<void> write_sums(const PartitionBatch& batch, NewIds& ids);
    [[nodiscard]] Result<void> write_sequences(const PartitionBatch& batch, UnixTime now);
    [[nodiscard]] Result<std::int64_t> user_id(const std::string& user, UnixTime seen, NewIds& ids);
    [[nodiscard]] Result<std::int64_t> worker_id(const WorkerBucketKey& key, UnixTime seen,
                                                 NewIds& ids);

    db::Connection db_;
    std::string chain_;
    NewIds known_;  // committed ids, a cache
};

}  // namespace lode::sharelogger
