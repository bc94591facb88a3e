// Targets, escapes and the form of an error's body.
#include "common/http/message.hpp"

#include "common/base/hex.hpp"
#include "common/json/utf8.hpp"
#include "common/json/writer.hpp"

namespace lode::http {
namespace {

enum class Plus : std::uint8_t { is_plus, is_space };

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::is_space) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            std::uint8_t byte = 0;
            if (!decode_hex(text.substr(i + 1, 2), {&byte, 1})) return std::nullopt;
            decoded += static_cast<char>(byte);
            i += 2;
        }
    }
    return decoded;
}

// Neither overlong forms that hide a character nor characters that nobody sees.
bool is_plain(std::string_view text) {
    const bool has_controls = std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return !has_controls && json::valid_utf8(text);
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string base64(std::string_view text) {
    static constexpr char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string encoded;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        const auto byte = [&](std::size_t at) {
            return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0U;
        };
        const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        encoded += digits[group >> 18];
        encoded += digits[group >> 12 & 63];
        encoded += i + 1 < text.size() ? digits[group >> 6 & 63] : '=';
        encoded += i + 2 < text.size() ? digits[group & 63] : '=';
    }
    return encoded;
}

// Of a path whose escapes are whole; what stands before the first slash is nothing.
std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/')) {
        path.remove_prefix(slash + 1);
        segments.push_back(*percent_decode(path.substr(0, path.find('/')), Plus::is_plus));
    }
    return segments;
}

}  // namespace

Secret basic_authorization(const Secret& credentials) {
    return Secret("Basic " + base64(credentials.reveal()));
}

std::string_view to_string(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::remove:
            return "DELETE";
    }
    return "GET";
}

Response error_response(int status, std::string_view message) {
    json::Writer body;
    body.object().field("error", message).end();
    return {.status = status, .body = body.take()};
}

std::optional<Target> parse_target(std::string_view target) {
    const auto mark = target.find('?');
    auto path = percent_decode(target.substr(0, mark), Plus::is_plus);
    if (!path || !is_plain(*path)) return std::nullopt;
    Target parsed{std::move(*path), segments_of(target.substr(0, mark)), {}};
    std::string_view rest = mark == target.npos ? std::string_view() : target.substr(mark + 1);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = percent_decode(pair.substr(0, equals), Plus::is_space);
        auto value = percent_decode(
            equals == pair.npos ? std::string_view() : pair.substr(equals + 1), Plus::is_space);
        if (!name || !value || !is_plain(*name) || !is_plain(*value)) return std::nullopt;
        parsed.query.insert_or_assign(std::move(*name), std::move(*value));
    }
    return parsed;
}

std::string percent_encode(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        if (is_unreserved(c)) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += to_hex(as_bytes({&c, 1}));
        }
    }
    return encoded;
}

}  // namespace lode::http
