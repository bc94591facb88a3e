// Proofs that somebody owns an address: what they are asked to sign, and the ticket by which the
// pool knows its own question again. Nothing is kept for a proof that never comes back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "statshttpd/caller.hpp"

namespace lode::statshttpd {

// What the signature is for: a token, or one change of settings.
enum class ProofAction : std::uint8_t { session, settings };

struct Proof {
    std::string host;   // which the user sees in the message, so that no other site can pass it on
    std::string nonce;  // 32 hexadecimal digits
    ProofAction action = ProofAction::session;
    Scope scope = Scope::none;  // of the token
    std::string user;           // an address, canonical
    UnixTime expires;
};

// Long enough to carry a message to a wallet and back, too short to be of use to a finder.
inline constexpr auto proof_time = std::chrono::minutes(5);
inline constexpr std::size_t nonce_bytes = 16;
inline constexpr std::size_t proof_key_bytes = 32;

[[nodiscard]] std::string_view to_string(ProofAction action);

// Six lines without one at the end: host, nonce, action, scope, user, expiry.
[[nodiscard]] std::string message_of(const Proof& proof);

// What the client sends back with its signature; only who has the key can make one. It holds all
// of the proof but the host, which it is bound to.
[[nodiscard]] std::string ticket_of(const Proof& proof, ByteView key);

// Malformed: not of this pool, or of another host; rejected: expired.
struct TicketContext {
    std::string host;
    UnixTime now;
};
[[nodiscard]] Result<Proof> read_ticket(std::string_view ticket, const TicketContext& context,
                                        ByteView key);

}  // namespace lode::statshttpd
