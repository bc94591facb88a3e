// The statements behind an operator's changes, each in one transaction with its audit row.
#include "common/db/operator_repository.hpp"

namespace lode::db {
namespace {

auto nothing_to_do(const std::string& what) {
    return failure(ErrorCode::rejected, what);
}

}  // namespace

// A row of payout_setting; empty or 0 is what holds without one.
struct OperatorRepository::Setting {
    std::string address;
    std::int64_t minimum = 0;
    std::int64_t held_until = 0;
    std::string frozen;
};

Result<void> OperatorRepository::note(const std::string& action, const std::string& detail,
                                      const Act& act) {
    const std::string text = act.reason.empty() ? detail : detail + ": " + act.reason;
    LODE_TRY_VOID(
        db_.execute("INSERT INTO audit_log (at_unix_ms, who, action, detail) VALUES (?, ?, ?, ?)",
                    {to_unix_ms(act.at), act.who, action, text}));
    return success();
}

// ---- what holds ----------------------------------------------------------------------------

Result<void> OperatorRepository::tell_rules(const PayoutRules& rules) {
    std::string choices;
    for (const std::string& choice : rules.choices) choices += choice + ' ';
    return db_.upsert({.table = "payout_rule",
                       .columns = {"chain", "minimum", "address_hold_ms", "choices"},
                       .key = {"chain"},
                       .add = {},
                       .replace = {"minimum", "address_hold_ms", "choices"},
                       .rows = {{chain_, rules.minimum, rules.address_hold.count(), choices}}});
}

Result<std::optional<PayoutRules>> OperatorRepository::rules() {
    std::optional<PayoutRules> rules;
    LODE_TRY(const auto rows,
             db_.query("SELECT minimum, address_hold_ms, choices FROM payout_rule WHERE chain = ?",
                       {chain_}));
    if (rows.empty()) return rules;
    const Row& row = rows.front();
    rules = PayoutRules{.minimum = row.integer(0),
                        .address_hold = std::chrono::milliseconds(row.integer(1)),
                        .choices = {}};
    std::string_view rest = row.text(2);
    for (auto end = rest.find(' '); end != std::string_view::npos; end = rest.find(' ')) {
        rules->choices.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    return rules;
}

Result<UserTerms> OperatorRepository::terms_of(const std::string& user, UnixTime now) {
    LODE_TRY(const auto setting, read(user));
    LODE_TRY(const auto id, id_of(user));
    LODE_TRY(const auto schemes,
             db_.query("SELECT effective_unix_ms, scheme FROM user_scheme WHERE chain = ? AND "
                       "user_id = ? ORDER BY effective_unix_ms DESC LIMIT 2",
                       {chain_, id}));
    UserTerms terms{.address = setting.address,
                    .minimum = setting.minimum,
                    .held_until = from_unix_ms(setting.held_until),
                    .frozen = setting.frozen};
    for (const Row& row : schemes) {
        const UnixTime effective = from_unix_ms(row.integer(0));
        if (effective <= now) {
            terms.scheme = row.text(1);
            break;
        }
        terms.next = {.scheme = row.text(1), .effective = effective};
    }
    return terms;
}

// ---- the chain's payments ------------------------------------------------------------------

Result<void> OperatorRepository::pause(const Act& act) {
    return set_pause(1, act);
}

Result<void> OperatorRepository::resume(const Act& act) {
    return set_pause(0, act);
}

Result<void> OperatorRepository::set_pause(std::int64_t paused, const Act& act) {
    bool repeated = false;  // the COMMIT of a run before may stand
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY(const auto rows,
                 db_.query("SELECT paused FROM payout_pause WHERE chain = ?", {chain_}));
        const std::int64_t now = rows.empty() ? 0 : rows.front().integer(0);
        if (now == paused && repeated) return success();
        if (now == paused) {
            return nothing_to_do(paused == 1 ? "payments are paused already"
                                             : "payments are not paused");
        }
        LODE_TRY_VOID(db_.upsert({.table = "payout_pause",
                                  .columns = {"chain", "paused", "reason", "changed_unix_ms"},
                                  .key = {"chain"},
                                  .add = {},
                                  .replace = {"paused", "reason", "changed_unix_ms"},
                                  .rows = {{chain_, paused, act.reason, to_unix_ms(act.at)}}}));
        LODE_TRY_VOID(note(paused == 1 ? "payments paused" : "payments resumed", chain_, act));
        repeated = true;
        return success();
    });
}

// ---- users ---------------------------------------------------------------------------------

Result<std::int64_t> OperatorRepository::id_of(const std::string& user) {
    LODE_TRY(const auto rows, db_.query("SELECT id FROM user WHERE name = ?", {user}));
    if (rows.empty()) return failure(ErrorCode::rejected, "there is no user " + user);
    return rows.front().integer(0);
}

