// The statements behind blkmaker's rows.
#include "blkmaker/block_repository.hpp"

namespace lode::blkmaker {
namespace {

using bitcoin::Hash256;

db::Value value_of(const Hash256& hash) {
    return to_bytes(hash.view());
}
db::Value value_of(std::string_view text) {
    return std::string(text);
}

Result<BlockRow> read_row(const std::string& chain, const db::Row& row) {
    LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(row.bytes(0)));
    LODE_TRY(const auto prev_hash, bitcoin::hash256_from_bytes(row.bytes(1)));
    const auto state = block_state_from(row.text(3));
    if (!state) return failure(ErrorCode::internal, "block: unknown state " + row.text(3));
    return BlockRow{.chain = chain,
                    .hash = hash,
                    .prev_hash = prev_hash,
                    .height = static_cast<std::uint32_t>(row.integer(2)),
                    .state = *state,
                    .reward = bitcoin::Satoshi(row.integer(4)),
                    .user = row.text(5),
                    .worker = row.text(6),
                    .job = JobId(static_cast<std::uint64_t>(row.integer(7))),
                    .found = from_unix_ms(row.integer(8)),
                    .confirmations = row.integer(9)};
}

}  // namespace

Result<std::int64_t> BlockRepository::schema_version() {
    return db::schema_version(db_);
}

Result<bool> BlockRepository::knows(const Hash256& block) {
    LODE_TRY(const auto rows,
             db_.query("SELECT 1 FROM block WHERE block_hash = ?", {value_of(block)}));
    return !rows.empty();
}

Result<void> BlockRepository::insert(const BlockRow& row, UnixTime now) {
    return db_.upsert({.table = "block",
                       .columns = {"chain", "height", "block_hash", "prev_hash", "state", "reward",
                                   "user_name", "worker_name", "job_id", "found_unix_ms",
                                   "confirmations", "updated_unix_ms", "published_state"},
                       .key = {"block_hash"},
                       .add = {},
                       .replace = {},
                       .rows = {{value_of(row.chain), std::int64_t{row.height}, value_of(row.hash),
                                 value_of(row.prev_hash), value_of(to_string(row.state)),
                                 row.reward.value(), value_of(row.user), value_of(row.worker),
                                 static_cast<std::int64_t>(row.job.value()), to_unix_ms(row.found),
                                 row.confirmations, to_unix_ms(now), value_of("")}}});
}

Result<void> BlockRepository::record_answer(const Answer& answer) {
    return db_.upsert({.table = "block_submission",
                       .columns = {"block_hash", "node", "answer", "answered_unix_ms"},
                       .key = {"block_hash", "node"},
                       .add = {},
                       .replace = {"answer", "answered_unix_ms"},
                       .rows = {{value_of(answer.block), value_of(answer.node),
                                 value_of(answer.word), to_unix_ms(answer.when)}}});
}

Result<BlockRepository::Changed> BlockRepository::change_state(const ChangeState& change,
                                                               UnixTime now) {
    LODE_TRY(const auto rows,
             db_.execute("UPDATE block SET state = ?, confirmations = ?, updated_unix_ms = ? "
                         "WHERE block_hash = ? AND state = ?",
                         {value_of(to_string(change.to)), change.confirmations, to_unix_ms(now),
                          value_of(change.block), value_of(to_string(change.from))}));
    return rows == 1 ? Changed::yes : Changed::no;
}

Result<void> BlockRepository::mark_published(const Hash256& block, BlockState state) {
    LODE_TRY_VOID(db_.execute("UPDATE block SET published_state = ? WHERE block_hash = ?",
                              {value_of(to_string(state)), value_of(block)}));
    return success();
}

Result<std::vector<BlockRow>> BlockRepository::unfinished(const std::string& chain) {
    // A pool has at most some hundred blocks between found and mature; the limit only bounds
    // memory, and what lies beyond it is read at the next start.
    LODE_TRY(const auto rows,
             db_.query("SELECT block_hash, prev_hash, height, state, reward, user_name, "
                       "worker_name, job_id, found_unix_ms, confirmations FROM block "
                       "WHERE chain = ? AND (state NOT IN ('confirmed', 'rejected') "
                       "OR published_state <> state) ORDER BY height LIMIT 100000",
                       {value_of(chain)}));
    std::vector<BlockRow> blocks;
    for (const db::Row& row : rows) {
        LODE_TRY(auto block, read_row(chain, row));
        blocks.push_back(std::move(block));
    }
    return blocks;
}

}  // namespace lode::blkmaker
