// The part of RFC 3986 that settings need.
#include "common/config/url.hpp"

#include <algorithm>
#include <charconv>

namespace lode::config {

namespace {

auto wrong(std::string problem) {
    return failure(ErrorCode::malformed, std::move(problem));
}

bool scheme_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

bool host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

bool address_character(char c) {
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
           c == '.';
}

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
        return wrong("the port of a URL must be 1..65535");
    }
    return port;
}

// host, host:port, [address], [address]:port
Result<void> parse_host(std::string_view text, Url& url) {
    const bool bracketed = text.starts_with('[');
    const std::size_t end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == std::string_view::npos) return wrong("a URL has an unclosed [");
    url.host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    const auto allowed = bracketed ? address_character : host_character;
    if (url.host.empty() || !std::ranges::all_of(url.host, allowed)) {
        return wrong("a URL must name a host");
    }
    text.remove_prefix(bracketed ? end + 1 : end);
    if (text.empty()) return success();
    if (!text.starts_with(':')) return wrong("a URL has characters after its host");
    LODE_TRY(url.port, parse_port(text.substr(1)));
    return success();
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    const std::size_t colon = text.find(':');
    Url url;
    url.scheme = text.substr(0, std::min(colon, text.size()));
    if (colon == std::string_view::npos || url.scheme.empty() ||
        !std::ranges::all_of(url.scheme, scheme_character)) {
        return wrong("a URL must begin with its scheme, as in scheme://host:port");
    }
    text.remove_prefix(colon + 1);
    if (text.empty()) return url;
    if (!text.starts_with("//")) return wrong("a URL must have // after its scheme");
    text.remove_prefix(2);
    const std::size_t slash = std::min(text.find('/'), text.size());
    url.path = text.substr(slash);
    std::string_view authority = text.substr(0, slash);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        url.user = authority.substr(0, at);
        if (url.user.find(':') != std::string::npos) {
            return wrong("a URL must hold no password, there is a setting for it");
        }
        authority.remove_prefix(at + 1);
    }
    LODE_TRY_VOID(parse_host(authority, url));
    return url;
}

}  // namespace lode::config
