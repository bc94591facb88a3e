// Tables from work to paid coin. Amounts are base units. See migrations.cpp for the types.
#include "common/db/money_schema.hpp"

#include <array>

namespace lode::db {
namespace {

// The coinbase of a block we found; blkmaker writes it with the block's row. pool_amount is what it
// pays to the pool: all of the reward, or with solo = 1, a solo miner's block, only the fee, also
// when the miner's own address is the pool's.
constexpr std::string_view block_coinbase_table = R"(CREATE TABLE IF NOT EXISTS block_coinbase (
    block_hash BINARY(32) NOT NULL,
    txid BINARY(32) NOT NULL,
    pool_amount BIGINT NOT NULL,
    solo BIGINT NOT NULL,
    UNIQUE (block_hash)))";

// Rows of user_bucket that begin earlier never change again. payout moves it on, holding all rows
// of consumer_offset, so that no commit of shares is under way meanwhile.
constexpr std::string_view bucket_close_table = R"(CREATE TABLE IF NOT EXISTS bucket_close (
    chain VARCHAR(16) NOT NULL,
    closed_before_unix_ms BIGINT NOT NULL,
    UNIQUE (chain)))";

// user_bucket of the partition is cut behind this moment, that of one of our blocks: no row holds
// shares of both sides. exact = 0: those that were counted before the block was heard of could not
// be told apart, and stand behind the cut; in a minute that was closed they stay where they were.
// Deleted once the minute is closed and its rows are gone.
constexpr std::string_view round_cut_table = R"(CREATE TABLE IF NOT EXISTS round_cut (
    chain VARCHAR(16) NOT NULL,
    cut_unix_ms BIGINT NOT NULL,
    partition_no BIGINT NOT NULL,
    exact BIGINT NOT NULL,
    UNIQUE (chain, cut_unix_ms, partition_no)))";

// All shares that were on the bus by then are counted. fence rises with each sharelogger that takes
// the partition over: what a former one writes later is refused.
constexpr std::string_view partition_reach_table = R"(CREATE TABLE IF NOT EXISTS partition_reach (
    chain VARCHAR(16) NOT NULL,
    partition_no BIGINT NOT NULL,
    reached_unix_ms BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    UNIQUE (chain, partition_no)))";

// Work that came when its minute was closed: in user_bucket it stands in the row that begins at
// counted_in_unix_ms.
constexpr std::string_view late_work_table = R"(CREATE TABLE IF NOT EXISTS late_work (
    chain VARCHAR(16) NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user (id),
    start_unix_ms BIGINT NOT NULL,
    partition_no BIGINT NOT NULL,
    counted_in_unix_ms BIGINT NOT NULL,
    shares BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    UNIQUE (chain, user_id, start_unix_ms, partition_no, counted_in_unix_ms)))";

// Work by user and UTC day, of buckets that are summed up: what remains when user_bucket's rows go.
constexpr std::string_view user_day_table = R"(CREATE TABLE IF NOT EXISTS user_day (
    chain VARCHAR(16) NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user (id),
    start_unix_ms BIGINT NOT NULL,
    bits BIGINT NOT NULL,
    height_epoch BIGINT NOT NULL,
    scheme VARCHAR(16) NOT NULL,
    shares BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    UNIQUE (chain, user_id, start_unix_ms, bits, height_epoch, scheme)))";

constexpr std::string_view user_day_by_time =
    "CREATE INDEX user_day_by_time ON user_day (chain, start_unix_ms)";

// What miners are paid by, from a midnight UTC on; rows never change.
constexpr std::string_view terms_table = R"(CREATE TABLE IF NOT EXISTS terms (
    chain VARCHAR(16) NOT NULL,
    version BIGINT NOT NULL,
    effective_unix_ms BIGINT NOT NULL,
    base_scheme VARCHAR(16) NOT NULL,
    pplns_window BIGINT NOT NULL,
    dgm_cross_ppm BIGINT NOT NULL,
    dgm_keep_ppm BIGINT NOT NULL,
    base_fee_ppm BIGINT NOT NULL,
    pps_fee_ppm BIGINT NOT NULL,
    fpps_fee_ppm BIGINT NOT NULL,
    finder_bonus_ppm BIGINT NOT NULL,
    notice VARCHAR(1024) NOT NULL,
    created_unix_ms BIGINT NOT NULL,
    UNIQUE (chain, version)))";

