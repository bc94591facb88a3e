// Escaping and nesting of the JSON builder.
#include "common/json/writer.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/json/utf8.hpp"

namespace lode::json {

namespace {

void append_escaped(std::string& out, char c) {
    constexpr char digits[] = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

// The characters at the beginning that stand for themselves whatever follows: ASCII without
// control characters, quotes and backslashes.
std::size_t plain_length(std::string_view text) {
    const auto plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), plain) -
                                    text.begin());
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (;;) {
        const std::size_t plain = plain_length(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const char c = text.front();
        if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) {
            append_escaped(out, c);
            text.remove_prefix(1);
            continue;
        }
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            out += "\\ufffd";
            text.remove_prefix(1);
            continue;
        }
        out += text.substr(0, length);
        text.remove_prefix(length);
    }
    out += '"';
}

// The grammar of RFC 8259 section 6.
bool is_number(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t from = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        return at - from;
    };
    const auto take = [&](std::string_view any_of) {
        const bool there = at < text.size() && any_of.find(text[at]) != std::string_view::npos;
        if (there) ++at;
        return there;
    };
    take("-");
    const bool leading_zero = at < text.size() && text[at] == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (leading_zero && whole > 1)) return false;
    if (take(".") && digits() == 0) return false;
    if (take("eE")) {
        take("+-");
        if (digits() == 0) return false;
    }
    return at == text.size();
}

}  // namespace

// Writes the comma that the next element or key needs.
void Writer::separate() {
    if (open_.empty()) {
        LODE_ASSERT(text_.empty());
        return;
    }
    Level& level = open_.back();
    if (level.key_open) {
        level.key_open = false;
        return;
    }
    LODE_ASSERT(level.closing == ']');
    if (!level.empty) text_ += ',';
    level.empty = false;
}

Writer& Writer::object() {
    separate();
    text_ += '{';
    open_.push_back({'}', true, false});
    return *this;
}

Writer& Writer::array() {
    separate();
    text_ += '[';
    open_.push_back({']', true, false});
    return *this;
}

Writer& Writer::end() {
    LODE_ASSERT(!open_.empty() && !open_.back().key_open);
    text_ += open_.back().closing;
    open_.pop_back();
    return *this;
}

Writer& Writer::key(std::string_view name) {
    LODE_ASSERT(!open_.empty() && open_.back().closing == '}' && !open_.back().key_open);
    if (!open_.back().empty) text_ += ',';
    open_.back().empty = false;
    open_.back().key_open = true;
    append_quoted(text_, name);
    text_ += ':';
    return *this;
}

Writer& Writer::value(std::string_view text) {
    separate();
    append_quoted(text_, text);
    return *this;
}

Writer& Writer::decimal(std::string_view number) {
    LODE_ASSERT(is_number(number));
    return raw(number);
}

Writer& Writer::raw(std::string_view json) {
    separate();
    text_ += json;
    return *this;
}

std::string Writer::take() {
    LODE_ASSERT(open_.empty() && !text_.empty());
    return std::exchange(text_, {});
}

std::string quoted(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

}  // namespace lode::json
