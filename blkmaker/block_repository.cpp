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

Result<BlockState> read_state(const std::string& text) {
    const auto state = block_state_from(text);
    if (!state) return failure(ErrorCode::internal, "block: unknown state " + text);
    return *state;
}

// Of a query's columns from `first` on: txid, pool_amount, solo.
Result<std::optional<PaidCoinbase>> read_coinbase(const db::Row& row, std::size_t first) {
    if (row.is_null(first)) return std::optional<PaidCoinbase>();
    LODE_TRY(const auto txid, bitcoin::hash256_from_bytes(row.bytes(first)));
    return std::optional(
        PaidCoinbase{txid, bitcoin::Satoshi(row.integer(first + 1)),
                     row.integer(first + 2) == 1 ? Finder::solo_miner : Finder::pool});
}

Result<BlockRow> read_row(const std::string& chain, const db::Row& row) {
    LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(row.bytes(0)));
    LODE_TRY(const auto prev_hash, bitcoin::hash256_from_bytes(row.bytes(1)));
    LODE_TRY(const auto state, read_state(row.text(3)));
    LODE_TRY(const auto coinbase, read_coinbase(row, 11));
    return BlockRow{.chain = chain,
                    .hash = hash,
                    .prev_hash = prev_hash,
                    .height = static_cast<std::uint32_t>(row.integer(2)),
                    .state = state,
                    .reward = bitcoin::Satoshi(row.integer(4)),
                    .user = row.text(5),
                    .worker = row.text(6),
                    .job = JobId(static_cast<std::uint64_t>(row.integer(7))),
                    .found = from_unix_ms(row.integer(8)),
                    .confirmations = row.integer(9),
                    .coinbase = coinbase};
}

}  // namespace

Result<std::int64_t> BlockRepository::schema_version() {
    return db::schema_version(db_);
}

// Whether it was not there yet.
Result<bool> BlockRepository::insert(const BlockRow& row, UnixTime now) {
    const auto inserted = db_.execute(
        "INSERT INTO block (chain, height, block_hash, prev_hash, state, reward, user_name, "
        "worker_name, job_id, found_unix_ms, confirmations, updated_unix_ms, published_state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {value_of(row.chain), std::int64_t{row.height}, value_of(row.hash), value_of(row.prev_hash),
         value_of(to_string(row.state)), row.reward.value(), value_of(row.user),
         value_of(row.worker), static_cast<std::int64_t>(row.job.value()), to_unix_ms(row.found),
         row.confirmations, to_unix_ms(now), value_of("")});
    if (inserted) return true;
    if (inserted.error().code == ErrorCode::conflict) return false;
    return inserted.error();
}

// Where it is there already it stays.
Result<void> BlockRepository::insert_coinbase(const BlockRow& row) {
    if (!row.coinbase) return success();
    const std::int64_t solo = row.coinbase->finder == Finder::solo_miner ? 1 : 0;
    return db_.upsert({.table = "block_coinbase",
                       .columns = {"block_hash", "txid", "pool_amount", "solo"},
                       .key = {"block_hash"},
                       .add = {},
                       .replace = {},
                       .rows = {{value_of(row.hash), value_of(row.coinbase->txid),
                                 row.coinbase->pool_amount.value(), solo}}});
}

Result<BlockRepository::Outcome> BlockRepository::change(const RowChange& change, UnixTime now) {
    const BlockRow& row = change.row;
    bool ours = false;
    if (change.from) {
        LODE_TRY(const auto rows,
                 db_.execute("UPDATE block SET state = ?, confirmations = ?, updated_unix_ms = ? "
                             "WHERE block_hash = ? AND state = ?",
                             {value_of(to_string(row.state)), row.confirmations, to_unix_ms(now),
                              value_of(row.hash), value_of(to_string(*change.from))}));
        ours = rows == 1;
    } else {
        LODE_TRY(ours, insert(row, now));
        LODE_TRY_VOID(insert_coinbase(row));
    }
    if (ours) return Outcome{Changed::yes, row.state};
    LODE_TRY(const auto rows,
             db_.query("SELECT state FROM block WHERE block_hash = ?", {value_of(row.hash)}));
    if (rows.empty()) return Outcome{};
    LODE_TRY(const auto state, read_state(rows.front().text(0)));
    return Outcome{Changed::no, state};
}

Result<void> BlockRepository::mark_published(const MarkPublished& event) {
    const std::string state(to_string(event.state));
    LODE_TRY_VOID(
        db_.execute("UPDATE block SET published_state = ? WHERE block_hash = ? AND state = ?",
                    {state, value_of(event.block), state}));
    return success();
}

Result<void> BlockRepository::record_answers(const std::vector<Answer>& answers) {
    if (answers.empty()) return success();
    std::vector<std::vector<db::Value>> rows;
    rows.reserve(answers.size());
    for (const Answer& answer : answers) {
        rows.push_back({value_of(answer.block), value_of(answer.node), value_of(answer.word),
                        to_unix_ms(answer.when)});
    }
    return db_.upsert({.table = "block_submission",
                       .columns = {"block_hash", "node", "answer", "answered_unix_ms"},
                       .key = {"block_hash", "node"},
                       .add = {},
                       .replace = {"answer", "answered_unix_ms"},
                       .rows = std::move(rows)});
}

Result<std::vector<StoredRow>> BlockRepository::unfinished(const std::string& chain) {
    // A pool has at most some hundred blocks between found and mature; the limit only bounds
    // memory, and what lies beyond it is read when those before are done.
    LODE_TRY(
        const auto rows,
        db_.query("SELECT b.block_hash, prev_hash, height, state, reward, user_name, worker_name, "
                  "job_id, found_unix_ms, confirmations, published_state, txid, pool_amount, solo "
                  "FROM block b LEFT JOIN block_coinbase c ON c.block_hash = b.block_hash "
                  "WHERE chain = ? AND (state NOT IN ('confirmed', 'rejected') "
                  "OR published_state <> state) ORDER BY height LIMIT 100000",
                  {value_of(chain)}));
    std::vector<StoredRow> blocks;
    for (const db::Row& row : rows) {
        LODE_TRY(auto block, read_row(chain, row));
        const bool told = row.text(10) == to_string(block.state);
        blocks.push_back({std::move(block), told ? Publication::done : Publication::lacking});
    }
    return blocks;
}

}  // namespace lode::blkmaker
