// The shares of one loop on their way to the bus: each gets the next place in the stream, is
// answered when it is durable, and not before every share ahead of it is. Durable is what the bus
// has stored, or what the spool has on disk: a file that takes the shares while the bus is slow,
// and that the bus is fed from, in order, until it has caught up. A place once given is never left
// out: what failed is sent again before anything later, so that the stream has no gap whatever
// happens. No socket, file or clock is touched here.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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

using SharePtr = std::shared_ptr<const v1::Share>;

// When a share is answered.
enum class Acknowledge : std::uint8_t {
    bus,    // stored by the bus, or by the spool once the bus is slow
    spool,  // on disk here, always
    fast,   // at once, durable or not
};

// What the stream wants done outside. Outcomes come back by the calls named.
class SharePort {
  public:
    virtual ~SharePort() = default;
    // To the bus: delivered() or failed(), in the order of sending. An error: not taken.
    [[nodiscard]] virtual Result<void> publish(const SharePtr& share) = 0;
    // To the end of the spool: spooled() or spool_failed(). After a failure nothing is written
    // until the stream has been told; what was handed over behind it is forgotten.
    virtual void spool(const SharePtr& share) = 0;
    // From the spool: read_back() or read_failed().
    virtual void read_spool(Sequence from, std::size_t count) = 0;
    // The bus has every share before this one: the spool need not keep it.
    virtual void forget_spooled(Sequence before) = 0;
    // The spool has reached its greatest size.
    [[nodiscard]] virtual bool spool_full() const = 0;
};

struct ShareStreamOptions {
    StreamId id;
    Acknowledge acknowledge = Acknowledge::bus;
    // With the oldest unanswered share this old, shares go through the spool. None: there is no
    // spool, shares wait for the bus.
    std::optional<Duration> spool_after;
};

// Shares of a spool that an earlier run left: from `first`, all of them before `end`.
struct SpooledRange {
    Sequence first;
    Sequence end;
};

class ShareStream {
  public:
    using Answer = std::function<void(const WaitingAnswer&, SteadyTime now)>;

    // Shares that are neither on the bus nor on disk: half a second at 10,000 shares a second, far
    // beyond the few ms of either. Above it shares are refused, which is the honest answer to a
    // bus and a disk that stand. Also what the bus is given at a time while it catches up.
    static constexpr std::size_t under_way_max = 5'000;
    // With so many on their way to the bus the spool need not wait for its time.
    static constexpr std::size_t direct_max = under_way_max / 2;
    // Read from the spool at a time: 150 kB, a fraction of a millisecond.
    static constexpr std::size_t read_max = 500;

    // The port outlives it. `answer` is called for each share that is due, in order.
    ShareStream(const ShareStreamOptions& options, SharePort& port, Answer answer);
    // Hands what an earlier run left to the bus; shares are not offered to it. Begins with tick().
    ShareStream(const ShareStreamOptions& options, SharePort& port, SpooledRange left);

    // Takes the share as the next of the stream. An error: it has no place, tell the miner.
    [[nodiscard]] Result<void> offer(std::shared_ptr<v1::Share> share, WaitingAnswer waiting);

    // The bus has the share.
    void delivered(Sequence sequence, SteadyTime now);
    // The bus does not have it, nor those sent behind it, whose failures follow.
    void failed(Sequence sequence);

    // Every share before `end` that was handed to the spool is on disk.
    void spooled(Sequence end, SteadyTime now);
    // The spool wrote nothing from some share on.
    void spool_failed(const Error& error);
    // The shares asked for, at least one.
    void read_back(std::span<const SharePtr> shares);
    void read_failed() { reading_ = false; }

    // Begins spooling when the bus is slow.
    void look(SteadyTime now);
    // When to look: by then the oldest share, if the bus does not have it, is to be spooled.
    [[nodiscard]] std::optional<SteadyTime> look_due() const;
    // Now and then: what was refused or failed is tried again.
    void tick();

    // Shares are not taken now.
    [[nodiscard]] bool stuck() const;
    [[nodiscard]] bool spooling() const { return spooling_; }
    // Shares that are not durable.
    [[nodiscard]] std::size_t under_way() const { return waiting_.size(); }
    // Shares that the bus does not have.
    [[nodiscard]] std::uint64_t backlog() const { return next_ - delivered_; }
    // The oldest share that the bus does not have, null when it has all or it is only in the file.
    [[nodiscard]] const v1::Share* oldest() const {
        return feed_.empty() ? nullptr : feed_.front().share.get();
    }

  private:
    struct Entry {
        SharePtr share;
        SteadyTime offered;  // the distant past for one read back
    };
    [[nodiscard]] bool has_spool() const { return options_.spool_after.has_value(); }
    [[nodiscard]] std::uint64_t feed_end() const { return delivered_ + feed_.size(); }
    [[nodiscard]] std::uint64_t tail_begin() const { return next_ - tail_.size(); }
    [[nodiscard]] std::size_t unheard() const { return sent_ - delivered_ - failed_; }
    [[nodiscard]] const Entry& entry(std::uint64_t sequence) const;
    [[nodiscard]] Result<void> admit() const;
    void place(Entry entry);
    void enter_spool();
    void hand_over();
    void leave_spool();
    void resend();
    void fill_feed();
    void pump();
    void forget();
    void settle(SteadyTime now);

    const ShareStreamOptions options_;
    SharePort& port_;
    Answer answer_;

    // Sequences; each counts from the first that is not yet as its name says.
    std::uint64_t next_ = 1;       // given a place
    std::uint64_t delivered_ = 1;  // on the bus
    std::uint64_t sent_ = 1;       // handed to the bus
    std::uint64_t handed_ = 1;     // handed to the spool, or on the bus
    std::uint64_t synced_ = 1;     // on disk in the spool, or on the bus before it came there
    std::uint64_t forgotten_ = 1;  // the spool was told that the bus has it

    std::deque<WaitingAnswer> waiting_;  // the last shares, those that are not durable
    // What is in memory: the shares on their way to the bus, from delivered_ on, and the last
    // ones, which end at next_. Shares between the two are in the spool's file only.
    std::deque<Entry> feed_;
    std::deque<Entry> tail_;
    std::size_t failed_ = 0;     // of those sent, from delivered_ on
    bool spooling_ = false;      // new shares go to the spool, the bus gets only what is in it
    bool spool_broken_ = false;  // the last write failed
    std::string spool_problem_;  // why
    bool reading_ = false;       // read_back or read_failed is due
};

}  // namespace lode::sserver
