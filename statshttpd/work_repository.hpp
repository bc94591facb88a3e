// Work over time from the tables of sums; every query goes by an index and reads a bounded number
// of rows.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "statshttpd/work_answers.hpp"

namespace lode::statshttpd {

class WorkRepository {
  public:
    // Of workers' rows that one answer reads: a second or so. A user has some 180 rows a worker in
    // a week: enough for 5,000 workers.
    static constexpr std::int64_t rows_max = 1'000'000;

    // The connection outlives it.
    WorkRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // 24h, 7d and 90d; at most 1,008 rows a partition.
    [[nodiscard]] Result<WorkPoints> pool(const Span& span, const SpanTime& time);
    // Rejected for a name that never worked here; exhausted when he has too many workers.
    [[nodiscard]] Result<WorkPoints> user(const std::string& name, const Span& span,
                                          const SpanTime& time);
    struct Worker {
        std::string user;
        std::string name;
    };
    [[nodiscard]] Result<WorkPoints> worker(const Worker& worker, const Span& span,
                                            const SpanTime& time);

    // When shares were last counted, unix ms; 0 when none ever were.
    [[nodiscard]] Result<std::int64_t> last_counted();

  private:
    [[nodiscard]] Result<WorkPoints> of_workers(std::string_view who, std::vector<db::Value> ids,
                                                const Span& span, const SpanTime& time);

    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::statshttpd
