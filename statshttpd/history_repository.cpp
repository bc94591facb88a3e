// The queries; none reads more rows than a page.
#include "statshttpd/history_repository.hpp"

#include "common/db/limbs.hpp"

namespace lode::statshttpd {

Result<BlocksPage> HistoryRepository::blocks(const BlocksQuery& query) {
    // An empty state stands for all: no state has that name.
    const std::string state = query.state.value_or("");
    LODE_TRY(const auto total,
             db_.query("SELECT COUNT(*) FROM block WHERE chain = ? AND (? = '' OR state = ?)",
                       {chain_, state, state}));
    BlocksPage page{.total = total.front().integer(0), .rows = {}};
    LODE_TRY(const auto rows,
             db_.query("SELECT p.height, p.block_hash, p.state, p.reward, p.confirmations, "
                       "p.user_name, p.worker_name, p.found_unix_ms, s.node, s.answer, "
                       "s.answered_unix_ms FROM (SELECT * FROM block WHERE chain = ? AND "
                       "(? = '' OR state = ?) ORDER BY height DESC, id DESC LIMIT ? OFFSET ?) p "
                       "LEFT JOIN block_submission s ON s.block_hash = p.block_hash "
                       "ORDER BY p.height DESC, p.id DESC, s.node",
                       {chain_, state, state, static_cast<std::int64_t>(query.page.limit),
                        static_cast<std::int64_t>(query.page.offset)}));
    for (const db::Row& row : rows) {
        LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(row.bytes(1)));
        if (page.rows.empty() || page.rows.back().hash != hash) {
            page.rows.push_back({.height = static_cast<std::uint32_t>(row.integer(0)),
                                 .hash = hash,
                                 .state = row.text(2),
                                 .reward = bitcoin::Satoshi(row.integer(3)),
                                 .confirmations = row.integer(4),
                                 .user = row.text(5),
                                 .worker = row.text(6),
                                 .found = from_unix_ms(row.integer(7)),
                                 .answers = {}});
        }
        if (row.is_null(8)) continue;
        page.rows.back().answers.push_back(
            {row.text(8), row.text(9), from_unix_ms(row.integer(10))});
    }
    return page;
}

Result<std::map<UnixTime, Sum>> HistoryRepository::sums(UnixTime from, UnixTime to) {
    // By partition too, so that no limb can leave 63 bits (common/db/limbs.hpp).
    LODE_TRY(const auto rows,
             db_.query("SELECT start_unix_ms, SUM(shares), SUM(work_0), SUM(work_1), SUM(work_2) "
                       "FROM worker_bucket WHERE chain = ? AND start_unix_ms >= ? AND "
                       "start_unix_ms < ? GROUP BY start_unix_ms, partition_no",
                       {chain_, to_unix_ms(from), to_unix_ms(to)}));
    std::map<UnixTime, Sum> sums;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto work, db::work_of({row.integer(2), row.integer(3), row.integer(4)}));
        sums[from_unix_ms(row.integer(0))] += Sum{work, row.integer(1)};
    }
    return sums;
}

}  // namespace lode::statshttpd
