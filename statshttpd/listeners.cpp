// sserver reads the same settings strictly; here what is not understood keeps its default.
#include "statshttpd/listeners.hpp"

#include <algorithm>

#include "common/base/hex.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/config/expand.hpp"
#include "common/json/writer.hpp"

namespace lode::statshttpd {
namespace {

using config::Node;

std::optional<std::string> text_of(const config::Document& document, const Node& table,
                                   std::string_view key) {
    const config::Entry* entry = table.find(key);
    if (entry == nullptr || entry->node.kind != Node::Kind::string) return std::nullopt;
    auto text = config::expand({&document, entry->line, entry->key}, entry->node.string);
    if (!text) return std::nullopt;
    return std::move(text).value();
}

// As sserver's profiles begin.
std::string profile_difficulty(std::string_view profile) {
    if (profile == "small") return "2^-10";
    return profile == "nicehash" ? "524288" : "8192";
}

Listener listener_of(const config::Document& document, const Node& table) {
    Listener listener;
    const config::Entry* port = table.find("port");
    if (port != nullptr && port->node.kind == Node::Kind::integer) {
        listener.port = port->node.integer;
    }
    listener.profile = text_of(document, table, "profile").value_or(listener.profile);
    listener.reward = text_of(document, table, "reward").value_or(listener.reward);
    const auto fixed = text_of(document, table, "fixed_difficulty");
    const auto start = text_of(document, table, "start_difficulty");
    listener.start_difficulty =
        fixed.value_or(start.value_or(profile_difficulty(listener.profile)));
    listener.certificate_file = text_of(document, table, "certificate_file");
    return listener;
}

std::optional<Bytes> decode_base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Bytes bytes;
    std::uint32_t gathered = 0;
    unsigned bits = 0;
    for (const char one : text) {
        if (one == '\n' || one == '\r' || one == '=') continue;
        const auto digit = digits.find(one);
        if (digit == std::string_view::npos) return std::nullopt;
        gathered = (gathered << 6U) | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::uint8_t>(gathered >> bits));
    }
    return bytes;
}

}  // namespace

Listeners listeners_of(const config::Document& document) {
    Listeners listeners;
    const config::Entry* section = document.root().find("sserver");
    if (section != nullptr) {
        listeners.users = text_of(document, section->node, "users").value_or(listeners.users);
        if (const config::Entry* list = section->node.find("listener"); list != nullptr) {
            for (const Node& table : list->node.items) {
                listeners.all.push_back(listener_of(document, table));
            }
        }
    }
    if (listeners.all.empty()) listeners.all.push_back(listener_of(document, Node{}));
    std::ranges::stable_partition(listeners.all, [](const Listener& listener) {
        return listener.certificate_file.has_value();
    });
    return listeners;
}

Result<std::string> certificate_fingerprint(std::string_view pem) {
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view end = "-----END CERTIFICATE-----";
    const auto from = pem.find(begin);
    const auto until = pem.find(end);
    if (from == std::string_view::npos || until == std::string_view::npos || until < from) {
        return failure(ErrorCode::malformed, "no certificate in PEM");
    }
    const auto body = pem.substr(from + begin.size(), until - from - begin.size());
    const auto certificate = decode_base64(body);
    if (!certificate || certificate->empty()) {
        return failure(ErrorCode::malformed, "the certificate is no base64");
    }
    return to_hex(bitcoin::sha256(*certificate).view());
}

std::string host_of(std::string_view field) {
    const auto colon = field.rfind(':');
    const auto bracket = field.rfind(']');
    if (colon == std::string_view::npos) return std::string(field);
    if (bracket != std::string_view::npos && bracket > colon) return std::string(field);
    return std::string(field.substr(0, colon));
}

std::string to_json(const ConnectAnswer& connect) {
    json::Writer writer;
    writer.object().key("endpoints").array();
    for (const auto& [listener, fingerprint] : connect.endpoints) {
        const bool tls = listener.certificate_file.has_value();
        writer.object()
            .field("url", (tls ? "stratum+ssl://" : "stratum+tcp://") + connect.host + ":" +
                              std::to_string(listener.port))
            .field("tls", tls)
            .key("certificate_sha256");
        if (fingerprint) {
            writer.value(*fingerprint);
        } else {
            writer.value(nullptr);
        }
        writer.field("start_difficulty", listener.start_difficulty)
            .field("profile", listener.profile)
            .field("reward", listener.reward)
            .end();
    }
    const char* who = connect.users == "address" ? "ADDRESS.WORKER" : "NAME.WORKER";
    return writer.end().field("users", connect.users).field("user_format", who).end().take();
}

}  // namespace lode::statshttpd
