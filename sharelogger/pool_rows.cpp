// Sums in the order of the table's key, which is the order that InnoDB keeps rows in.
#include "sharelogger/pool_rows.hpp"

#include "sharelogger/worker_rows.hpp"

namespace lode::sharelogger {

void PoolRows::add(std::uint32_t partition, const UserBucketKey& key, const WorkSum& sum) {
    const auto since = key.start.time_since_epoch();
    for (const PoolStep& step : pool_steps) {
        sums_[{step.length.count(), UnixTime(since - since % step.length), partition, key.bits}] +=
            sum;
    }
}

db::Upsert PoolRows::upsert(const std::string& chain) const {
    db::Upsert upsert{.table = "pool_work",
                      .columns = {"chain", "step_ms", "start_unix_ms", "partition_no", "bits",
                                  "shares", "work_0", "work_1", "work_2"},
                      .key = {"chain", "step_ms", "start_unix_ms", "partition_no", "bits"},
                      .add = {"shares", "work_0", "work_1", "work_2"},
                      .replace = {},
                      .rows = {}};
    upsert.rows.reserve(sums_.size());
    for (const auto& [key, sum] : sums_) {
        auto& row = upsert.rows.emplace_back(
            std::vector<db::Value>{chain, std::get<0>(key), to_unix_ms(std::get<1>(key)),
                                   std::int64_t{std::get<2>(key)}, std::int64_t{std::get<3>(key)}});
        append_sum(row, sum);
    }
    return upsert;
}

}  // namespace lode::sharelogger
