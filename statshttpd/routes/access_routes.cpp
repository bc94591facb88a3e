// Proofs, sessions and tokens: how somebody becomes a caller.
#include <memory>

#include "common/base/hex.hpp"
#include "common/base/random.hpp"
#include "common/bitcoin/message_signature.hpp"
#include "common/json/writer.hpp"
#include "statshttpd/body.hpp"
#include "statshttpd/failure_limit.hpp"
#include "statshttpd/proof_repository.hpp"
#include "statshttpd/routes/access_answers.hpp"
#include "statshttpd/sign_in.hpp"

namespace lode::statshttpd {
namespace {

// Of addresses, in bytes; more than any of them has.
constexpr std::size_t address_max = 128;
constexpr std::size_t ticket_max = 400;
constexpr std::size_t token_bytes = 32;

// Touched on the service's loop only.
struct SignInState {
    FailureLimit peers;
};

ProofContext context_of(const Site& site, const http::Request& request) {
    return {.host = host_of(site, request),
            .now = site.context.clock.unix_now(),
            .network = bitcoin::parse_network(site.context.pool.chain().network).value()};
}

// ---- proofs ---------------------------------------------------------------------------------

Result<Proof> parse_proof(const http::Request& request, const ProofContext& context) {
    LODE_TRY(const auto body, parse_body(request.body, {"user", "action", "scope"}));
    LODE_TRY(const auto user, text_of(body.root(), "user", address_max));
    LODE_TRY(const auto action, text_of(body.root(), "action", 16));
    LODE_TRY(const auto scope, optional_text_of(body.root(), "scope", 16));
    auto address = bitcoin::parse_address(user, context.network);
    if (!address) {
        return failure(ErrorCode::malformed,
                       "user must be a payout address of this chain: " + address.error().context);
    }
    if (action != "session" && action != "settings") {
        return failure(ErrorCode::malformed, "action must be session or settings");
    }
    Proof proof{.host = context.host,
                .nonce = to_hex(random_bytes(nonce_bytes)),
                .action = action == "session" ? ProofAction::session : ProofAction::settings,
                .scope = Scope::none,
                .user = std::move(address).value().text,
                .expires = context.now + proof_time};
    const bool changes = proof.action == ProofAction::settings;
    proof.scope = scope_of(scope.value_or(changes ? "manage" : "watch"));
    if (proof.scope != Scope::manage && (changes || proof.scope != Scope::watch)) {
        return failure(ErrorCode::malformed,
                       "scope must be watch or manage, and manage for settings");
    }
    return proof;
}

void give_proof(const Site& site, const http::Request& request, const http::Responder& responder) {
    const auto proof = parse_proof(request, context_of(site, request));
    if (!proof) return responder.send(answer_to(proof.error()));
    ask_database<Bytes>(
        site, responder,
        [](db::Connection& connection) { return ProofRepository(connection).key(); },
        [proof = proof.value()](const Bytes& key) {
            json::Writer json;
            json.object()
                .field("nonce", ticket_of(proof, key))
                .field("message", message_of(proof))
                .field("expires_unix_ms", to_unix_ms(proof.expires))
                .end();
            return private_json(json.take());
        });
}

// ---- sessions -------------------------------------------------------------------------------

std::string session_json(const Session& session, const Secret& token) {
    json::Writer json;
    json.object()
        .field("token", token.reveal())
        .field("scope", to_string(session.scope))
        .field("user", session.user)
        .field("expires_unix_ms", to_unix_ms(session.expires))
        .end();
    return json.take();
}

void sign_in_by_proof(const Site& site, const std::shared_ptr<SignInState>& state,
                      const http::Request& request, const http::Responder& responder) {
    const std::string peer = peer_site(request);
    if (const auto wait = state->peers.wait(peer, site.context.clock.steady_now())) {
        return responder.send(too_many(*wait));
    }
    const auto body = parse_body(request.body, {"nonce", "signature"});
    if (!body) return responder.send(answer_to(body.error()));
    const auto ticket = text_of(body.value().root(), "nonce", ticket_max);
    if (!ticket) return responder.send(answer_to(ticket.error()));
    const auto signature = text_of(body.value().root(), "signature", bitcoin::signature_text_max);
    if (!signature) return responder.send(answer_to(signature.error()));
    const SignedProof proof{.ticket = ticket.value(), .signature = signature.value()};
    const NewSession made{.token = token_text(random_bytes(token_bytes)),
                          .lifetime = site.config.session_time};
    site.database.ask<Session>(
        [proof, made, context = context_of(site, request)](db::Connection& connection) {
            return sign_in(connection, proof, context, made);
        },
        [&site, state, peer, responder, token = made.token](const Result<Session>& session) {
            if (session) {
                return responder.send(private_json(session_json(session.value(), token)));
            }
            responder.send(answer_to_proof(session.error()));
            if (is_about_the_proof(session.error())) {
                site.context.loop.post([&site, state, peer] {
                    state->peers.failed(peer, site.context.clock.steady_now());
                });
            }
        });
}

void sign_out(const Site& site, const http::Responder& responder, const Caller& caller) {
    if (!caller.is_somebody()) return responder.send(unauthorised("there is no token to end"));
    end_token(site, responder,
              {.id = caller.token,
               .user = caller.user,
               .who = caller.who(),
               .at = site.context.clock.unix_now()});
}

// ---- tokens ---------------------------------------------------------------------------------

std::string tokens_json(const std::vector<TokenRow>& tokens) {
    json::Writer json;
    json.object().key("tokens").array();
    for (const TokenRow& row : tokens) {
        json.object()
            .field("id", row.caller.token)
            .field("name", row.caller.name)
            .field("scope", to_string(row.caller.scope))
            .field("created_unix_ms", to_unix_ms(row.created))
            .key("expires_unix_ms");
        if (row.expires) {
            json.value(to_unix_ms(*row.expires));
        } else {
            json.value(nullptr);
        }
        json.end();
    }
    json.end().end();
    return json.take();
}

void list_tokens(const Site& site, const http::Request& request, const http::Responder& responder,
                 const Caller& caller) {
    if (const auto query = parse_no_query(request.query); !query) {
        return responder.send(answer_to(query.error()));
    }
    ask_database<std::vector<TokenRow>>(
        site, responder,
        [user = caller.user](db::Connection& connection) {
            return TokenRepository(connection).list(user, tokens_per_user_max);
        },
        [](const std::vector<TokenRow>& tokens) { return private_json(tokens_json(tokens)); });
}

Result<NewToken> parse_token(const http::Request& request, const Caller& caller, UnixTime now) {
    LODE_TRY(const auto body, parse_body(request.body, {"name", "scope", "expires_unix_ms"}));
    LODE_TRY(auto name, text_of(body.root(), "name", token_name_max));
    LODE_TRY(const auto scope, text_of(body.root(), "scope", 16));
    const std::int64_t earliest = to_unix_ms(now) + 1;
    constexpr std::int64_t latest = 253'402'300'799'999;  // the end of the year 9999
    LODE_TRY(const auto expires,
             optional_whole_of(body.root(), "expires_unix_ms", {earliest, latest}));
    NewToken token{.hash = {},
                   .scope = scope_of(scope),
                   .user = caller.user,
                   .name = std::move(name),
                   .at = now,
                   .expires = {}};
    if (expires) token.expires = from_unix_ms(*expires);
    if (token.scope != Scope::watch && token.scope != Scope::manage) {
        return failure(ErrorCode::malformed, "scope must be watch or manage");
    }
    return token;
}

void make_token(const Site& site, const http::Request& request, const http::Responder& responder,
                const Caller& caller) {
    auto token = parse_token(request, caller, site.context.clock.unix_now());
    if (!token) return responder.send(answer_to(token.error()));
    const Secret text = token_text(random_bytes(token_bytes));
    token.value().hash = *token_hash(text);
    ask_database<std::int64_t>(
        site, responder,
        [token = token.value(), who = caller.who()](db::Connection& connection) {
            return TokenRepository(connection).add(token, who);
        },
        [text](const std::int64_t& id) {
            json::Writer json;
            json.object().field("id", id).field("token", text.reveal()).end();
            return private_json(json.take(), 201);
        });
}

void revoke_token(const Site& site, const http::Request& request, const http::Responder& responder,
                  const Caller& caller) {
    const auto id = id_of(request.parameters.at("id"));
    if (!id) return responder.send(http::error_response(404, "there is no such token"));
    end_token(
        site, responder,
        {.id = *id, .user = caller.user, .who = caller.who(), .at = site.context.clock.unix_now()});
}

using SiteCallerHandler = void (*)(const Site&, const http::Request&, const http::Responder&,
                                   const Caller&);

}  // namespace

void add_access_routes(http::Router& router, Site& site) {
    const auto state = std::make_shared<SignInState>();
    const auto managed = [&site](SiteCallerHandler handler) {
        return for_manager(
            site.access,
            [&site, handler](const http::Request& request, const http::Responder& responder,
                             const Caller& caller) { handler(site, request, responder, caller); });
    };
    router.add(http::Method::post, "/api/v1/proofs",
               [&site](const http::Request& request, const http::Responder& responder) {
                   give_proof(site, request, responder);
               });
    router.add(http::Method::post, "/api/v1/sessions",
               on_loop(site, [&site, state](const http::Request& request,
                                            const http::Responder& responder) {
                   sign_in_by_proof(site, state, request, responder);
               }));
    router.add(http::Method::remove, "/api/v1/sessions",
               with_caller(site.access,
                           [&site](const http::Request&, const http::Responder& responder,
                                   const Caller& caller) { sign_out(site, responder, caller); }));
    router.add(http::Method::get, "/api/v1/users/{user}/tokens", managed(list_tokens));
    router.add(http::Method::post, "/api/v1/users/{user}/tokens", managed(make_token));
    router.add(http::Method::remove, "/api/v1/users/{user}/tokens/{id}", managed(revoke_token));
}

}  // namespace lode::statshttpd
