// What the API reads from the database. It writes nothing.
#pragma once

#include <map>
#include <string>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "statshttpd/answers.hpp"
#include "statshttpd/sliding_sum.hpp"

namespace lode::statshttpd {

class HistoryRepository {
  public:
    // The connection outlives it.
    HistoryRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // Newest first.
    [[nodiscard]] Result<BlocksPage> blocks(const BlocksQuery& query);
    // Rejected when it is none of ours.
    [[nodiscard]] Result<Block> block(const bitcoin::Hash256& hash);

    // The pool's sums of the buckets (LiveWindows::seed_slot) that begin in [from, to).
    [[nodiscard]] Result<std::map<UnixTime, Sum>> sums(UnixTime from, UnixTime to);

  private:
    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::statshttpd
