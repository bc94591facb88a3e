// Errors as answers, and the way to the loop.
#include "statshttpd/routes/site.hpp"

namespace lode::statshttpd {

http::Policy policy_of(const Config& config) {
    return {.fields = {{"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "no-referrer"}},
            .content_security_policy =
                "default-src 'self'; connect-src 'self'; img-src 'self' data:; "
                "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
            .cors_origins = config.cors_origins};
}

http::Response answer_to(const Error& error) {
    switch (error.code) {
        case ErrorCode::malformed:
            return http::error_response(400, error.context);
        case ErrorCode::rejected:
            return http::error_response(404, error.context);
        case ErrorCode::conflict:
            return http::error_response(409, error.context);
        case ErrorCode::exhausted:
            return http::error_response(503, error.context);
        default:
            return http::error_response(503, "the database does not answer");
    }
}

http::Handler on_loop(const Site& site, LoopHandler handler) {
    return [&loop = site.context.loop, handler = std::move(handler)](
               const http::Request& request, const http::Responder& responder) {
        loop.post([handler, request, responder] { handler(request, responder); });
    };
}

}  // namespace lode::statshttpd