Result<OperatorRepository::Setting> OperatorRepository::read(const std::string& user) {
    LODE_TRY_VOID(id_of(user));
    LODE_TRY(const auto rows,
             db_.query("SELECT address, minimum, held_until_unix_ms, frozen FROM payout_setting "
                       "WHERE chain = ? AND owner_kind = 'user' AND owner_name = ?",
                       {chain_, user}));
    if (rows.empty()) return Setting{};
    const Row& row = rows.front();
    return Setting{row.text(0), row.integer(1), row.integer(2), row.text(3)};
}

// Of a row that is there only these columns change: another may just have frozen the user.
Result<void> OperatorRepository::write(const std::string& user, const Setting& setting,
                                       std::vector<std::string_view> changed, const Act& act) {
    changed.emplace_back("changed_unix_ms");
    return db_.upsert(
        {.table = "payout_setting",
         .columns = {"chain", "owner_kind", "owner_name", "address", "minimum",
                     "held_until_unix_ms", "frozen", "changed_unix_ms"},
         .key = {"chain", "owner_kind", "owner_name"},
         .add = {},
         .replace = std::move(changed),
         .rows = {{chain_, std::string("user"), user, setting.address, setting.minimum,
                   setting.held_until, setting.frozen, to_unix_ms(act.at)}}});
}

Result<void> OperatorRepository::freeze(const std::string& user, const Act& act) {
    bool repeated = false;
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY(auto setting, read(user));
        if (!setting.frozen.empty() && repeated) return success();
        if (!setting.frozen.empty()) {
            return nothing_to_do(user + " is frozen already: " + setting.frozen);
        }
        setting.frozen = act.reason;
        LODE_TRY_VOID(write(user, setting, {"frozen"}, act));
        LODE_TRY_VOID(note("user frozen", user, act));
        repeated = true;
        return success();
    });
}

Result<void> OperatorRepository::unfreeze(const std::string& user, const Act& act) {
    bool repeated = false;
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY(auto setting, read(user));
        if (setting.frozen.empty() && repeated) return success();
        if (setting.frozen.empty()) return nothing_to_do(user + " is not frozen");
        setting.frozen.clear();
        LODE_TRY_VOID(write(user, setting, {"frozen"}, act));
        LODE_TRY_VOID(note("user unfrozen", user, act));
        repeated = true;
        return success();
    });
}

Result<UnixTime> OperatorRepository::set_address(const AddressChange& change, const Act& act) {
    UnixTime held_until = act.at;
    bool repeated = false;
    LODE_TRY_VOID(db_.transaction([&]() -> Result<void> {
        LODE_TRY(auto setting, read(change.user));
        const std::string before = setting.address.empty() ? change.before : setting.address;
        if (before == change.address && repeated) return success();
        if (before == change.address) {
            return nothing_to_do(change.user + " is paid to that address already");
        }
        held_until = before.empty() ? act.at : act.at + change.hold;
        setting.address = change.address;
        // A hold that lasts longer is not shortened by another change.
        setting.held_until = std::max(setting.held_until, to_unix_ms(held_until));
        held_until = from_unix_ms(setting.held_until);
        LODE_TRY_VOID(write(change.user, setting, {"address", "held_until_unix_ms"}, act));
        LODE_TRY_VOID(note(
            "address changed",
            change.user + " from " + (before.empty() ? "none" : before) + " to " + change.address,
            act));
        repeated = true;
        return success();
    }));
    return held_until;
}

Result<void> OperatorRepository::set_minimum(const std::string& user, bitcoin::Satoshi minimum,
                                             const Act& act) {
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY(auto setting, read(user));
        if (setting.minimum == minimum.value()) return success();
        setting.minimum = minimum.value();
        LODE_TRY_VOID(write(user, setting, {"minimum"}, act));
        return note("minimum changed", user + " to " + std::to_string(minimum.value()), act);
    });
}

Result<UnixTime> OperatorRepository::choose(const std::string& user, const std::string& scheme,
                                            const Act& act) {
    const UnixTime effective = std::chrono::floor<std::chrono::days>(act.at) + std::chrono::days(1);
    LODE_TRY_VOID(db_.transaction([&]() -> Result<void> {
        LODE_TRY(const auto id, id_of(user));
        LODE_TRY_VOID(db_.upsert(
            {.table = "user_scheme",
             .columns = {"chain", "user_id", "effective_unix_ms", "scheme", "requested_unix_ms"},
             .key = {"chain", "user_id", "effective_unix_ms"},
             .add = {},
             .replace = {"scheme", "requested_unix_ms"},
             .rows = {{chain_, id, to_unix_ms(effective), scheme, to_unix_ms(act.at)}}}));
        return note("scheme chosen", user + ": " + scheme + " from " + utc_day(effective), act);
    }));
    return effective;
}

}  // namespace lode::db
