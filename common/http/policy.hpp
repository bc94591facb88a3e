// What a server adds to every answer, and which answers become a 304: ETags, caching, what pages of
// other origins may read, and the fields a browser's safety rests on. No socket is involved.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.hpp"

namespace lode::http {

struct Policy {
    std::vector<Field> fields;            // on every answer
    std::string content_security_policy;  // on answers of text/html; empty: none
    // Whose pages may read the answers, "https://pool.example" or "*" for all; empty: nobody
    // else's.
    std::vector<std::string> cors_origins;
};

// What of a request decides over the form of its answer.
struct Asked {
    std::string if_none_match;  // empty: not sent
    std::string origin;         // the same
};

// The answer as it is sent, but for what concerns the connection. A field that would break out of
// its line makes it a 500.
[[nodiscard]] Response finished(Response response, const Asked& asked, const Policy& policy);

// "GET, HEAD, OPTIONS": what may be asked of a path with these methods.
[[nodiscard]] std::string allow_text(std::span<const Method> methods);

// The answer to OPTIONS, which is also what a browser asks before it lets a foreign page do more
// than GET. `allow` as from allow_text.
[[nodiscard]] Response options_response(std::string_view allow, const Policy& policy);

// Whether a page of `origin` may open a WebSocket here: it is from `host` itself (the request's own
// field), or one of the policy's. No origin: not a browser, which would have said.
[[nodiscard]] bool may_connect(std::string_view origin, std::string_view host,
                               const Policy& policy);

}  // namespace lode::http
