// Builds JSON text piece by piece:
//   Writer w;
//   w.object().field("height", 12).key("nodes").array().value("a").value("b").end().end();
//   send(w.take());
// Wrong nesting is a bug and asserts. There is no way to write a double.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/document.hpp"

namespace lode::json {

class Writer {
  public:
    Writer& object();
    Writer& array();
    // Closes the innermost open object or array.
    Writer& end();
    Writer& key(std::string_view name);

    // Bytes that are not UTF-8 are written as U+FFFD, so that the result is always valid.
    Writer& value(std::string_view text);
    Writer& value(const char* text) { return value(std::string_view(text)); }
    Writer& value(const std::string& text) { return value(std::string_view(text)); }
    Writer& value(std::nullptr_t) { return raw("null"); }
    Writer& value(const Value& copied) { return raw(copied.text()); }
    Writer& value(std::same_as<bool> auto flag) { return raw(flag ? "true" : "false"); }
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool> &&
             !std::same_as<Integer, char>) Writer& value(Integer number) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return raw({digits, static_cast<std::size_t>(end - digits)});
    }

    // A number given as decimal text, such as "1.25"; asserts that it is one.
    Writer& decimal(std::string_view number);
    // Text that is JSON already.
    Writer& raw(std::string_view json);

    template <class T>
    Writer& field(std::string_view name, const T& content) {
        return key(name).value(content);
    }

    // The finished text; the writer is empty afterwards. Asserts that all is closed.
    [[nodiscard]] std::string take();

  private:
    struct Level {
        char closing;   // '}' or ']'
        bool empty;     // nothing written in it yet
        bool key_open;  // a key waits for its value
    };
    void separate();

    std::string text_;
    std::vector<Level> open_;
};

// `text` as a JSON string, quotes included.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace lode::json
