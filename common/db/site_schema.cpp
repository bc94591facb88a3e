// Tables of the API. See migrations.cpp for the types.
#include "common/db/site_schema.hpp"

#include <array>

namespace lode::db {
namespace {

// The pool's work in steps of ten minutes, hours and days (UTC), each share in all three; what
// histories are drawn from. bits is the network's target, as in user_bucket.
constexpr std::string_view pool_work_table = R"(CREATE TABLE IF NOT EXISTS pool_work (
    chain VARCHAR(16) NOT NULL,
    step_ms BIGINT NOT NULL,
    start_unix_ms BIGINT NOT NULL,
    partition_no BIGINT NOT NULL,
    bits BIGINT NOT NULL,
    shares BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    UNIQUE (chain, step_ms, start_unix_ms, partition_no, bits)))";

// Registered accounts that sign in by password: an Argon2id hash in its usual text form.
// second_factor is a key of one-time codes, empty for none, and counts once confirmed = 1;
// last_code is the time step of the last one used, so that each is used once.
constexpr std::string_view account_table = R"(CREATE TABLE IF NOT EXISTS account (
    user_id BIGINT NOT NULL REFERENCES user (id),
    password_hash VARCHAR(255) NOT NULL,
    second_factor VARCHAR(64) NOT NULL,
    confirmed BIGINT NOT NULL,
    last_code BIGINT NOT NULL,
    created_unix_ms BIGINT NOT NULL,
    UNIQUE (user_id)))";

// Who may ask what: scope is watch, manage or admin; user_name is empty for admin. Only the SHA-256
// of a token is kept. expires_unix_ms 0: never.
constexpr std::string_view api_token_table = R"(CREATE TABLE IF NOT EXISTS api_token (
    id {id},
    token_hash BINARY(32) NOT NULL,
    scope VARCHAR(16) NOT NULL,
    user_name VARCHAR(128) NOT NULL,
    name VARCHAR(64) NOT NULL,
    created_unix_ms BIGINT NOT NULL,
    expires_unix_ms BIGINT NOT NULL,
    UNIQUE (token_hash)))";

constexpr std::string_view api_token_by_user =
    "CREATE INDEX api_token_by_user ON api_token (user_name)";

// Proofs of ownership that were used, until they expire: each counts once.
constexpr std::string_view used_proof_table = R"(CREATE TABLE IF NOT EXISTS used_proof (
    nonce VARCHAR(64) NOT NULL,
    expires_unix_ms BIGINT NOT NULL,
    UNIQUE (nonce)))";

constexpr std::string_view used_proof_by_time =
    "CREATE INDEX used_proof_by_time ON used_proof (expires_unix_ms)";

// Keys that all processes of the API share, made by the first that needs one.
constexpr std::string_view site_key_table = R"(CREATE TABLE IF NOT EXISTS site_key (
    name VARCHAR(32) NOT NULL,
    secret BINARY(32) NOT NULL,
    UNIQUE (name)))";

// What payout holds users to, for those who change their settings elsewhere: the least minimum in
// base units, how long a changed address is not paid, and the schemes besides the base one, each
// followed by a space.
constexpr std::string_view payout_rule_table = R"(CREATE TABLE IF NOT EXISTS payout_rule (
    chain VARCHAR(16) NOT NULL,
    minimum BIGINT NOT NULL,
    address_hold_ms BIGINT NOT NULL,
    choices VARCHAR(64) NOT NULL,
    UNIQUE (chain)))";

// What a user wants to be told, and where. 0 is off.
constexpr std::string_view alert_setting_table = R"(CREATE TABLE IF NOT EXISTS alert_setting (
    user_name VARCHAR(128) NOT NULL,
    webhook VARCHAR(1024) NOT NULL,
    mail VARCHAR(255) NOT NULL,
    worker_offline_minutes BIGINT NOT NULL,
    reject_ppm BIGINT NOT NULL,
    payment BIGINT NOT NULL,
    changed_unix_ms BIGINT NOT NULL,
    UNIQUE (user_name)))";

// A user's own blocks, newest first.
constexpr std::string_view block_by_user =
    "CREATE INDEX block_by_user ON block (chain, user_name, height)";

// The ledger's entries summed by account, UTC day and reason, and their number; what a user's days
// are read from, posted with the entries.
constexpr std::string_view ledger_day_table = R"(CREATE TABLE IF NOT EXISTS ledger_day (
    account_id BIGINT NOT NULL,
    day_unix_ms BIGINT NOT NULL,
    reason VARCHAR(16) NOT NULL,
    amount BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    UNIQUE (account_id, day_unix_ms, reason)))";

// Of a ledger that is older than the table.
constexpr std::string_view ledger_day_rows =
    R"(INSERT INTO ledger_day (account_id, day_unix_ms, reason, amount, entries)
    SELECT e.account_id, t.at_unix_ms - t.at_unix_ms % 86400000, t.reason, SUM(e.amount), COUNT(*)
    FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
    WHERE NOT EXISTS (SELECT 1 FROM ledger_day)
    GROUP BY e.account_id, t.at_unix_ms - t.at_unix_ms % 86400000, t.reason)";

constexpr std::string_view payment_item_by_owner =
    "CREATE INDEX payment_item_by_owner ON payment_item (owner_kind, owner_name, payment_id)";

// Somebody wants to know what a block of this height and reward would credit, were it found now.
constexpr std::string_view preview_request_table = R"(CREATE TABLE IF NOT EXISTS preview_request (
    chain VARCHAR(16) NOT NULL,
    asked_unix_ms BIGINT NOT NULL,
    height BIGINT NOT NULL,
    reward BIGINT NOT NULL,
    UNIQUE (chain)))";

// payout's answer, and the least balance that it pays (minimum). held_ppm: how full PPLNS's window
// is; -1 under other schemes. …_per_block: what work worth one block earns on average by each
// scheme. made_unix_ms = 0: nobody has asked yet.
constexpr std::string_view payout_preview_table = R"(CREATE TABLE IF NOT EXISTS payout_preview (
    chain VARCHAR(16) NOT NULL,
    minimum BIGINT NOT NULL,
    made_unix_ms BIGINT NOT NULL,
    height BIGINT NOT NULL,
    reward BIGINT NOT NULL,
    held_ppm BIGINT NOT NULL,
    users BIGINT NOT NULL,
    users_amount BIGINT NOT NULL,
    fees_amount BIGINT NOT NULL,
    reserve_amount BIGINT NOT NULL,
    base_per_block BIGINT NOT NULL,
    pps_per_block BIGINT NOT NULL,
    pps_plus_per_block BIGINT NOT NULL,
    fpps_per_block BIGINT NOT NULL,
    UNIQUE (chain)))";

// Its credits of users, sorted by id: 16 bytes each, user.id and amount, both big-endian.
constexpr std::string_view payout_preview_part_table =
    R"(CREATE TABLE IF NOT EXISTS payout_preview_part (
    chain VARCHAR(16) NOT NULL,
    first_user BIGINT NOT NULL,
    credits LONGBLOB NOT NULL,
    UNIQUE (chain, first_user)))";

constexpr std::array tables{pool_work_table,       account_table,        api_token_table,
                            api_token_by_user,     used_proof_table,     used_proof_by_time,
                            site_key_table,        payout_rule_table,    alert_setting_table,
                            ledger_day_table,      ledger_day_rows,      payment_item_by_owner,
                            preview_request_table, payout_preview_table, payout_preview_part_table,
                            block_by_user};

}  // namespace

std::span<const std::string_view> site_schema() {
    return tables;
}

}  // namespace lode::db
