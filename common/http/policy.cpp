// Strong tags are hashes of the body: the same bytes have the same tag on every instance.
#include "common/http/policy.hpp"

#include <algorithm>

#include "common/base/hex.hpp"
#include "common/bitcoin/sha256.hpp"

namespace lode::http {
namespace {

// 16 bytes of SHA-256: nobody makes two bodies of one tag.
constexpr std::size_t tag_bytes = 16;
// How long a browser remembers a preflight's answer.
constexpr std::string_view preflight_seconds = "600";

std::string entity_tag(std::string_view body) {
    const bitcoin::Hash256 hash = bitcoin::sha256(as_bytes(body));
    return '"' + to_hex(hash.view().first(tag_bytes)) + '"';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// RFC 9110 13.1.2: any of the list, compared without regard to weakness. Our tags hold no comma.
bool names(std::string_view if_none_match, std::string_view tag) {
    while (!if_none_match.empty()) {
        std::string_view one = if_none_match.substr(0, if_none_match.find(','));
        if_none_match.remove_prefix(std::min(one.size() + 1, if_none_match.size()));
        one = trimmed(one);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == "*" || one == tag) return true;
    }
    return false;
}

void apply_caching(Response& response, const Asked& asked) {
    if (response.caching.by == Caching::By::unsaid) return;
    if (response.caching.by == Caching::By::nobody) {
        response.fields.emplace_back("Cache-Control", "private, no-store");
        return;
    }
    if (response.status != 200) {
        response.fields.emplace_back("Cache-Control", "no-store");
        return;
    }
    const auto age = response.caching.age.count();
    response.fields.emplace_back("Cache-Control",
                                 age == 0 ? "no-cache" : "public, max-age=" + std::to_string(age));
    std::string tag = entity_tag(response.body);
    if (names(asked.if_none_match, tag)) {
        response.status = 304;
        response.body.clear();
    }
    response.fields.emplace_back("ETag", std::move(tag));
}

bool contains(const std::vector<std::string>& origins, std::string_view origin) {
    return std::ranges::find(origins, origin) != origins.end();
}

void apply_origins(Response& response, const Asked& asked, const Policy& policy) {
    if (policy.cors_origins.empty()) return;
    const bool everyone = contains(policy.cors_origins, "*");
    if (!everyone) response.fields.emplace_back("Vary", "Origin");
    if (!everyone && !contains(policy.cors_origins, asked.origin)) return;
    response.fields.emplace_back("Access-Control-Allow-Origin", everyone ? "*" : asked.origin);
    response.fields.emplace_back("Access-Control-Expose-Headers", "ETag, Retry-After");
}

// No line ends, no NUL: nothing that could end the field and begin another.
bool is_field_value(std::string_view value) {
    return std::ranges::none_of(value, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
}

}  // namespace

Response finished(Response response, const Asked& asked, const Policy& policy) {
    const bool whole = is_field_value(response.content_type) &&
                       std::ranges::all_of(response.fields, [](const Field& field) {
                           return is_field_value(field.first) && is_field_value(field.second);
                       });
    if (!whole) response = error_response(500, "the answer could not be written");
    apply_caching(response, asked);
    apply_origins(response, asked, policy);
    if (response.content_type.starts_with("text/html") && !policy.content_security_policy.empty()) {
        response.fields.emplace_back("Content-Security-Policy", policy.content_security_policy);
    }
    response.fields.insert(response.fields.end(), policy.fields.begin(), policy.fields.end());
    return response;
}

std::string allow_text(std::span<const Method> methods) {
    std::string text;
    for (const Method method : methods) {
        text += to_string(method);
        text += method == Method::get ? ", HEAD, " : ", ";
    }
    return text + "OPTIONS";
}

Response options_response(std::string_view allow, const Policy& policy) {
    Response response{.status = 204, .body = {}, .content_type = {}};
    response.fields.emplace_back("Allow", allow);
    if (policy.cors_origins.empty()) return response;
    response.fields.emplace_back("Access-Control-Allow-Methods", allow);
    response.fields.emplace_back("Access-Control-Allow-Headers",
                                 "Authorization, Content-Type, If-None-Match");
    response.fields.emplace_back("Access-Control-Max-Age", preflight_seconds);
    return response;
}

bool may_connect(std::string_view origin, std::string_view host, const Policy& policy) {
    if (origin.empty() || contains(policy.cors_origins, "*") ||
        contains(policy.cors_origins, origin)) {
        return true;
    }
    const auto scheme = origin.find("://");
    return scheme != origin.npos && !host.empty() && origin.substr(scheme + 3) == host;
}

}  // namespace lode::http
