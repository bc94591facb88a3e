// A small memory of tokens before the database's rows.
#include "statshttpd/access.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::string_view unknown_token = "this token is unknown, revoked or has expired";

http::Response refusal(const Caller& caller, std::string_view what) {
    if (!caller.is_somebody()) return unauthorised(std::string(what) + " and needs a token");
    return http::error_response(403, std::string(what) + ", this token is another's");
}

http::Response answer_to_trouble(const Error& error) {
    if (error.code == ErrorCode::rejected) return unauthorised(error.context);
    return http::error_response(
        503, error.code == ErrorCode::exhausted ? error.context : "the database does not answer");
}

std::string user_of(const http::Request& request) {
    const auto found = request.parameters.find("user");
    return found == request.parameters.end() ? std::string() : found->second;
}

}  // namespace

Secret bearer_token(const Secret& authorization) {
    constexpr std::string_view scheme = "bearer ";  // in any case (RFC 9110)
    const std::string& field = authorization.reveal();
    if (field.size() <= scheme.size()) return {};
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        const char c = field[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != scheme[i]) return {};
    }
    return Secret(field.substr(scheme.size()));
}

http::Response unauthorised(std::string_view message) {
    http::Response response = http::error_response(401, message);
    response.fields.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

Result<Caller> Access::judge(const std::optional<TokenRow>& token) const {
    if (!token || token->expired(clock_.unix_now())) {
        return failure(ErrorCode::rejected, std::string(unknown_token));
    }
    return token->caller;
}

void Access::identify(const Secret& token, Then then) {
    if (token.empty()) return then(Caller{});
    const auto hash = token_hash(token);
    if (!hash) return then(failure(ErrorCode::rejected, std::string(unknown_token)));
    if (const auto known = recall(*hash)) return then(judge(known->token));
    std::uint64_t age = 0;
    {
        const std::scoped_lock lock(mutex_);
        age = age_;
    }
    using Found = std::optional<TokenRow>;
    database_.ask<Found>(
        [hash = *hash](db::Connection& connection) {
            return TokenRepository(connection).find(hash);
        },
        [this, hash = *hash, age, then = std::move(then)](const Result<Found>& found) {
            if (!found) return then(found.error());
            remember(hash, found.value(), age);
            then(judge(found.value()));
        });
}

std::optional<Access::Remembered> Access::recall(const bitcoin::Hash256& hash) {
    const std::scoped_lock lock(mutex_);
    const auto found = remembered_.find(hash);
    if (found == remembered_.end()) return {};
    if (found->second.until > clock_.steady_now()) return found->second;
    remembered_.erase(found);
    return {};
}

void Access::remember(const bitcoin::Hash256& hash, const std::optional<TokenRow>& token,
                      std::uint64_t age) {
    const std::scoped_lock lock(mutex_);
    if (age != age_) return;
    if (remembered_.size() >= remembered_max) remembered_.clear();
    remembered_[hash] = {.token = token, .until = clock_.steady_now() + remember_time};
}

void Access::forget() {
    const std::scoped_lock lock(mutex_);
    remembered_.clear();
    ++age_;
}

http::Handler with_caller(Access& access, CallerHandler handler) {
    return [&access, handler = std::move(handler)](const http::Request& request,
                                                   const http::Responder& responder) {
        access.identify(bearer_token(request.authorization),
                        [handler, request, responder](const Result<Caller>& caller) {
                            if (!caller) return responder.send(answer_to_trouble(caller.error()));
                            handler(request, responder, caller.value());
                        });
    };
}

http::Handler for_viewer(Access& access, http::Handler handler) {
    return with_caller(access, [&access, handler = std::move(handler)](
                                   const http::Request& request, const http::Responder& responder,
                                   const Caller& caller) {
        if (access.may_see(caller, user_of(request))) return handler(request, responder);
        responder.send(refusal(caller, "this is private to the user"));
    });
}

http::Handler for_manager(Access& access, CallerHandler handler) {
    return with_caller(access, [handler = std::move(handler)](const http::Request& request,
                                                              const http::Responder& responder,
                                                              const Caller& caller) {
        if (caller.may_manage(user_of(request))) return handler(request, responder, caller);
        if (caller.scope == Scope::watch && caller.may_see(user_of(request))) {
            return responder.send(
                http::error_response(403, "this token may read but not change anything"));
        }
        responder.send(refusal(caller, "only the user may do this"));
    });
}

http::Handler for_admin(Access& access, CallerHandler handler) {
    return with_caller(access, [handler = std::move(handler)](const http::Request& request,
                                                              const http::Responder& responder,
                                                              const Caller& caller) {
        if (caller.is_admin()) return handler(request, responder, caller);
        responder.send(refusal(caller, "only the operator may do this"));
    });
}

}  // namespace lode::statshttpd
