// One statement a table; each is its own transaction.
#include "sharelogger/share_retention.hpp"

namespace lode::sharelogger {

Result<ShareRetention::Left> ShareRetention::delete_some(UnixTime now) {
    struct Rule {
        std::string_view statement;
        std::chrono::hours kept;
    };
    // Debian's SQLite knows DELETE … LIMIT as MySQL does.
    const Rule rules[] = {
        {"DELETE FROM worker_bucket WHERE chain = ? AND start_unix_ms < ? LIMIT ?", buckets_kept},
        {"DELETE FROM worker_hour WHERE chain = ? AND start_unix_ms < ? LIMIT ?", hours_kept},
        {"DELETE FROM stream_sequence WHERE chain = ? AND updated_unix_ms < ? LIMIT ?",
         silent_streams_kept},
    };
    Left left = Left::nothing;
    for (const Rule& rule : rules) {
        LODE_TRY(const auto deleted,
                 db_.execute(rule.statement, {chain_, to_unix_ms(now - rule.kept), rows_max}));
        if (deleted >= rows_max) left = Left::more;
    }
    return left;
}

}  // namespace lode::sharelogger
