// The rule of whoever counts shares, told a second time in the simplest words, a bus that keeps
// what its interface promises and nothing more, and a spool whose disk does what a test says.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "common/messages/share.pb.h"
#include "sserver/share_stream.hpp"

namespace lode::test {

using sserver::Acknowledge;
using sserver::ClientId;
using sserver::SharePort;
using sserver::SharePtr;
using sserver::ShareStream;
using sserver::ShareStreamOptions;
using sserver::SpooledRange;

// Counts a stream's shares: one above the last is counted, those up to the last are known already,
// a gap is an alarm. Gives the job ids of those counted, which name the shares in these tests.
class CountingReader {
  public:
    void read(const v1::Share& share) {
        std::uint64_t& last = last_[share.stream()];
        if (share.sequence() <= last) return;
        if (share.sequence() != last + 1) gap_ = true;
        last = share.sequence();
        counted.push_back(share.job_id());
    }
    [[nodiscard]] bool gap() const { return gap_; }
    std::vector<std::uint64_t> counted;

  private:
    std::map<std::uint64_t, std::uint64_t> last_;
    bool gap_ = false;
};

// A partition: what is sent is stored in order, or fails from some share on; the sender is told
// later, in order, and nothing is taken while it has not heard of a failure.
struct PartitionDouble {
    struct Outcome {
        Sequence sequence;
        bool stored;
    };

    Result<void> send(const SharePtr& share) {
        if (refuses || failures > 0) return failure(ErrorCode::unavailable, "refused");
        queue.push_back(share);
        return success();
    }
    void store() {
        if (queue.empty()) return;
        log.push_back(queue.front());
        outcomes.push_back({Sequence(queue.front()->sequence()), true});
        queue.pop_front();
    }
    // Fails all that is not stored; some of it is there all the same, which nobody hears.
    void fail(std::size_t there) {
        for (const SharePtr& share : std::exchange(queue, {})) {
            if (there > 0) log.push_back(share);
            there -= there > 0 ? 1 : 0;
            outcomes.push_back({Sequence(share->sequence()), false});
            ++failures;
        }
    }
    void tell(ShareStream& stream, SteadyTime now) {
        if (outcomes.empty()) return;
        const Outcome outcome = outcomes.front();
        outcomes.pop_front();
        if (outcome.stored) return stream.delivered(outcome.sequence, now);
        --failures;
        stream.failed(outcome.sequence);
    }
    // The sender dies: some of what it sent comes through.
    void lose_sender(std::size_t there) {
        for (const SharePtr& share : std::exchange(queue, {})) {
            if (there-- == 0) break;
            log.push_back(share);
        }
        outcomes.clear();
        failures = 0;
    }

    std::deque<SharePtr> queue;
    std::deque<Outcome> outcomes;
    std::vector<SharePtr> log;
    std::size_t failures = 0;  // not told yet
    bool refuses = false;
};

[[nodiscard]] inline CountingReader count(const std::vector<SharePtr>& log) {
    CountingReader reader;
    for (const SharePtr& share : log) reader.read(*share);
    return reader;
}

// A share without a place; the job id names it.
[[nodiscard]] inline std::shared_ptr<v1::Share> a_share(std::uint64_t name) {
    auto share = std::make_shared<v1::Share>();
    share->set_job_id(name);
    return share;
}

// A spool whose disk a test commands: what is handed over waits until sync() or fail().
struct SpoolDouble {
    using Event = std::function<void(ShareStream&, SteadyTime)>;

