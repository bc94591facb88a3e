// What lies between a socket and its lines: a proxy's header and the TLS handshake before the
// connection is open, the TLS session afterwards. Plain connections have none once they are open.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/base/ip_address.hpp"
#include "common/net/close_reason.hpp"
#include "common/net/tls.hpp"

namespace lode::net {

// Where a connection comes from.
struct Peer {
    IpAddress address;  // the client's, also behind a proxy that tells it
    std::uint16_t port = 0;
    std::uint32_t listener = 0;  // number of the listener that let it in
};

enum class Preface : std::uint8_t { none, proxy_header };

// What must happen before a connection is open.
struct Entrance {
    Preface preface = Preface::none;
    std::shared_ptr<const TlsContext> tls{};  // null: plain

    [[nodiscard]] bool direct() const { return preface == Preface::none && !tls; }
};

// The first byte of a TLS handshake; no line of text begins with it.
constexpr char tls_hello = 0x16;

class Channel {
  public:
    Channel(const Peer& peer, Entrance entrance) : peer_(peer), entrance_(std::move(entrance)) {}

    struct Step {
        enum class State : std::uint8_t {
            refused,
            wants_input,
            addressed,  // the header is read: peer() is the true one, the next call goes on
            open
        };
        State state = State::refused;
        CloseReason reason = CloseReason::none;  // of a refusal
    };
    // Goes on with the entrance as far as the socket's input allows. `scratch` has room for a
    // proxy's header; its content is nobody's between the calls.
    [[nodiscard]] Step enter(int socket, std::span<char> scratch);

    [[nodiscard]] bool open() const { return open_; }
    // The true one once it is open, and before, if there is no header to come.
    [[nodiscard]] const Peer& peer() const { return peer_; }
    // The loop's handler lets this peer in.
    void set_admitted() { admitted_ = true; }
    [[nodiscard]] bool admitted() const { return admitted_; }
    // Null without TLS, and before the handshake.
    [[nodiscard]] TlsSession* tls() { return tls_ ? &*tls_ : nullptr; }

  private:
    [[nodiscard]] Step take_header(int socket, std::span<char> scratch);
    [[nodiscard]] Step shake_hands(int socket);

    Peer peer_;
    Entrance entrance_;
    bool open_ = false;
    bool admitted_ = false;
    std::string header_;  // as much as came
    std::optional<TlsSession> tls_;
};

}  // namespace lode::net
