// The statements behind a settlement's situation.
#include "payout/settlement/round_repository.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

using bitcoin::Hash256;

// More blocks than a pool has open; the rest is looked at when these are done.
constexpr std::string_view blocks_max = " LIMIT 10000";
// By the indexes, so that a pass does not read all blocks that there ever were: those that are not
// decided have such a state, a credit that is not final, or neither and were found at most `late`
// before the newest final one (which is final only when all before it that were known are decided).
constexpr auto late = std::chrono::days(1);
constexpr std::string_view maybe_open =
    "SELECT block_hash FROM block WHERE chain = ? AND state IN "
    "('found', 'submitted', 'accepted', 'orphaned', 'rejected') "
    "UNION SELECT block_hash FROM block_credit WHERE chain = ? AND state IN "
    "('none', 'provisional', 'reversed') "
    "UNION SELECT block_hash FROM block WHERE chain = ? AND found_unix_ms >= ?";
constexpr std::string_view is_open =
    "(COALESCE(k.state, 'none') NOT IN ('final', 'lost') OR b.state <> 'confirmed') AND NOT "
    "(b.state IN ('orphaned', 'rejected') AND COALESCE(k.state, 'none') IN ('none', 'reversed'))";
constexpr std::size_t names_a_query = 500;
// sharelogger's rows of consumer_offset.
constexpr std::string_view offsets_of =
    "consumer_offset WHERE consumer = 'sharelogger' AND topic = 'share' AND chain = ?";

db::Value value_of(const Hash256& hash) {
    return to_bytes(hash.view());
}
db::Value value_of(std::string_view text) {
    return std::string(text);
}

}  // namespace

Result<std::int64_t> RoundRepository::partitions() {
    LODE_TRY(const auto rows,
             db_.query("SELECT COUNT(*) FROM " + std::string(offsets_of), {chain_}));
    return rows.front().integer(0);
}

Result<std::optional<UnixTime>> RoundRepository::reach(std::int64_t partitions) {
    LODE_TRY(const auto rows, db_.query("SELECT COUNT(*), MIN(r.reached_unix_ms) FROM "
                                        "partition_reach r JOIN consumer_offset o ON "
                                        "o.partition_no = r.partition_no AND o.chain = r.chain "
                                        "WHERE o.consumer = 'sharelogger' AND o.topic = 'share' "
                                        "AND r.chain = ?",
                                        {chain_}));
    if (partitions == 0 || rows.front().integer(0) != partitions) return std::nullopt;
    return std::optional(from_unix_ms(rows.front().integer(1)));
}

Result<std::vector<OurBlock>> RoundRepository::blocks(const Wanted& wanted,
                                                      const TermsBook& terms) {
    LODE_TRY(const auto partition_count, partitions());
    LODE_TRY(const UnixTime closed, closed_before());
    LODE_TRY(const auto rows,
             db_.query("SELECT b.block_hash, b.height, b.found_unix_ms, b.state, c.solo, "
                       "(SELECT COUNT(*) FROM round_cut r WHERE r.chain = b.chain AND "
                       "r.cut_unix_ms = b.found_unix_ms), k.state, k.revision, k.lineage "
                       "FROM (" +
                           std::string(wanted.hashes) +
                           ") o JOIN block b ON b.block_hash = o.block_hash "
                           "JOIN block_coinbase c ON c.block_hash = b.block_hash "
                           "LEFT JOIN block_credit k ON k.block_hash = b.block_hash WHERE " +
                           std::string(wanted.condition) +
                           " ORDER BY b.found_unix_ms, b.block_hash" + std::string(blocks_max),
                       wanted.parameters));
    std::vector<OurBlock> blocks;
    for (const db::Row& row : rows) {
        OurBlock block;
        LODE_TRY(block.hash, bitcoin::hash256_from_bytes(row.bytes(0)));
        LODE_TRY(block.life, block_life_from(row.text(3)));
        block.height = static_cast<std::uint32_t>(row.integer(1));
        block.found = from_unix_ms(row.integer(2));
        block.solo = row.integer(4) != 0;
        // Rows of closed minutes never change again, and their cuts are not kept for ever.
        const bool is_closed = block.found < closed;
        block.is_cut = is_closed || (partition_count > 0 && row.integer(5) >= partition_count);
        block.base = terms.at(block.found).base;
        if (!row.is_null(6)) {
            LODE_TRY(block.credit, credit_state_from(row.text(6)));
            LODE_TRY(block.lineage, bitcoin::hash256_from_bytes(row.bytes(8)));
            block.revision = row.integer(7);
        }
        blocks.push_back(block);
    }
    return blocks;
}

