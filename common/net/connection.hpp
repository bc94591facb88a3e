// What a loop keeps of one connection: little while it is idle, buffers only while it holds half a
// line or unsent output.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/file.hpp"
#include "common/net/channel.hpp"
#include "common/net/close_reason.hpp"

namespace lode::net {

// Text that many connections are sent without a copy each.
using SharedText = std::shared_ptr<const std::string>;

// Generations are not reused, so that an id never means a later connection in the same slot.
struct ConnectionId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    friend bool operator==(const ConnectionId&, const ConnectionId&) = default;

    [[nodiscard]] std::uint64_t packed() const { return (std::uint64_t{generation} << 32) | slot; }
    [[nodiscard]] static ConnectionId unpack(std::uint64_t packed) {
        return {static_cast<std::uint32_t>(packed), static_cast<std::uint32_t>(packed >> 32)};
    }
};

// What waits to be sent: pieces of its own text and of shared texts, in order.
class Output {
  public:
    void add(std::string_view text);
    void add(SharedText text);

    [[nodiscard]] std::size_t size() const { return size_; }

    enum class Written : std::uint8_t { all, some, failed };
    // One scattered write after another until all is sent or the socket takes no more. Tells how
    // many bytes it took.
    struct Progress {
        Written written = Written::failed;
        std::size_t bytes = 0;
    };
    [[nodiscard]] Progress write_to(int fd);
    // The same through TLS, a record at a time; pieces that share a record are put together in
    // `scratch`.
    [[nodiscard]] Progress write_to(TlsSession& session, std::span<char> scratch);

    // When the socket last took something, or first took no more; kept by the owner.
    SteadyTime moved_at;

    // Empties it for the next user and keeps a little memory.
    void reset();

  private:
    struct Piece {
        SharedText shared;  // null: text_
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    [[nodiscard]] std::string_view view(const Piece& piece) const;
    [[nodiscard]] std::string_view front(std::span<char> scratch) const;
    void consume(std::size_t bytes);

    std::string text_;
    std::vector<Piece> pieces_;
    std::size_t size_ = 0;
};

struct Connection {
    Connection(FileDescriptor fd, std::uint32_t its_generation)
        : socket(std::move(fd)), generation(its_generation) {}

    FileDescriptor socket;
    std::uint32_t generation;
    CloseReason closing = CloseReason::none;  // anything else: no more input, gone this iteration
    bool dirty = false;                       // in the list of those to be written to
    bool waits_for_room = false;              // the socket took no more; epoll tells when it does
    bool suspected = false;                   // in the list of those whose reader may be slow
    std::unique_ptr<std::string> half_line;
    std::unique_ptr<Output> output;
    std::unique_ptr<Channel> channel;  // null: plain, and open
    SteadyTime deadline = SteadyTime::max();
    SteadyTime wheel_due = SteadyTime::max();  // of its entry in the wheel that counts
};

}  // namespace lode::net
