// The only file that knows spdlog: formats a line and hands it to the sink.
#include "common/base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <mutex>

namespace lode::log {
namespace {

thread_local std::string service_name = "lode";

std::mutex capture_mutex;
std::atomic<bool> capturing = false;
std::string captured;

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "lode", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-5l %v", spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

// A value stands bare when that is unambiguous, else quoted with control characters escaped, so
// that a hostile worker name cannot forge a line.
void append_value(std::string& line, std::string_view value) {
    const bool bare = !value.empty() && value.find_first_of(" \"=\\") == value.npos &&
                      std::all_of(value.begin(), value.end(),
                                  [](unsigned char c) { return c > 0x20 && c != 0x7f; });
    if (bare) {
        line += value;
        return;
    }
    line += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            line += c;
        }
    }
    line += '"';
}

}  // namespace

void set_level(Level level) {
    logger().set_level(to_spdlog(level));
}

bool enabled(Level level) {
    return capturing || logger().should_log(to_spdlog(level));
}

void set_service(std::string_view name) {
    service_name = name;
}

void write(Level level, std::string_view message, Fields fields) {
    std::string line = service_name;
    line += ": ";
    line += message;
    for (const Field& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    if (capturing) {
        const std::lock_guard lock(capture_mutex);
        captured += line;
        captured += '\n';
        return;
    }
    logger().log(to_spdlog(level), "{}", line);
}

Capture::Capture() {
    const std::lock_guard lock(capture_mutex);
    captured.clear();
    capturing = true;
}

Capture::~Capture() {
    capturing = false;
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): text lives while a Capture does
std::string Capture::text() const {
    const std::lock_guard lock(capture_mutex);
    return captured;
}

}  // namespace lode::log