Result<Situation> RoundRepository::situation(const TermsBook& terms, UnixTime now) {
    Situation situation{.now = now};
    LODE_TRY(const auto decided, newest_prior("1 = 1", {}));
    const UnixTime from = looked_at_all_ && decided ? decided->found - late : from_unix_ms(0);
    LODE_TRY(situation.blocks, blocks({.hashes = maybe_open,
                                       .condition = is_open,
                                       .parameters = {chain_, chain_, chain_, to_unix_ms(from)}},
                                      terms));
    looked_at_all_ = true;
    LODE_TRY(situation.prior, newest_prior("c.solo = 0", {}));
    LODE_TRY(const auto partition_count, partitions());
    LODE_TRY(situation.reach, reach(partition_count));
    LODE_TRY(situation.closed_before, closed_before());
    return situation;
}

Result<UnixTime> RoundRepository::closed_before() {
    LODE_TRY(const auto rows, db_.query("SELECT closed_before_unix_ms FROM bucket_close "
                                        "WHERE chain = ?",
                                        {chain_}));
    return rows.empty() ? UnixTime{} : from_unix_ms(rows.front().integer(0));
}

Result<std::optional<OurBlock>> RoundRepository::block(const Hash256& hash,
                                                       const TermsBook& terms) {
    LODE_TRY(const auto found, blocks({.hashes = "SELECT block_hash FROM block WHERE chain = ? "
                                                 "AND block_hash = ?",
                                       .condition = "1 = 1",
                                       .parameters = {chain_, value_of(hash)}},
                                      terms));
    if (found.empty()) return std::nullopt;
    return std::optional(found.front());
}

Result<std::optional<Prior>> RoundRepository::newest_prior(std::string_view condition,
                                                           std::vector<db::Value> parameters) {
    parameters.insert(parameters.begin(), chain_);
    LODE_TRY(const auto rows,
             db_.query("SELECT b.block_hash, b.found_unix_ms, k.lineage FROM block b "
                       "CROSS JOIN block_credit k ON k.block_hash = b.block_hash "
                       "CROSS JOIN block_coinbase c ON c.block_hash = b.block_hash "
                       "WHERE b.chain = ? AND k.state IN ('final', 'lost') AND " +
                           std::string(condition) +
                           " ORDER BY b.found_unix_ms DESC, b.block_hash DESC LIMIT 1",
                       parameters));
    if (rows.empty()) return std::nullopt;
    Prior prior;
    LODE_TRY(prior.hash, bitcoin::hash256_from_bytes(rows.front().bytes(0)));
    LODE_TRY(prior.lineage, bitcoin::hash256_from_bytes(rows.front().bytes(2)));
    prior.found = from_unix_ms(rows.front().integer(1));
    return std::optional(prior);
}

Result<std::optional<Prior>> RoundRepository::prior_before(const OurBlock& block) {
    const std::int64_t found = to_unix_ms(block.found);
    return newest_prior(
        "c.solo = 0 AND b.found_unix_ms <= ? AND (b.found_unix_ms < ? OR b.block_hash < ?)",
        {found, found, value_of(block.hash)});
}

