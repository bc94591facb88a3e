// Reads /healthz (common/runtime/health_endpoint.hpp) and the API (statshttpd/README.md).
#include "lode/status.hpp"

#include <algorithm>
#include <array>

#include "common/base/magnitude.hpp"
#include "common/json/require.hpp"
#include "common/json/writer.hpp"

namespace lode::launcher {
namespace {

using State = ServiceStatus::State;
using std::chrono::milliseconds;

constexpr std::size_t blocks_shown = 5;

std::string_view words(State state) {
    switch (state) {
        case State::ready:
            return "ready";
        case State::not_ready:
            return "not ready";
        case State::unreachable:
            return "unreachable";
    }
    return "unreachable";
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

std::string age_text(json::Value unix_ms, UnixTime now) {
    const auto then = unix_ms.int64();
    if (!then) return "at an unknown time";
    const auto age = std::max(now - from_unix_ms(*then), milliseconds(0));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(age).count();
    if (seconds < 120) return std::to_string(seconds) + " s ago";
    if (seconds < 7'200) return std::to_string(seconds / 60) + " min ago";
    if (seconds < 172'800) return std::to_string(seconds / 3'600) + " h ago";
    return std::to_string(seconds / 86'400) + " days ago";
}

std::string number(json::Value value) {
    return value.decimal_text().value_or("unknown");
}

std::string text_of(json::Value value) {
    return std::string(value.string().value_or("unknown"));
}

std::string pool_text(json::Value pool) {
    const json::Value job = pool.member("job");
    std::string text =
        "chain     " + text_of(pool.member("chain")) + ", height " + number(pool.member("height"));
    const auto age_ms = job.member("age_ms").int64();
    text += age_ms ? ", job " + std::to_string(*age_ms / 1'000) + " s old\n" : ", no job yet\n";
    text += "hash rate " + rate_text(number(pool.member("hashrate_5m"))) + " in 5 min, " +
            rate_text(number(pool.member("hashrate_1h"))) + " in 1 h, " +
            rate_text(number(pool.member("hashrate_24h"))) + " in 24 h\n";
    return text + "miners    " + number(pool.member("workers")) + " workers of " +
           number(pool.member("users")) + " users, " + number(pool.member("shares_1h")) +
           " shares in 1 h\n";
}

std::string blocks_text(json::Value blocks, UnixTime now) {
    std::string text = "blocks    " + number(blocks.member("total")) + " found\n";
    std::size_t shown = 0;
    for (const json::Value block : blocks.member("blocks").elements()) {
        if (shown++ == blocks_shown) break;
        text += "  " + number(block.member("height")) + "  " + text_of(block.member("hash")) +
                "  " + text_of(block.member("state")) + "  " +
                age_text(block.member("found_unix_ms"), now) + "\n";
    }
    return text;
}

}  // namespace

std::string rate_text(std::string_view digits) {
    static constexpr std::array<std::string_view, 8> prefixes{"",  "k", "M", "G",
                                                              "T", "P", "E", "Z"};
    const bool known =
        !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!known) return "unknown";
    const auto [shown, thousands] = magnitude_of(digits, prefixes.size() - 1);
    return shown + " " + std::string(prefixes[thousands]) + "H/s";
}

Result<std::vector<ServiceStatus>> read_services(std::string_view healthz) {
    LODE_TRY(const auto document, json::Document::parse(healthz));
    LODE_TRY(const auto services, json::require_object(document.root(), "services"));
    std::vector<ServiceStatus> read;
    for (const auto& [name, service] : services.members()) {
        LODE_TRY(const bool ready, json::require_bool(service, "ready"));
        LODE_TRY(const auto detail, json::require_string(service, "detail"));
        read.push_back({.name = std::string(name),
                        .state = ready ? State::ready : State::not_ready,
                        .detail = std::string(detail)});
    }
    return read;
}

bool all_ready(const Picture& picture) {
    return std::ranges::all_of(picture.services,
                               [](const auto& service) { return service.state == State::ready; });
}

std::string to_text(const Picture& picture, UnixTime now) {
    std::size_t width = 0;
    for (const auto& service : picture.services) width = std::max(width, service.name.size());
    std::string text;
    for (const auto& [name, state, detail] : picture.services) {
        text += padded(name, width + 2) + std::string(words(state));
        if (!detail.empty()) text += ": " + detail;
        text += '\n';
    }
    const auto pool = json::Document::parse(picture.pool);
    const auto blocks = json::Document::parse(picture.blocks);
    if (pool) text += "\n" + pool_text(pool.value().root());
    if (blocks && blocks.value().root().is_object()) {
        text += blocks_text(blocks.value().root(), now);
    }
    return text;
}

std::string to_json(const Picture& picture) {
    json::Writer writer;
    writer.object().field("ready", all_ready(picture)).key("services").array();
    for (const auto& [name, state, detail] : picture.services) {
        writer.object()
            .field("name", name)
            .field("state", words(state))
            .field("detail", detail)
            .end();
    }
    writer.end();
    const auto pool = json::Document::parse(picture.pool);
    const auto blocks = json::Document::parse(picture.blocks);
    writer.key("pool").raw(pool ? picture.pool : "null");
    writer.key("blocks").raw(blocks ? blocks.value().root().member("blocks").text() : "null");
    return writer.end().take() + "\n";
}

}  // namespace lode::launcher