constexpr std::string_view terms_recipient_table = R"(CREATE TABLE IF NOT EXISTS terms_recipient (
    chain VARCHAR(16) NOT NULL,
    version BIGINT NOT NULL,
    place BIGINT NOT NULL,
    name VARCHAR(64) NOT NULL,
    share_ppm BIGINT NOT NULL,
    UNIQUE (chain, version, place)))";

// A user's own choice, from a midnight UTC on.
constexpr std::string_view user_scheme_table = R"(CREATE TABLE IF NOT EXISTS user_scheme (
    chain VARCHAR(16) NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user (id),
    effective_unix_ms BIGINT NOT NULL,
    scheme VARCHAR(16) NOT NULL,
    requested_unix_ms BIGINT NOT NULL,
    UNIQUE (chain, user_id, effective_unix_ms)))";

// Fees of a UTC day, trimmed, once they are frozen.
constexpr std::string_view fee_day_table = R"(CREATE TABLE IF NOT EXISTS fee_day (
    chain VARCHAR(16) NOT NULL,
    day_unix_ms BIGINT NOT NULL,
    blocks BIGINT NOT NULL,
    fees BIGINT NOT NULL,
    subsidies BIGINT NOT NULL,
    frozen_unix_ms BIGINT NOT NULL,
    UNIQUE (chain, day_unix_ms)))";

// owner_kind: user, fee, reserve, world. pot: see payout/ledger/ledger.hpp.
constexpr std::string_view ledger_account_table = R"(CREATE TABLE IF NOT EXISTS ledger_account (
    id {id},
    chain VARCHAR(16) NOT NULL,
    owner_kind VARCHAR(16) NOT NULL,
    owner_name VARCHAR(128) NOT NULL,
    pot VARCHAR(16) NOT NULL,
    UNIQUE (chain, owner_kind, owner_name, pot)))";

constexpr std::string_view ledger_transaction_table =
    R"(CREATE TABLE IF NOT EXISTS ledger_transaction (
    id {id},
    chain VARCHAR(16) NOT NULL,
    entry_key VARCHAR(191) NOT NULL,
    reason VARCHAR(16) NOT NULL,
    at_unix_ms BIGINT NOT NULL,
    terms_version BIGINT NOT NULL,
    block_hash BINARY(32),
    payment_id BIGINT NOT NULL,
    note VARCHAR(255) NOT NULL,
    UNIQUE (chain, entry_key)))";

constexpr std::string_view ledger_transaction_by_block =
    "CREATE INDEX ledger_transaction_by_block ON ledger_transaction (block_hash)";

constexpr std::string_view ledger_transaction_by_time =
    "CREATE INDEX ledger_transaction_by_time ON ledger_transaction (chain, at_unix_ms)";

constexpr std::string_view ledger_transaction_by_payment =
    "CREATE INDEX ledger_transaction_by_payment ON ledger_transaction (payment_id)";

constexpr std::string_view ledger_entry_table = R"(CREATE TABLE IF NOT EXISTS ledger_entry (
    transaction_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    UNIQUE (transaction_id, account_id)))";

constexpr std::string_view ledger_entry_by_account =
    "CREATE INDEX ledger_entry_by_account ON ledger_entry (account_id, transaction_id)";

// The sum of the account's entries and their number.
constexpr std::string_view ledger_balance_table = R"(CREATE TABLE IF NOT EXISTS ledger_balance (
    account_id BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    UNIQUE (account_id)))";

// How far a block's credit has come: none, provisional, final, reversed or lost. revision counts
// what was posted for it; lineage is a hash over the pool's blocks before it that lived then.
constexpr std::string_view block_credit_table = R"(CREATE TABLE IF NOT EXISTS block_credit (
    block_hash BINARY(32) NOT NULL,
    chain VARCHAR(16) NOT NULL,
    state VARCHAR(16) NOT NULL,
    revision BIGINT NOT NULL,
    lineage BINARY(32) NOT NULL,
    terms_version BIGINT NOT NULL,
    updated_unix_ms BIGINT NOT NULL,
    UNIQUE (block_hash)))";

