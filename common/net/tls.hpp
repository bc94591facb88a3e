// TLS 1.2 and 1.3 of the server's side, on non-blocking sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "common/base/result.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace lode::net {

struct TlsFiles {
    std::filesystem::path certificate;  // PEM: the server's, then those that vouch for it
    std::filesystem::path key;          // PEM, without a password
};

// A certificate and its key. Sessions keep what they began with.
class TlsContext {
  public:
    // Malformed, naming the file, when one cannot be read or they do not belong together.
    [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);

    [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }

  private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    explicit TlsContext(std::unique_ptr<ssl_ctx_st, Free> context) : context_(std::move(context)) {}
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

enum class TlsState : std::uint8_t {
    failed,
    done,         // the handshake is complete, or bytes were moved
    wants_input,  // again when the socket is readable
    wants_room,   // again when the socket takes more
    ended,        // nothing follows from the peer
    broken,       // an error of the socket
};

struct TlsStep {
    TlsState state = TlsState::failed;
    std::size_t bytes = 0;
};

class TlsSession {
  public:
    // A record carries no more; one write never takes more.
    static constexpr std::size_t record_max = 16 * 1024;

    // The socket outlives it.
    TlsSession(const TlsContext& context, int socket);

    // One step of the handshake.
    [[nodiscard]] TlsStep accept();
    // At most one record. `to` has room for a whole one, so that none is left over inside.
    [[nodiscard]] TlsStep read(std::span<char> to);
    // After wants_room the next write begins with the same bytes, wherever they are by then.
    [[nodiscard]] TlsStep write(std::string_view bytes);
    // Tells the peer that nothing follows, if the socket takes it.
    void say_goodbye();

  private:
    [[nodiscard]] TlsStep step(int result, std::size_t bytes);
    struct Free {
        void operator()(ssl_st* session) const;
    };
    std::unique_ptr<ssl_st, Free> session_;
    bool failed_ = false;
};

}  // namespace lode::net
