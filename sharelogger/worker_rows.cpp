// Sums in the order of the tables' key, which is the order that InnoDB keeps rows in.
#include "sharelogger/worker_rows.hpp"

#include "common/db/limbs.hpp"

namespace lode::sharelogger {

void append_sum(std::vector<db::Value>& row, const WorkSum& sum) {
    row.emplace_back(sum.shares);
    for (const std::int64_t limb : db::limbs_of(sum.work)) row.emplace_back(limb);
}

void WorkerRows::add(const Key& key, const WorkSum& sum) {
    const auto since = key.at.time_since_epoch();
    WorkSum& whole = sums_[{key.worker, UnixTime(since - since % table_.length), key.partition}];
    whole.work += sum.work;
    whole.shares += sum.shares;
}

db::Upsert WorkerRows::upsert(const std::string& chain) const {
    db::Upsert upsert{.table = table_.name,
                      .columns = {"chain", "worker_id", "start_unix_ms", "partition_no", "shares",
                                  "work_0", "work_1", "work_2"},
                      .key = {"chain", "worker_id", "start_unix_ms", "partition_no"},
                      .add = {"shares", "work_0", "work_1", "work_2"},
                      .replace = {},
                      .rows = {}};
    upsert.rows.reserve(sums_.size());
    for (const auto& [key, sum] : sums_) {
        auto& row = upsert.rows.emplace_back(std::vector<db::Value>{
            chain, std::get<0>(key), to_unix_ms(std::get<1>(key)), std::int64_t{std::get<2>(key)}});
        append_sum(row, sum);
    }
    return upsert;
}

}  // namespace lode::sharelogger
