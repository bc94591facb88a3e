// Structured log: one key=value line on stderr an event.
//   log::info("job published", {{"job", id}, {"height", height}, {"clean", true}});
// The message is a constant phrase. Levels: error = a person must act, warn = data lost or
// refused, info = once per job, block or connection, debug = per share.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/base/strong.hpp"

namespace lode::log {

enum class Level { debug, info, warn, error };

struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view k, std::string_view text) : key(k), value(text) {}
    Field(std::string_view k, const char* text) : key(k), value(text) {}
    Field(std::string_view k, std::string text) : key(k), value(std::move(text)) {}
    Field(std::string_view k, const Error& error) : key(k), value(error.context) {}
    Field(std::string_view k, std::same_as<bool> auto flag)
        : key(k), value(flag ? "true" : "false") {}
    Field(std::string_view k,
          std::integral auto number) requires(!std::same_as<decltype(number), bool>)
        : key(k), value(std::to_string(number)) {}
    template <class T, class Tag>
    Field(std::string_view k, const Strong<T, Tag>& id)
        : key(k), value(std::to_string(id.value())) {}
};

using Fields = std::initializer_list<Field>;

void set_level(Level level);
[[nodiscard]] bool enabled(Level level);

// The service whose lines this thread writes; every service thread sets it once.
void set_service(std::string_view name);

void write(Level level, std::string_view message, Fields fields);

inline void debug(std::string_view message, Fields fields = {}) {
    if (enabled(Level::debug)) write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
    write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
    write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
    write(Level::error, message, fields);
}

// Tests read lines through this; while one lives, lines go to it and not to stderr.
class Capture {
  public:
    Capture();
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;
    // All lines so far, without the time.
    [[nodiscard]] std::string text() const;
};

}  // namespace lode::log
