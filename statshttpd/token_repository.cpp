// The statements behind tokens, each change beside its audit row.
#include "statshttpd/token_repository.hpp"

#include "common/base/hex.hpp"
#include "common/base/random.hpp"
#include "common/bitcoin/sha256.hpp"
#include "statshttpd/audit.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::size_t random_size = 32;
constexpr std::string_view columns =
    "SELECT id, scope, user_name, name, created_unix_ms, expires_unix_ms, token_hash "
    "FROM api_token ";

Bytes bytes_of(const bitcoin::Hash256& hash) {
    return to_bytes(hash.view());
}

TokenRow row_of(const db::Row& row) {
    TokenRow token{.caller = {.scope = scope_of(row.text(1)),
                              .user = row.text(2),
                              .name = row.text(3),
                              .token = row.integer(0)},
                   .created = from_unix_ms(row.integer(4)),
                   .expires = {}};
    if (row.integer(5) != 0) token.expires = from_unix_ms(row.integer(5));
    return token;
}

std::string label(std::int64_t id, const std::string& scope, const std::string& owner) {
    return std::to_string(id) + ", " + scope + ", " + owner;
}

}  // namespace

Secret token_text(ByteView random) {
    return Secret(std::string(token_prefix) + to_hex(random));
}

std::optional<bitcoin::Hash256> token_hash(const Secret& token) {
    std::string_view text = token.reveal();
    if (!text.starts_with(token_prefix)) return {};
    std::array<std::uint8_t, random_size> random{};
    if (!decode_hex(text.substr(token_prefix.size()), random)) return {};
    return bitcoin::sha256(random);
}

Result<std::optional<TokenRow>> TokenRepository::find(const bitcoin::Hash256& hash) {
    LODE_TRY(const auto rows,
             db_.query(std::string(columns) + "WHERE token_hash = ?", {bytes_of(hash)}));
    if (rows.empty() || !equal_in_constant_time(rows.front().bytes(6), hash.view())) {
        return std::optional<TokenRow>();
    }
    return std::optional(row_of(rows.front()));
}

Result<std::vector<TokenRow>> TokenRepository::list(const std::string& user, std::int64_t limit) {
    const bool all = user.empty();
    std::vector<db::Value> parameters;
    if (!all) parameters.emplace_back(user);
    parameters.emplace_back(limit);
    LODE_TRY(const auto rows, db_.query(std::string(columns) + (all ? "" : "WHERE user_name = ? ") +
                                            "ORDER BY id LIMIT ?",
                                        parameters));
    std::vector<TokenRow> tokens;
    tokens.reserve(rows.size());
    for (const db::Row& row : rows) tokens.push_back(row_of(row));
    return tokens;
}

Result<std::int64_t> TokenRepository::add_within(const NewToken& token) {
    LODE_TRY_VOID(
        db_.execute("DELETE FROM api_token WHERE expires_unix_ms > 0 AND expires_unix_ms <= ?",
                    {to_unix_ms(token.at)}));
    if (!token.user.empty()) {
        LODE_TRY(const auto count,
                 db_.query("SELECT COUNT(*) FROM api_token WHERE user_name = ?", {token.user}));
        if (count.front().integer(0) >= tokens_per_user_max) {
            return failure(ErrorCode::conflict,
                           "there are " + std::to_string(tokens_per_user_max) +
                               " tokens already, revoke one or let one expire");
        }
    }
    LODE_TRY_VOID(db_.execute(
        "INSERT INTO api_token (token_hash, scope, user_name, name, created_unix_ms, "
        "expires_unix_ms) VALUES (?, ?, ?, ?, ?, ?)",
        {bytes_of(token.hash), std::string(to_string(token.scope)), token.user, token.name,
         to_unix_ms(token.at), token.expires ? to_unix_ms(*token.expires) : 0}));
    LODE_TRY(const auto rows,
             db_.query("SELECT id FROM api_token WHERE token_hash = ?", {bytes_of(token.hash)}));
    return rows.front().integer(0);
}

Result<std::int64_t> TokenRepository::add(const NewToken& token, const std::string& who) {
    std::int64_t id = 0;
    LODE_TRY_VOID(db_.transaction([&]() -> Result<void> {
        LODE_TRY(const auto present, find(token.hash));
        if (present) {  // by a run before this one, whose COMMIT stands
            id = present->caller.token;
            return success();
        }
        LODE_TRY(id, add_within(token));
        return audit(db_, {.at = token.at,
                           .who = who,
                           .action = "token made",
                           .detail = label(id, std::string(to_string(token.scope)),
                                           token.user.empty() ? token.name : token.user)});
    }));
    return id;
}

Result<void> TokenRepository::revoke(const Revocation& revocation) {
    bool repeated = false;  // the COMMIT of a run before may stand
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY(const auto rows,
                 db_.query(std::string(columns) + "WHERE id = ?", {revocation.id}));
        const bool theirs =
            !rows.empty() && (revocation.user.empty() || revocation.user == rows.front().text(2));
        if (!theirs && repeated) return success();
        if (!theirs) {
            return failure(ErrorCode::rejected,
                           "there is no token " + std::to_string(revocation.id));
        }
        LODE_TRY_VOID(db_.execute("DELETE FROM api_token WHERE id = ?", {revocation.id}));
        const db::Row& row = rows.front();
        LODE_TRY_VOID(
            audit(db_, {.at = revocation.at,
                        .who = revocation.who,
                        .action = "token revoked",
                        .detail = label(revocation.id, row.text(1),
                                        row.text(2).empty() ? row.text(3) : row.text(2))}));
        repeated = true;
        return success();
    });
}

}  // namespace lode::statshttpd