    void append(const SharePtr& share) {
        if (fenced) return;
        REQUIRE(share->sequence() == (queue.empty() ? end : queue.back()->sequence() + 1));
        queue.push_back(share);
    }
    void forget(Sequence before) {
        known = std::max(known, before.value());
        while (!queue.empty() && queue.front()->sequence() < known) queue.pop_front();
        // Whole segments only, of four shares here.
        while (disk.size() >= 4 && disk[3]->sequence() < known) {
            disk.erase(disk.begin(), disk.begin() + 4);
        }
        if (end <= known) disk.clear();
        end = std::max(end, known);
    }
    void sync(std::size_t count) {
        if (queue.empty() || count == 0) return;
        for (; count > 0 && !queue.empty(); --count) {
            disk.push_back(queue.front());
            queue.pop_front();
        }
        end = disk.back()->sequence() + 1;
        events.push_back(
            [to = Sequence(end)](ShareStream& stream, SteadyTime now) { stream.spooled(to, now); });
    }
    void fail() {
        if (queue.empty()) return;
        fenced = true;
        queue.clear();
        events.push_back([this](ShareStream& stream, SteadyTime) {
            fenced = false;
            stream.spool_failed({ErrorCode::exhausted, "the disk is full"});
        });
    }
    void read(Sequence from, std::size_t count) {
        std::vector<SharePtr> found;
        for (const SharePtr& share : disk) {
            if (share->sequence() >= from.value() && found.size() < count) found.push_back(share);
        }
        REQUIRE_FALSE(found.empty());
        REQUIRE(found.front()->sequence() == from.value());
        if (read_fails) {
            events.push_back([](ShareStream& stream, SteadyTime) { stream.read_failed(); });
        } else {
            events.push_back([found](ShareStream& stream, SteadyTime) { stream.read_back(found); });
        }
    }
    void tell(ShareStream& stream, SteadyTime now) {
        if (events.empty()) return;
        const Event event = std::move(events.front());
        events.pop_front();
        event(stream, now);
    }

    std::deque<SharePtr> queue;
    std::deque<SharePtr> disk;
    std::deque<Event> events;
    std::uint64_t end = 1;    // after the last share written
    std::uint64_t known = 1;  // forgotten before this
    bool fenced = false;
    bool full = false;
    bool read_fails = false;
};

// A stream between the two, and who is answered; names count the shares offered from 1.
struct StreamWorld final : SharePort {
    explicit StreamWorld(Acknowledge acknowledge = Acknowledge::bus,
                         std::optional<Duration> spool_after = std::chrono::milliseconds(250))
        : options{.id = sserver::stream_id(5, 1, 0),
                  .acknowledge = acknowledge,
                  .spool_after = spool_after},
          stream(std::make_unique<ShareStream>(options, *this, [this](const auto& due, SteadyTime) {
              answered.push_back(due.client.value());
          })) {}

    Result<void> publish(const SharePtr& share) override { return bus.send(share); }
    void spool(const SharePtr& share) override { disk.append(share); }
    void read_spool(Sequence from, std::size_t count) override { disk.read(from, count); }
    void forget_spooled(Sequence before) override { disk.forget(before); }
    [[nodiscard]] bool spool_full() const override { return disk.full; }

    Result<void> offer() {
        const std::uint64_t name = next_name++;
        auto taken = stream->offer(a_share(name), {ClientId(name), "1", now});
        if (taken) placed.insert(name);
        return taken;
    }
    void store(std::size_t count = 1) {
        for (; count > 0; --count) {
            bus.store();
            bus.tell(*stream, now);
        }
    }
    void fail(std::size_t there = 0) {
        bus.fail(there);
        while (!bus.outcomes.empty()) bus.tell(*stream, now);
    }
    void sync() {
        disk.sync(SIZE_MAX);
        while (!disk.events.empty()) disk.tell(*stream, now);
    }
    void wait(Duration time) {
        now += time;
        stream->look(now);
    }
    // Everything works again until nothing is left to do.
    void settle() {
        bus.refuses = disk.full = disk.read_fails = false;
        for (int i = 0; i < 100 && (stream->backlog() > 0 || stream->under_way() > 0); ++i) {
            while (!bus.outcomes.empty()) bus.tell(*stream, now);
            stream->tick();
            sync();
            store(bus.queue.size());
        }
        CHECK(stream->backlog() == 0);
        CHECK(stream->under_way() == 0);
    }
    // The process dies and another hands over what the disk has.
    void restart(std::size_t there) {
        bus.lose_sender(there);
        stream.reset();
        disk.queue.clear();
        disk.events.clear();
        disk.fenced = false;
        if (disk.disk.empty()) return;
        const Sequence first(disk.disk.front()->sequence());
        stream =
            std::make_unique<ShareStream>(options, *this, SpooledRange{first, Sequence(disk.end)});
        stream->tick();
    }

    SteadyTime now{std::chrono::hours(100)};
    PartitionDouble bus;
    SpoolDouble disk;
    ShareStreamOptions options;
    std::vector<std::uint64_t> answered;
    std::set<std::uint64_t> placed;
    std::uint64_t next_name = 1;
    std::unique_ptr<ShareStream> stream;
};

}  // namespace lode::test
