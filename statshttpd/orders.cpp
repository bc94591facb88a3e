// Bodies read strictly, arguments written.
#include "statshttpd/orders.hpp"

#include "common/base/ip_address.hpp"
#include "common/json/writer.hpp"
#include "statshttpd/body.hpp"

namespace lode::statshttpd {
namespace {

// A row of the audit log and a miner's display hold it.
constexpr std::size_t text_max = 200;
constexpr std::size_t user_max = 128;
constexpr std::size_t worker_max = 64;
constexpr std::size_t address_max = 45;
constexpr std::int64_t ban_seconds_max = 366 * 24 * 3600;

Result<std::string> address_of(std::string_view text) {
    const auto address = IpAddress::parse(text);
    if (!address) return failure(ErrorCode::malformed, address.error().context);
    return address.value().text();
}

// A line of text that a miner's display and a log can show.
Result<std::string> line_of(const json::Value& object, std::string_view name) {
    LODE_TRY(auto text, text_of(object, name, text_max));
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
            return failure(ErrorCode::malformed,
                           std::string(name) + " must be one line without control characters");
        }
    }
    return text;
}

}  // namespace

Result<OrderDraft> ban_order(std::string_view body) {
    LODE_TRY(const auto document, parse_body(body, {"address", "seconds", "reason"}));
    LODE_TRY(const auto text, text_of(document.root(), "address", address_max));
    LODE_TRY(const auto address, address_of(text));
    LODE_TRY(const auto seconds,
             optional_whole_of(document.root(), "seconds", {1, ban_seconds_max}));
    if (!seconds) return failure(ErrorCode::malformed, "seconds is missing");
    LODE_TRY(const auto reason, line_of(document.root(), "reason"));
    json::Writer json;
    json.object()
        .field("address", address)
        .field("seconds", *seconds)
        .field("reason", reason)
        .end();
    return OrderDraft{.action = "ban",
                      .argument = json.take(),
                      .detail = address + " for " + std::to_string(*seconds) + " s: " + reason};
}

Result<OrderDraft> unban_order(std::string_view address) {
    LODE_TRY(const auto text, address_of(address));
    json::Writer json;
    json.object().field("address", text).end();
    return OrderDraft{.action = "unban", .argument = json.take(), .detail = text};
}

Result<OrderDraft> disconnect_order(std::string_view body) {
    LODE_TRY(const auto document, parse_body(body, {"user", "worker"}));
    LODE_TRY(const auto user, text_of(document.root(), "user", user_max));
    LODE_TRY(const auto worker, optional_text_of(document.root(), "worker", worker_max));
    json::Writer json;
    json.object().field("user", user);
    if (worker) json.field("worker", *worker);
    json.end();
    return OrderDraft{.action = "disconnect",
                      .argument = json.take(),
                      .detail = worker ? user + "." + *worker : user};
}

Result<OrderDraft> message_order(std::string_view body) {
    LODE_TRY(const auto document, parse_body(body, {"user", "text"}));
    LODE_TRY(const auto user, optional_text_of(document.root(), "user", user_max));
    LODE_TRY(const auto text, line_of(document.root(), "text"));
    json::Writer json;
    json.object();
    if (user) json.field("user", *user);
    json.field("text", text).end();
    return OrderDraft{.action = "message",
                      .argument = json.take(),
                      .detail = "to " + user.value_or("all") + ": " + text};
}

Result<Pause> parse_pause(std::string_view body) {
    LODE_TRY(const auto document, parse_body(body, {"paused", "reason"}));
    const auto paused = document.root().member("paused").boolean();
    if (!paused) return failure(ErrorCode::malformed, "paused must be true or false");
    LODE_TRY(auto reason, line_of(document.root(), "reason"));
    return Pause{.wanted = *paused ? Pause::Wanted::paused : Pause::Wanted::on,
                 .reason = std::move(reason)};
}

Result<OrderDraft> mining_order(std::string_view body) {
    LODE_TRY(const auto pause, parse_pause(body));
    const bool paused = pause.wanted == Pause::Wanted::paused;
    json::Writer json;
    json.object().field("paused", paused).field("reason", pause.reason).end();
    return OrderDraft{.action = "mining",
                      .argument = json.take(),
                      .detail = (paused ? "stopped: " : "goes on: ") + pause.reason};
}

}  // namespace lode::statshttpd
