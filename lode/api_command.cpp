// Tokens of the API in the database, for an operator's eyes and hands.
#include "lode/api_command.hpp"

#include <cstdio>

#include "common/base/random.hpp"
#include "common/runtime/run.hpp"
#include "lode/configuration.hpp"
#include "lode/operator.hpp"
#include "statshttpd/token_repository.hpp"

namespace lode::launcher {
namespace {

constexpr std::int64_t schema_needed = 4;  // api_token
// More than anybody has of tokens for other than sessions.
constexpr std::int64_t list_max = 100'000;

Result<db::Connection> open(const Options& options) {
    LODE_TRY(const auto configuration, load(options.config));
    const config::PoolConfig& pool = configuration.pool;
    auto connection = db::Connection::open(pool.database, pool.data_dir.string());
    if (!connection) return at_run_time(connection.error());
    LODE_TRY_VOID(db::need_schema(connection.value(), schema_needed));
    return connection;
}

Result<void> check_user(db::Connection& connection, const std::string& user) {
    LODE_TRY(const auto rows, connection.query("SELECT id FROM user WHERE name = ?", {user}));
    if (rows.empty()) return failure(ErrorCode::rejected, "there is no user " + user);
    return success();
}

}  // namespace

Result<int> api_token_create(const Options& options) {
    LODE_TRY(auto connection, open(options));
    if (!options.user.empty()) {
        LODE_TRY_VOID(check_user(connection, options.user));
    }
    const UnixTime now = system_clock().unix_now();
    const Secret token = statshttpd::token_text(random_bytes(32));
    statshttpd::NewToken row{.hash = *statshttpd::token_hash(token),
                             .scope = statshttpd::scope_of(options.token.scope),
                             .user = options.user,
                             .name = options.token.name,
                             .at = now,
                             .expires = {}};
    if (options.token.expires) row.expires = now + *options.token.expires;
    const auto made = statshttpd::TokenRepository(connection).add(row, operator_name());
    if (!made) return at_run_time(made.error());
    std::printf("%s\n", token.reveal().c_str());
    return runtime::exit_ok;
}

Result<int> api_token_list(const Options& options) {
    LODE_TRY(auto connection, open(options));
    const auto tokens = statshttpd::TokenRepository(connection).list({}, list_max);
    if (!tokens) return at_run_time(tokens.error());
    for (const statshttpd::TokenRow& row : tokens.value()) {
        const statshttpd::Caller& caller = row.caller;
        const std::string expires = row.expires ? "expires " + utc_day(*row.expires) : "no expiry";
        std::printf("%lld  %s  %s  %s  made %s  %s\n", static_cast<long long>(caller.token),
                    std::string(to_string(caller.scope)).c_str(),
                    caller.user.empty() ? "-" : caller.user.c_str(), caller.name.c_str(),
                    utc_day(row.created).c_str(), expires.c_str());
    }
    return runtime::exit_ok;
}

Result<int> api_token_revoke(const Options& options) {
    LODE_TRY(auto connection, open(options));
    const auto revoked = statshttpd::TokenRepository(connection)
                             .revoke({.id = options.token.id,
                                      .user = {},
                                      .who = operator_name(),
                                      .at = system_clock().unix_now()});
    if (!revoked) return at_run_time(revoked.error());
    std::printf("revoked: token %lld\n", static_cast<long long>(options.token.id));
    return runtime::exit_ok;
}

}  // namespace lode::launcher
