// What HTTP carries here: a method, a target, a body with its type, and a status.
#pragma once

#include <chrono>
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

// How an answer may be used again; made by the functions below. A server sends an ETag with what
// is for everyone, and answers 304 to who has it already.
struct Caching {
    enum class By : std::uint8_t { unsaid, everyone, nobody };
    By by = By::unsaid;
    std::chrono::seconds age{0};
};
// Everyone may use it for so long without asking again; 0: only after asking whether it changed.
[[nodiscard]] constexpr Caching public_for(std::chrono::seconds age) {
    return {.by = Caching::By::everyone, .age = age};
}
// For who asked and only now.
[[nodiscard]] constexpr Caching private_answer() {
    return {.by = Caching::By::nobody};
}

using Field = std::pair<std::string, std::string>;

struct Response {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    // Further fields, names as they are sent; only a server reads them.
    std::vector<Field> fields{};
    Caching caching{};  // only a server reads it
};

// {"error":"…"} with the status.
[[nodiscard]] Response error_response(int status, std::string_view message);

// The authorization field of basic authentication (RFC 7617) for "user:password".
[[nodiscard]] Secret basic_authorization(const Secret& credentials);

// A target's parts with %xx and (in the query) + decoded. `segments` is the path cut at its slashes
// before it was decoded: "/a/b%2Fc" has "a" and "b/c". A name without = has an empty value; of a
// name given twice the last counts. Empty when an escape is broken, or what is decoded is not UTF-8
// or has control characters.
struct Target {
    std::string path;
    std::vector<std::string> segments;
    std::map<std::string, std::string, std::less<>> query;
};
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

// `text` with every byte but letters, digits and -._~ escaped, for building targets.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace lode::http