Result<std::optional<UnixTime>> RoundRepository::round_since(UnixTime found) {
    LODE_TRY(const auto rows,
             db_.query("SELECT b.found_unix_ms FROM block b "
                       "JOIN block_coinbase c ON c.block_hash = b.block_hash "
                       "LEFT JOIN block_credit k ON k.block_hash = b.block_hash "
                       "WHERE b.chain = ? AND b.found_unix_ms < ? AND c.solo = 0 AND "
                       "(b.state IN ('accepted', 'confirmed') OR k.state IN ('final', 'lost')) "
                       "ORDER BY b.found_unix_ms DESC LIMIT 1",
                       {chain_, to_unix_ms(found)}));
    if (rows.empty()) return std::nullopt;
    return std::optional(from_unix_ms(rows.front().integer(0)));
}

Result<std::optional<OurBlock>> RoundRepository::newest_final(const TermsBook& terms) {
    LODE_TRY(const auto rows,
             db_.query("SELECT b.block_hash FROM block b CROSS JOIN block_credit k ON "
                       "k.block_hash = b.block_hash WHERE b.chain = ? AND k.state = 'final' "
                       "ORDER BY b.height DESC LIMIT 1",
                       {chain_}));
    if (rows.empty()) return std::nullopt;
    LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(rows.front().bytes(0)));
    return block(hash, terms);
}

Result<std::vector<RoundRepository::Uncredited>> RoundRepository::uncredited() {
    LODE_TRY(const auto rows,
             db_.query("SELECT b.block_hash, b.height FROM block b LEFT JOIN block_coinbase c ON "
                       "c.block_hash = b.block_hash WHERE b.chain = ? AND b.state = 'confirmed' "
                       "AND c.block_hash IS NULL ORDER BY b.height LIMIT 10",
                       {chain_}));
    std::vector<Uncredited> blocks;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(row.bytes(0)));
        blocks.push_back({hash, static_cast<std::uint32_t>(row.integer(1))});
    }
    return blocks;
}

Result<std::int64_t> RoundRepository::paused_for() {
    LODE_TRY(const auto rows,
             db_.query("SELECT COUNT(*) FROM payout_pause p JOIN block_credit k ON "
                       "k.chain = p.chain WHERE p.chain = ? AND p.paused = 1 AND "
                       "k.state = 'lost' AND k.updated_unix_ms >= p.changed_unix_ms",
                       {chain_}));
    return rows.front().integer(0);
}

Result<BlockMoney> RoundRepository::money(const Hash256& block) {
    LODE_TRY(const auto rows,
             db_.query("SELECT c.pool_amount, u.id FROM block b "
                       "JOIN block_coinbase c ON c.block_hash = b.block_hash "
                       "LEFT JOIN user u ON u.name = b.user_name WHERE b.block_hash = ?",
                       {value_of(block)}));
    if (rows.empty()) {
        return failure(ErrorCode::internal,
                       "block " + bitcoin::to_display_hex(block) + " has no coinbase row");
    }
    BlockMoney money;
    LODE_TRY(money.pool_amount, bitcoin::checked_amount(rows.front().integer(0)));
    if (!rows.front().is_null(1)) money.finder = UserId(rows.front().integer(1));
    return money;
}

Result<UserNames> RoundRepository::names(const std::vector<UserId>& users) {
    UserNames names;
    for (std::size_t first = 0; first < users.size(); first += names_a_query) {
        const std::size_t end = std::min(first + names_a_query, users.size());
        std::vector<db::Value> ids;
        for (std::size_t i = first; i < end; ++i) ids.emplace_back(users[i].value());
        LODE_TRY(const auto rows,
                 db_.query("SELECT id, name FROM user WHERE id IN (" + db::marks(ids.size()) + ")",
                           ids));
        for (const db::Row& row : rows) names.emplace(UserId(row.integer(0)), row.text(1));
    }
    return names;
}

