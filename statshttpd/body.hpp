// The JSON object that a request brings.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/json/document.hpp"

namespace lode::statshttpd {

// Malformed unless it is an object with no other members than these: one that is not known would
// otherwise be taken for done. No body at all is an object without members.
[[nodiscard]] Result<json::Document> parse_body(std::string_view body,
                                                std::initializer_list<std::string_view> known);

// A string of 1 to `max` bytes. Malformed names the member.
[[nodiscard]] Result<std::string> text_of(const json::Value& object, std::string_view name,
                                          std::size_t max);
// The same, or nothing where the member is missing or null.
[[nodiscard]] Result<std::optional<std::string>> optional_text_of(const json::Value& object,
                                                                  std::string_view name,
                                                                  std::size_t max);
// A whole number in [min, max], or nothing where the member is missing or null.
struct WholeRange {
    std::int64_t min;
    std::int64_t max;
};
[[nodiscard]] Result<std::optional<std::int64_t>> optional_whole_of(const json::Value& object,
                                                                    std::string_view name,
                                                                    const WholeRange& range);

}  // namespace lode::statshttpd
