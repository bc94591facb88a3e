// What a miner shows to come back to its session after its connection broke: `mining.subscribe`
// gives it, and takes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lode::sserver {

// A slot of an event loop's connections. Its text has 12 bits for the loop and 20 for the slot,
// which is room for more of either than the settings allow.
struct SessionPlace {
    std::uint16_t loop = 0;
    std::uint32_t slot = 0;

    friend bool operator==(const SessionPlace&, const SessionPlace&) = default;
};

struct SessionId {
    // 64 random bits: who knows them is the session's miner. A guess is right once in 10^12 tries
    // with 20,000 sessions to hit.
    std::uint64_t key = 0;
    SessionPlace place;  // of the connection it was given to

    friend bool operator==(const SessionId&, const SessionId&) = default;
};

// 24 hexadecimal digits: the key, then the place.
[[nodiscard]] std::string session_id_text(const SessionId& id);
// Empty when it is none of ours, such as another pool's.
[[nodiscard]] std::optional<SessionId> parse_session_id(std::string_view text);

}  // namespace lode::sserver
