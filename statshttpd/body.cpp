// Strict reading of small objects.
#include "statshttpd/body.hpp"

#include <algorithm>

namespace lode::statshttpd {
namespace {

// No request nests its members.
constexpr json::Limits limits{.max_depth = 4, .max_bytes = 64 * 1024};

auto wrong(std::string_view name, const std::string& allowed) {
    return failure(ErrorCode::malformed, std::string(name) + " must be " + allowed);
}

}  // namespace

Result<json::Document> parse_body(std::string_view body,
                                  std::initializer_list<std::string_view> known) {
    LODE_TRY(auto document, json::Document::parse(body.empty() ? "{}" : body, limits));
    if (!document.root().is_object()) {
        return failure(ErrorCode::malformed, "the body must be a JSON object");
    }
    for (const auto& [name, value] : document.root().members()) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        std::string allowed;
        for (const std::string_view one : known) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(one);
        }
        return failure(ErrorCode::malformed,
                       "unknown member, allowed here: " + (allowed.empty() ? "none" : allowed));
    }
    return document;
}

Result<std::optional<std::string>> optional_text_of(const json::Value& object,
                                                    std::string_view name, std::size_t max) {
    const json::Value value = object.member(name);
    if (value.missing() || value.is_null()) return std::optional<std::string>();
    const auto text = value.string();
    if (!text || text->empty() || text->size() > max) {
        return wrong(name, "a string of 1 to " + std::to_string(max) + " bytes");
    }
    return std::optional(std::string(*text));
}

Result<std::string> text_of(const json::Value& object, std::string_view name, std::size_t max) {
    LODE_TRY(auto text, optional_text_of(object, name, max));
    if (!text) return wrong(name, "a string of 1 to " + std::to_string(max) + " bytes");
    return std::move(*text);
}

Result<std::optional<std::int64_t>> optional_whole_of(const json::Value& object,
                                                      std::string_view name,
                                                      const WholeRange& range) {
    const json::Value value = object.member(name);
    if (value.missing() || value.is_null()) return std::optional<std::int64_t>();
    const auto whole = value.int64();
    if (!whole || *whole < range.min || *whole > range.max) {
        return wrong(name, "a whole number from " + std::to_string(range.min) + " to " +
                               std::to_string(range.max));
    }
    return std::optional(*whole);
}

}  // namespace lode::statshttpd
