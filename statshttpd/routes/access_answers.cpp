// Small answers, each in one place.
#include "statshttpd/routes/access_answers.hpp"

#include <charconv>

#include "common/base/ip_address.hpp"

namespace lode::statshttpd {

std::string host_of(const Site& site, const http::Request& request) {
    if (!site.config.public_host.empty()) return site.config.public_host;
    const auto host = request.fields.find("host");
    return host == request.fields.end() ? std::string() : host->second;
}

std::string peer_site(const http::Request& request) {
    const auto address = IpAddress::parse(request.peer);
    return address ? address.value().site().text() : request.peer;
}

bool is_about_the_proof(const Error& error) {
    return error.code == ErrorCode::rejected || error.code == ErrorCode::malformed;
}

http::Response answer_to_proof(const Error& error) {
    if (error.code == ErrorCode::rejected) return unauthorised(error.context);
    return answer_to(error);
}

http::Response too_many(std::chrono::seconds wait) {
    http::Response response = http::error_response(429, "too many failures, try again later");
    response.fields.emplace_back("Retry-After", std::to_string(wait.count()));
    return response;
}

http::Response private_json(std::string body, int status) {
    return {.status = status, .body = std::move(body), .caching = http::private_answer()};
}

std::optional<std::int64_t> id_of(std::string_view text) {
    std::int64_t id = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    if (!whole || id < 1) return {};
    return id;
}

void end_token(const Site& site, const http::Responder& responder,
               const TokenRepository::Revocation& revocation) {
    site.database.ask<bool>(
        [revocation](db::Connection& connection) -> Result<bool> {
            LODE_TRY_VOID(TokenRepository(connection).revoke(revocation));
            return true;
        },
        [&access = site.access, responder](const Result<bool>& revoked) {
            if (!revoked) return responder.send(answer_to(revoked.error()));
            access.forget();
            responder.send({.status = 204});
        });
}

}  // namespace lode::statshttpd