constexpr std::string_view block_credit_by_state =
    "CREATE INDEX block_credit_by_state ON block_credit (chain, state)";

// Which of our blocks are not settled, and which is the newest.
constexpr std::string_view block_by_state = "CREATE INDEX block_by_state ON block (chain, state)";
constexpr std::string_view block_by_found =
    "CREATE INDEX block_by_found ON block (chain, found_unix_ms, block_hash)";

// Rows of user_bucket that begin earlier are summed up in user_day and pps_sum. Never behind
// bucket_close.
constexpr std::string_view bucket_summed_table = R"(CREATE TABLE IF NOT EXISTS bucket_summed (
    chain VARCHAR(16) NOT NULL,
    summed_before_unix_ms BIGINT NOT NULL,
    UNIQUE (chain)))";

// What a user of the PPS family has worked at one price in buckets that are summed up, and what was
// posted for all of it so far, later work included.
constexpr std::string_view pps_sum_table = R"(CREATE TABLE IF NOT EXISTS pps_sum (
    chain VARCHAR(16) NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user (id),
    scheme VARCHAR(16) NOT NULL,
    bits BIGINT NOT NULL,
    subsidy BIGINT NOT NULL,
    terms_version BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    posted BIGINT NOT NULL,
    UNIQUE (chain, user_id, scheme, bits, subsidy, terms_version)))";

constexpr std::string_view pps_sum_by_price =
    "CREATE INDEX pps_sum_by_price ON pps_sum (chain, bits, subsidy, terms_version, user_id)";

// DGM scores as of the last block that is final, 64 fraction bits: high and low 32 bits. scheme:
// what the user was paid by when he worked.
constexpr std::string_view dgm_score_table = R"(CREATE TABLE IF NOT EXISTS dgm_score (
    chain VARCHAR(16) NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user (id),
    scheme VARCHAR(16) NOT NULL,
    score_high BIGINT NOT NULL,
    score_low BIGINT NOT NULL,
    UNIQUE (chain, user_id, scheme)))";

// One address and one least amount a user and chain; held_until: after a change of the address.
constexpr std::string_view payout_setting_table = R"(CREATE TABLE IF NOT EXISTS payout_setting (
    chain VARCHAR(16) NOT NULL,
    owner_kind VARCHAR(16) NOT NULL,
    owner_name VARCHAR(128) NOT NULL,
    address VARCHAR(128) NOT NULL,
    minimum BIGINT NOT NULL,
    held_until_unix_ms BIGINT NOT NULL,
    frozen VARCHAR(255) NOT NULL,
    changed_unix_ms BIGINT NOT NULL,
    UNIQUE (chain, owner_kind, owner_name)))";

// state: locked, signed, sent, settled or cancelled. fee: of the first version. height: the chain's
// when it was planned.
constexpr std::string_view payment_table = R"(CREATE TABLE IF NOT EXISTS payment (
    id {id},
    chain VARCHAR(16) NOT NULL,
    state VARCHAR(16) NOT NULL,
    fee_payer VARCHAR(16) NOT NULL,
    change_address VARCHAR(128) NOT NULL,
    fee BIGINT NOT NULL,
    height BIGINT NOT NULL,
    created_unix_ms BIGINT NOT NULL,
    updated_unix_ms BIGINT NOT NULL))";

constexpr std::string_view payment_by_state =
    "CREATE INDEX payment_by_state ON payment (chain, state)";

// What leaves the owner's balance; `fee` of it is the owner's part of the network fee.
constexpr std::string_view payment_item_table = R"(CREATE TABLE IF NOT EXISTS payment_item (
    payment_id BIGINT NOT NULL,
    place BIGINT NOT NULL,
    owner_kind VARCHAR(16) NOT NULL,
    owner_name VARCHAR(128) NOT NULL,
    address VARCHAR(128) NOT NULL,
    amount BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    UNIQUE (payment_id, place)))";

