// What HTTP carries here: a method, a target, a JSON (or text) body and a status. Header fields
// other than the content type concern only the client and the server themselves.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/secret.hpp"

namespace lode::http {

enum class Method : std::uint8_t { get, post, put, remove };

[[nodiscard]] std::string_view to_string(Method method);  // "GET", "POST", "PUT", "DELETE"

struct Response {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    // Further fields, names as they are sent; only a server reads them.
    std::vector<std::pair<std::string, std::string>> fields{};
};

// {"error":"…"} with the status.
[[nodiscard]] Response error_response(int status, std::string_view message);

// The authorization field of basic authentication (RFC 7617) for "user:password".
[[nodiscard]] Secret basic_authorization(const Secret& credentials);

// A target's parts with %xx and (in the query) + decoded. `segments` is the path cut at its slashes
// before it was decoded: "/a/b%2Fc" has "a" and "b/c". A name without = has an empty value; of a
// name given twice the last counts. Empty when an escape is broken.
struct Target {
    std::string path;
    std::vector<std::string> segments;
    std::map<std::string, std::string, std::less<>> query;
};
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

// `text` with every byte but letters, digits and -._~ escaped, for building targets.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace lode::http
