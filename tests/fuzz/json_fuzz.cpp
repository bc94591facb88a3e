// Any bytes are JSON or refused; what was accepted reads back from its own compact text as itself.
#include "common/base/assert.hpp"
#include "common/base/bytes.hpp"
#include "common/json/document.hpp"

namespace {

// Asks every value every question.
std::size_t visit(lode::json::Value value) {
    std::size_t seen = 1;
    const auto decimal = value.decimal_text();
    // A sign, "0." and at most 400 digits.
    LODE_ASSERT(!decimal || (value.is_number() && decimal->size() <= 403));
    LODE_ASSERT(!value.int64() || value.is_number());
    for (const lode::json::Value element : value.elements()) seen += visit(element);
    for (const auto& [name, member] : value.members()) {
        LODE_ASSERT(!value.member(name).missing());
        seen += visit(member);
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using lode::json::Document;
    const auto document = Document::parse(lode::as_chars({data, size}), {.max_depth = 16});
    if (!document) return 0;
    const std::string text = document.value().root().text();
    const auto again = Document::parse(text);
    LODE_ASSERT(again && again.value().root().text() == text);
    LODE_ASSERT(visit(document.value().root()) == visit(again.value().root()));
    return 0;
}
