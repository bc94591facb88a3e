// A user's settings: read with any of his tokens, changed only with a fresh signature.
#include "common/db/operator_repository.hpp"
#include "common/json/writer.hpp"
#include "statshttpd/proof_repository.hpp"
#include "statshttpd/routes/access_answers.hpp"
#include "statshttpd/settings_change.hpp"
#include "statshttpd/sign_in.hpp"

namespace lode::statshttpd {
namespace {

// Whose settings, on which chain, when.
struct Subject {
    std::string user;
    std::string chain;
    bitcoin::Network network;
    UnixTime now;
};

Subject subject_of(const Site& site, const http::Request& request) {
    const config::ChainConfig& chain = site.context.pool.chain();
    return {.user = request.parameters.at("user"),
            .chain = chain.name,
            .network = bitcoin::parse_network(chain.network).value(),
            .now = site.context.clock.unix_now()};
}

// Empty when the name is none.
std::string own_address(const Subject& subject) {
    const auto address = bitcoin::parse_address(subject.user, subject.network);
    return address ? address.value().text : std::string();
}

struct Settings {
    db::UserTerms terms;
    std::optional<db::PayoutRules> rules;
};

Result<Settings> read_settings(db::Connection& connection, const Subject& subject) {
    db::OperatorRepository repository(connection, subject.chain);
    Settings settings;
    LODE_TRY(settings.terms, repository.terms_of(subject.user, subject.now));
    LODE_TRY(settings.rules, repository.rules());
    return settings;
}

// A name, an address or a time where there is one, else null.
json::Writer& text_or_null(json::Writer& json, std::string_view name, const std::string& text) {
    json.key(name);
    return text.empty() ? json.value(nullptr) : json.value(text);
}

std::string settings_json(const Settings& settings, const Subject& subject) {
    const db::UserTerms& terms = settings.terms;
    const std::int64_t least = settings.rules ? settings.rules->minimum : 0;
    json::Writer json;
    json.object().field("minimum", terms.minimum == 0 ? least : terms.minimum);
    text_or_null(json, "address", terms.address.empty() ? own_address(subject) : terms.address)
        .key("held_until_unix_ms");
    if (terms.held_until > subject.now) {
        json.value(to_unix_ms(terms.held_until));
    } else {
        json.value(nullptr);
    }
    json.field("frozen", !terms.frozen.empty()).field("scheme", terms.scheme).key("next_scheme");
    if (terms.next) {
        json.object()
            .field("scheme", terms.next->scheme)
            .field("from_unix_ms", to_unix_ms(terms.next->effective))
            .end();
    } else {
        json.value(nullptr);
    }
    json.field("pool_minimum", least).key("schemes").array().value("base");
    if (settings.rules) {
        for (const std::string& choice : settings.rules->choices) json.value(choice);
    }
    json.end().end();
    return json.take();
}

// Why the proof is worth nothing, or what holds after the change.
struct Changed {
    std::optional<std::string> refused;
    Settings settings;
};

// Empty once the proof is used up.
Result<std::optional<std::string>> use_proof(db::Connection& connection,
                                             const SettingsRequest& request, const Subject& subject,
                                             const std::string& host) {
    std::optional<std::string> refused;
    const auto proof = check_proof(
        connection, {.ticket = request.ticket, .signature = request.signature},
        {.host = host, .now = subject.now, .network = subject.network}, ProofAction::settings);
    if (!proof && !is_about_the_proof(proof.error())) return proof.error();
    if (!proof) return refused = proof.error().context;
    if (proof.value().user != subject.user) return refused = "this proof is another user's";
    const auto spent = connection.transaction(
        [&] { return ProofRepository(connection).spend(proof.value(), subject.now); });
    if (!spent && !is_about_the_proof(spent.error())) return spent.error();
    if (!spent) refused = spent.error().context;
    return refused;
}

Result<void> carry_out(db::OperatorRepository& repository, const SettingsChange& change,
                       const Subject& subject, const db::PayoutRules& rules) {
    const db::Act act{.who = "user " + subject.user, .reason = "signed", .at = subject.now};
    if (change.address) {
        const auto changed = repository.set_address({.user = subject.user,
                                                     .address = *change.address,
                                                     .before = own_address(subject),
                                                     .hold = rules.address_hold},
                                                    act);
        // Where it is so already there is nothing to do.
        if (!changed && changed.error().code != ErrorCode::rejected) return changed.error();
    }
    if (change.minimum) {
        LODE_TRY_VOID(repository.set_minimum(subject.user, bitcoin::Satoshi(*change.minimum), act));
    }
    if (change.scheme) {
        LODE_TRY_VOID(repository.choose(subject.user, *change.scheme, act));
    }
    return success();
}

// The proof is used up before the first change: one that fails later needs another signature.
Result<Changed> change_settings(db::Connection& connection, const SettingsRequest& request,
                                const Subject& subject, const std::string& host) {
    db::OperatorRepository repository(connection, subject.chain);
    LODE_TRY_VOID(repository.terms_of(subject.user, subject.now));
    LODE_TRY(const auto rules, repository.rules());
    if (!rules) return failure(ErrorCode::conflict, "payout has not started yet, try again later");
    LODE_TRY_VOID(
        check_settings(request.change, {.minimum = rules->minimum, .choices = rules->choices}));
    Changed changed;
    LODE_TRY(changed.refused, use_proof(connection, request, subject, host));
    if (changed.refused) return changed;
    LODE_TRY_VOID(carry_out(repository, request.change, subject, *rules));
    LODE_TRY(changed.settings, read_settings(connection, subject));
    return changed;
}

void answer_settings(const Site& site, const http::Request& request,
                     const http::Responder& responder) {
    const Subject subject = subject_of(site, request);
    ask_database<Settings>(
        site, responder,
        [subject](db::Connection& connection) { return read_settings(connection, subject); },
        [subject](const Settings& settings) {
            return private_json(settings_json(settings, subject));
        });
}

void put_settings(const Site& site, const http::Request& request,
                  const http::Responder& responder) {
    const Subject subject = subject_of(site, request);
    if (own_address(subject).empty()) {
        return responder.send(
            http::error_response(403, "only users who are addresses change settings here"));
    }
    const auto asked = parse_settings(request.body, subject.network);
    if (!asked) return responder.send(answer_to(asked.error()));
    ask_database<Changed>(
        site, responder,
        [asked = asked.value(), subject,
         host = host_of(site, request)](db::Connection& connection) {
            return change_settings(connection, asked, subject, host);
        },
        [subject](const Changed& changed) {
            if (changed.refused) return unauthorised(*changed.refused);
            return private_json(settings_json(changed.settings, subject));
        });
}

}  // namespace

void add_settings_routes(http::Router& router, Site& site) {
    router.add(http::Method::get, "/api/v1/users/{user}/settings",
               for_viewer(site.access,
                          [&site](const http::Request& request, const http::Responder& responder) {
                              answer_settings(site, request, responder);
                          }));
    router.add(http::Method::put, "/api/v1/users/{user}/settings",
               for_manager(site.access,
                           [&site](const http::Request& request, const http::Responder& responder,
                                   const Caller&) { put_settings(site, request, responder); }));
}

}  // namespace lode::statshttpd
