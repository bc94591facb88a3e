// Why a connection ended.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lode::net {

enum class CloseReason : std::uint8_t {
    none,
    by_peer,
    by_us,
    line_too_long,
    unread_too_much,    // more unsent output than allowed
    slow_reader,        // took none of its output for too long
    broken,             // an error of the socket, unanswered packets among them
    stopped,            // the loop ends
    tls_on_plain_port,  // a TLS hello where none belongs
    plain_on_tls_port,
    bad_proxy_header,   // a proxy that did not say for whom it connects
    tls_failed,         // in the handshake or later
    handshake_timeout,  // neither proxy header nor handshake in time
};

constexpr std::size_t close_reasons_count =
    static_cast<std::size_t>(CloseReason::handshake_timeout) + 1;

// For log lines and labels of metrics.
[[nodiscard]] constexpr std::string_view to_string(CloseReason reason) {
    constexpr std::array<std::string_view, close_reasons_count> names = {"none",
                                                                         "by_peer",
                                                                         "by_us",
                                                                         "line_too_long",
                                                                         "unread_too_much",
                                                                         "slow_reader",
                                                                         "broken",
                                                                         "stopped",
                                                                         "tls_on_plain_port",
                                                                         "plain_on_tls_port",
                                                                         "bad_proxy_header",
                                                                         "tls_failed",
                                                                         "handshake_timeout"};
    return names[static_cast<std::size_t>(reason)];
}

}  // namespace lode::net