Result<std::vector<Weight>> RoundRepository::scores() {
    // One a user who worked lately: scores below 2^-64 are gone.
    LODE_TRY(const auto rows, db_.query("SELECT user_id, scheme, score_high, score_low FROM "
                                        "dgm_score WHERE chain = ?",
                                        {chain_}));
    std::vector<Weight> scores;
    scores.reserve(rows.size());
    for (const db::Row& row : rows) {
        LODE_TRY(const auto scheme, scheme_from(row.text(1)));
        const auto score =
            (static_cast<Uint128>(row.integer(2)) << 32) | static_cast<Uint128>(row.integer(3));
        scores.push_back({{UserId(row.integer(0)), scheme}, score});
    }
    std::ranges::sort(scores, {}, &Weight::holder);
    return scores;
}

Result<void> RoundRepository::close(UnixTime before) {
    LODE_TRY_VOID(
        db_.execute("UPDATE consumer_offset SET next_offset = next_offset WHERE "
                    "consumer = 'sharelogger' AND topic = 'share' AND chain = ?",
                    {chain_}));
    LODE_TRY_VOID(db_.upsert({.table = "bucket_close",
                              .columns = {"chain", "closed_before_unix_ms"},
                              .key = {"chain"},
                              .add = {},
                              .replace = {},
                              .rows = {{chain_, to_unix_ms(before)}}}));
    LODE_TRY_VOID(
        db_.execute("UPDATE bucket_close SET closed_before_unix_ms = ? WHERE chain = ? "
                    "AND closed_before_unix_ms < ?",
                    {to_unix_ms(before), chain_, to_unix_ms(before)}));
    return success();
}

Result<bool> RoundRepository::advance(const Advance& advance) {
    const OurBlock& block = advance.step.block;
    LODE_TRY_VOID(
        db_.upsert({.table = "block_credit",
                    .columns = {"block_hash", "chain", "state", "revision", "lineage",
                                "terms_version", "updated_unix_ms"},
                    .key = {"block_hash"},
                    .add = {},
                    .replace = {},
                    .rows = {{value_of(block.hash), chain_, value_of(to_string(CreditState::none)),
                              std::int64_t{0}, value_of(Hash256{}), advance.terms_version,
                              to_unix_ms(advance.at)}}}));
    LODE_TRY(
        const auto changed,
        db_.execute("UPDATE block_credit SET state = ?, revision = ?, lineage = ?, "
                    "terms_version = ?, updated_unix_ms = ? WHERE block_hash = ? AND "
                    "state = ? AND revision = ?",
                    {value_of(to_string(advance.posting.state)), advance.posting.revision,
                     value_of(advance.step.lineage), advance.terms_version, to_unix_ms(advance.at),
                     value_of(block.hash), value_of(to_string(block.credit)), block.revision}));
    return changed == 1;
}

Result<void> RoundRepository::store_scores(const std::vector<Weight>& scores) {
    LODE_TRY_VOID(db_.execute("DELETE FROM dgm_score WHERE chain = ?", {chain_}));
    db::Upsert rows{.table = "dgm_score",
                    .columns = {"chain", "user_id", "scheme", "score_high", "score_low"},
                    .key = {"chain", "user_id", "scheme"},
                    .add = {},
                    .replace = {},
                    .rows = {}};
    for (const Weight& score : scores) {
        rows.rows.push_back({chain_, score.holder.user.value(),
                             value_of(to_string(score.holder.scheme)),
                             static_cast<std::int64_t>(score.weight >> 32),
                             static_cast<std::int64_t>(score.weight & 0xffff'ffff)});
    }
    return db_.upsert(rows);
}

Result<void> RoundRepository::pause(const std::string& reason, UnixTime now) {
    LODE_TRY_VOID(db_.upsert({.table = "payout_pause",
                              .columns = {"chain", "paused", "reason", "changed_unix_ms"},
                              .key = {"chain"},
                              .add = {},
                              .replace = {},
                              .rows = {{chain_, std::int64_t{0}, reason, to_unix_ms(now)}}}));
    LODE_TRY_VOID(
        db_.execute("UPDATE payout_pause SET paused = 1, reason = ?, "
                    "changed_unix_ms = ? WHERE chain = ? AND paused = 0",
                    {reason, to_unix_ms(now), chain_}));
    return success();
}

}  // namespace lode::payout
