// The shares of one loop on their way to the bus: each gets the next place in the stream, is
// answered when it is durable, and not before every share ahead of it is. A share that the bus
// refuses at once never gets a place; one whose delivery failed keeps its place and is sent again
// before any later one, so that the stream has no gap whatever happens.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"

namespace lode::v1 {
class Share;
}

namespace lode::sserver {

// A connection, as its loop knows it.
using ClientId = Strong<std::uint64_t, struct ClientIdTag>;

// server id u16 | epoch u32 | loop u16
[[nodiscard]] constexpr StreamId stream_id(std::uint16_t server, std::uint32_t epoch,
                                           std::uint16_t loop) {
    return StreamId((std::uint64_t{server} << 48) | (std::uint64_t{epoch} << 16) | loop);
}

// Every stream sends to one partition for its life.
[[nodiscard]] constexpr std::uint32_t partition_of(std::uint16_t server, std::uint16_t loop,
                                                   std::uint32_t partitions) {
    return (std::uint32_t{server} + loop) % partitions;
}

// Who waits for a share to be durable.
struct WaitingAnswer {
    ClientId client;
    std::string request_id;  // raw JSON text
    SteadyTime received;
};

class ShareStream {
  public:
    // Hands a share to the bus; its outcome comes back by delivered() or failed(), in the order of
    // sending. An error: the bus has not taken it.
    using Send = std::function<Result<void>(const std::shared_ptr<const v1::Share>&)>;

    // What one loop may have under way: half a second at 10,000 shares a second, far beyond the
    // bus's few ms. Above it shares are refused, which is the honest answer to a bus that stands.
    static constexpr std::size_t under_way_max = 5'000;

    ShareStream(StreamId id, Send send) : id_(id), send_(std::move(send)) {}

    // Sends the share as the next of the stream. An error: it has no place, tell the miner.
    [[nodiscard]] Result<void> offer(std::shared_ptr<v1::Share> share, WaitingAnswer waiting);

    // The share is durable; gives the answers that are due now.
    [[nodiscard]] std::vector<WaitingAnswer> delivered(Sequence sequence);

    // The share is not durable. It, and what failed behind it, waits for resend().
    void failed(Sequence sequence);

    // Once every outcome is known: sends what failed again, in order, as far as the bus takes it.
    // To be called now and then while stuck() says so.
    void resend();

    [[nodiscard]] bool stuck() const { return stuck_; }
    [[nodiscard]] std::size_t under_way() const { return entries_.size(); }

  private:
    enum class State : std::uint8_t { sent, failed, durable };
    struct Entry {
        std::shared_ptr<const v1::Share> share;
        WaitingAnswer waiting;
        State state = State::sent;
    };
    [[nodiscard]] Entry& entry(Sequence sequence);

    StreamId id_;
    Send send_;
    std::uint64_t next_ = 1;     // the sequence of the next share
    std::deque<Entry> entries_;  // the last has sequence next_ - 1
    std::size_t outcomes_due_ = 0;
    bool stuck_ = false;  // something failed and is not sent again yet
};

}  // namespace lode::sserver
