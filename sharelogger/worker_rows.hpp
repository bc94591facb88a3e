// Workers' sums as rows: one a worker, partition and length of time, which is ten minutes, an hour
// or a day by the table. The three tables have the same columns.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "common/db/db.hpp"
#include "sharelogger/partition_account.hpp"

namespace lode::sharelogger {

struct WorkerTable {
    std::string_view name;
    std::chrono::milliseconds length;  // of the time that a row stands for
};

inline constexpr WorkerTable worker_buckets{"worker_bucket", worker_bucket_length};
inline constexpr WorkerTable worker_hours{"worker_hour", std::chrono::hours(1)};
inline constexpr WorkerTable worker_days{"worker_day", std::chrono::hours(24)};

// Adds up in memory, so that a statement has each row once.
class WorkerRows {
  public:
    explicit WorkerRows(const WorkerTable& table) : table_(table) {}

    struct Key {
        std::int64_t worker = 0;  // its id
        UnixTime at;              // any moment of the row's time
        std::uint32_t partition = 0;
    };
    void add(const Key& key, const WorkSum& sum);
    // Adds to the rows that are there.
    [[nodiscard]] db::Upsert upsert(const std::string& chain) const;

  private:
    WorkerTable table_;
    std::map<std::tuple<std::int64_t, UnixTime, std::uint32_t>, WorkSum> sums_;
};

// Shares and the limbs of their work, as the last columns of a row of sums.
void append_sum(std::vector<db::Value>& row, const WorkSum& sum);

}  // namespace lode::sharelogger
