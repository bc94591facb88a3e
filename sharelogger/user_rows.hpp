// Users' sums as rows of user_bucket, and of late_work where their minute is closed.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "common/db/db.hpp"
#include "sharelogger/partition_account.hpp"

namespace lode::sharelogger {

// Adds up in memory, so that a statement has each row once.
class UserRows {
  public:
    // Minutes before `closed_before` are closed: their work counts in the bucket that begins there.
    UserRows(std::uint32_t partition, UnixTime closed_before)
        : partition_(partition), closed_before_(closed_before) {}

    // `user`: the id of key.user.
    void add(std::int64_t user, const UserBucketKey& key, const WorkSum& sum);

    // To statements made by the functions below.
    void append_buckets(const std::string& chain, db::Upsert& to) const;
    void append_late(const std::string& chain, db::Upsert& to) const;

  private:
    using Row = std::tuple<std::int64_t, UnixTime, std::uint32_t, std::uint32_t, Scheme>;
    using LateRow = std::pair<std::int64_t, UnixTime>;  // user, minute

    std::uint32_t partition_;
    UnixTime closed_before_;
    std::map<Row, WorkSum> rows_;
    std::map<LateRow, WorkSum> late_;
};

// Statements without rows, which add to the rows that are there.
[[nodiscard]] db::Upsert user_bucket_upsert();
[[nodiscard]] db::Upsert late_work_upsert();

}  // namespace lode::sharelogger
