// What a connection is closed for, and what keeps an address out: the words of sserver's defence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lode::sserver {

// The miner's own doing, beyond what the rules bear with on one connection.
enum class Offence : std::uint8_t {
    malformed,       // lines that are no requests
    long_line,       // a line without an end
    handshake,       // a bad PROXY header, TLS on a plain port, plain text on a TLS port
    logins,          // logins refused and none granted
    invalid_shares,  // most of a hundred shares were wrong
    duplicates,      // most of a hundred shares had been sent before
};
inline constexpr std::size_t offences_count = 6;

// Why a connection is not let in.
enum class Refusal : std::uint8_t {
    banned,
    too_many,   // connections of one address
    too_often,  // new connections of one address
};
inline constexpr std::size_t refusals_count = 3;

// For metrics, logs and events: "long_line".
[[nodiscard]] std::string_view to_string(Offence offence);
[[nodiscard]] std::string_view to_string(Refusal refusal);

}  // namespace lode::sserver
