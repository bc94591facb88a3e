// The queries; none reads more rows than a page.
#include "statshttpd/history_repository.hpp"

#include "common/db/limbs.hpp"

namespace lode::statshttpd {

namespace {

// The network's target is that of the finder's last share before; when his minutes are gone, of the
// pool's day.
constexpr std::string_view columns =
    "SELECT p.height, p.block_hash, p.state, p.reward, p.confirmations, p.user_name, "
    "p.worker_name, p.found_unix_ms, s.node, s.answer, s.answered_unix_ms, c.state, "
    "COALESCE((SELECT b.bits FROM user_bucket b JOIN user u ON u.id = b.user_id WHERE "
    "u.name = p.user_name AND b.chain = p.chain AND b.start_unix_ms <= p.found_unix_ms "
    "ORDER BY b.start_unix_ms DESC LIMIT 1), (SELECT w.bits FROM pool_work w WHERE "
    "w.chain = p.chain AND w.step_ms = 86400000 AND w.start_unix_ms <= p.found_unix_ms "
    "ORDER BY w.start_unix_ms DESC LIMIT 1)) FROM ";
constexpr std::string_view joins =
    " p LEFT JOIN block_submission s ON s.block_hash = p.block_hash "
    "LEFT JOIN block_credit c ON c.block_hash = p.block_hash "
    "ORDER BY p.height DESC, p.id DESC, s.node";

Result<std::vector<Block>> blocks_of(const std::vector<db::Row>& rows) {
    std::vector<Block> blocks;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(row.bytes(1)));
        if (blocks.empty() || blocks.back().hash != hash) {
            blocks.push_back({.height = static_cast<std::uint32_t>(row.integer(0)),
                              .hash = hash,
                              .state = row.text(2),
                              .reward = bitcoin::Satoshi(row.integer(3)),
                              .confirmations = row.integer(4),
                              .user = row.text(5),
                              .worker = row.text(6),
                              .found = from_unix_ms(row.integer(7)),
                              .credit = row.is_null(11) ? "none" : row.text(11),
                              .bits = {},
                              .effort = {},
                              .answers = {}});
            if (!row.is_null(12)) {
                blocks.back().bits = static_cast<std::uint32_t>(row.integer(12));
            }
        }
        if (row.is_null(8)) continue;
        blocks.back().answers.push_back({row.text(8), row.text(9), from_unix_ms(row.integer(10))});
    }
    return blocks;
}

}  // namespace

Result<BlocksPage> HistoryRepository::blocks(const BlocksQuery& query) {
    std::string where = "chain = ?";
    std::vector<db::Value> values{chain_};
    if (query.state) {
        where += " AND state = ?";
        values.emplace_back(*query.state);
    }
    if (!query.user.empty()) {
        where += " AND user_name = ?";
        values.emplace_back(query.user);
    }
    LODE_TRY(const auto total, db_.query("SELECT COUNT(*) FROM block WHERE " + where, values));
    BlocksPage page{.total = total.front().integer(0), .rows = {}};
    values.emplace_back(static_cast<std::int64_t>(query.page.limit));
    values.emplace_back(static_cast<std::int64_t>(query.page.offset));
    LODE_TRY(const auto rows,
             db_.query(std::string(columns) + "(SELECT * FROM block WHERE " + where +
                           " ORDER BY height DESC, id DESC LIMIT ? OFFSET ?)" + std::string(joins),
                       values));
    LODE_TRY(page.rows, blocks_of(rows));
    return page;
}

Result<Block> HistoryRepository::block(const bitcoin::Hash256& hash) {
    LODE_TRY(const auto rows,
             db_.query(std::string(columns) +
                           "(SELECT * FROM block WHERE chain = ? AND block_hash = ?)" +
                           std::string(joins),
                       {chain_, Bytes(hash.bytes.begin(), hash.bytes.end())}));
    LODE_TRY(auto blocks, blocks_of(rows));
    if (blocks.empty()) return failure(ErrorCode::rejected, "no such block");
    return std::move(blocks.front());
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
