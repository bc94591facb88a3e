// Sums in the order of the table's key but for the partition, as callers go by partition.
#include "sharelogger/user_rows.hpp"

#include <algorithm>

#include "sharelogger/worker_rows.hpp"

namespace lode::sharelogger {

void UserRows::add(std::int64_t user, const UserBucketKey& key, const WorkSum& sum) {
    const UnixTime start = std::max(key.start, closed_before_);
    rows_[{user, start, key.bits, key.height_epoch, key.scheme}] += sum;
    if (start != key.start) late_[{user, minute_of(key.start)}] += sum;
}

void UserRows::append_buckets(const std::string& chain, db::Upsert& to) const {
    for (const auto& [key, sum] : rows_) {
        const auto& [user, start, bits, height_epoch, scheme] = key;
        auto& row = to.rows.emplace_back(std::vector<db::Value>{
            chain, user, to_unix_ms(start), std::int64_t{partition_}, std::int64_t{bits},
            std::int64_t{height_epoch}, to_string(scheme)});
        append_sum(row, sum);
    }
}

void UserRows::append_late(const std::string& chain, db::Upsert& to) const {
    for (const auto& [key, sum] : late_) {
        auto& row = to.rows.emplace_back(
            std::vector<db::Value>{chain, key.first, to_unix_ms(key.second),
                                   std::int64_t{partition_}, to_unix_ms(closed_before_)});
        append_sum(row, sum);
    }
}

db::Upsert user_bucket_upsert() {
    return {.table = "user_bucket",
            .columns = {"chain", "user_id", "start_unix_ms", "partition_no", "bits", "height_epoch",
                        "scheme", "shares", "work_0", "work_1", "work_2"},
            .key = {"chain", "user_id", "start_unix_ms", "partition_no", "bits", "height_epoch",
                    "scheme"},
            .add = {"shares", "work_0", "work_1", "work_2"},
            .replace = {},
            .rows = {}};
}

db::Upsert late_work_upsert() {
    return {.table = "late_work",
            .columns = {"chain", "user_id", "start_unix_ms", "partition_no", "counted_in_unix_ms",
                        "shares", "work_0", "work_1", "work_2"},
            .key = {"chain", "user_id", "start_unix_ms", "partition_no", "counted_in_unix_ms"},
            .add = {"shares", "work_0", "work_1", "work_2"},
            .replace = {},
            .rows = {}};
}

}  // namespace lode::sharelogger
