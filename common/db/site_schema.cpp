// Tables of the API. See migrations.cpp for the types.
#include "common/db/site_schema.hpp"

#include <array>

namespace lode::db {
namespace {

// The pool's work in steps of ten minutes, hours and days (UTC), each share in all three; what
// histories are drawn from.
constexpr std::string_view pool_work_table = R"(CREATE TABLE IF NOT EXISTS pool_work (
    chain VARCHAR(16) NOT NULL,
    step_ms BIGINT NOT NULL,
    start_unix_ms BIGINT NOT NULL,
    partition_no BIGINT NOT NULL,
    shares BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    UNIQUE (chain, step_ms, start_unix_ms, partition_no)))";

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

constexpr std::array tables{pool_work_table,     account_table,    api_token_table,
                            api_token_by_user,   used_proof_table, used_proof_by_time,
                            alert_setting_table, block_by_user};

}  // namespace

std::span<const std::string_view> site_schema() {
    return tables;
}

}  // namespace lode::db