// Each form a payment was signed in, stored before it is sent; each spends every input of the
// first and pays the same payees the same.
constexpr std::string_view payment_version_table = R"(CREATE TABLE IF NOT EXISTS payment_version (
    payment_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    txid BINARY(32) NOT NULL,
    raw LONGBLOB NOT NULL,
    fee BIGINT NOT NULL,
    stored_unix_ms BIGINT NOT NULL,
    UNIQUE (payment_id, version)))";

constexpr std::string_view payment_version_by_txid =
    "CREATE INDEX payment_version_by_txid ON payment_version (txid)";

// version: the first that spends the coin.
constexpr std::string_view payment_input_table = R"(CREATE TABLE IF NOT EXISTS payment_input (
    payment_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    txid BINARY(32) NOT NULL,
    vout BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    UNIQUE (payment_id, txid, vout)))";

// Whether payments are paused, and why.
constexpr std::string_view payout_pause_table = R"(CREATE TABLE IF NOT EXISTS payout_pause (
    chain VARCHAR(16) NOT NULL,
    paused BIGINT NOT NULL,
    reason VARCHAR(255) NOT NULL,
    changed_unix_ms BIGINT NOT NULL,
    UNIQUE (chain)))";

// Months that are closed: the ledger's sums at their end, as JSON, and the ledger's last row then.
constexpr std::string_view month_close_table = R"(CREATE TABLE IF NOT EXISTS month_close (
    chain VARCHAR(16) NOT NULL,
    month VARCHAR(7) NOT NULL,
    last_transaction BIGINT NOT NULL,
    sums VARCHAR(2048) NOT NULL,
    closed_unix_ms BIGINT NOT NULL,
    UNIQUE (chain, month)))";

constexpr std::array tables{block_coinbase_table,
                            bucket_close_table,
                            round_cut_table,
                            partition_reach_table,
                            late_work_table,
                            user_day_table,
                            user_day_by_time,
                            terms_table,
                            terms_recipient_table,
                            user_scheme_table,
                            fee_day_table,
                            ledger_account_table,
                            ledger_transaction_table,
                            ledger_transaction_by_block,
                            ledger_transaction_by_time,
                            ledger_transaction_by_payment,
                            ledger_entry_table,
                            ledger_entry_by_account,
                            ledger_balance_table,
                            block_credit_table,
                            block_credit_by_state,
                            block_by_state,
                            block_by_found,
                            bucket_summed_table,
                            pps_sum_table,
                            pps_sum_by_price,
                            dgm_score_table,
                            payout_setting_table,
                            payment_table,
                            payment_by_state,
                            payment_item_table,
                            payment_version_table,
                            payment_version_by_txid,
                            payment_input_table,
                            payout_pause_table,
                            month_close_table};

// Transactions that the wallet sent, no payments of the books, which a person knows.
constexpr std::string_view ignored_send_table = R"(CREATE TABLE IF NOT EXISTS ignored_send (
    chain VARCHAR(16) NOT NULL,
    txid BINARY(32) NOT NULL,
    who VARCHAR(128) NOT NULL,
    reason VARCHAR(255) NOT NULL,
    at_unix_ms BIGINT NOT NULL,
    UNIQUE (chain, txid)))";

// What the wallet sent is known to the books up to there, by the time at which it heard of it.
constexpr std::string_view wallet_compared_table = R"(CREATE TABLE IF NOT EXISTS wallet_compared (
    chain VARCHAR(16) NOT NULL,
    wallet VARCHAR(128) NOT NULL,
    compared_unix_ms BIGINT NOT NULL,
    UNIQUE (chain, wallet)))";

constexpr std::string_view payment_input_by_coin =
    "CREATE INDEX payment_input_by_coin ON payment_input (txid, vout)";

constexpr std::array fourth{ignored_send_table, wallet_compared_table, payment_input_by_coin};

}  // namespace

std::span<const std::string_view> money_schema() {
    return tables;
}

std::span<const std::string_view> money_schema_4() {
    return fourth;
}

}  // namespace lode::db
