// Places in the stream against a bus that refuses, fails and delivers as it likes: what the bus
// holds never has a gap, and what was answered is always on it.
#include "sserver/share_stream.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>
#include <set>

#include "common/messages/share.pb.h"

using namespace lode;
using namespace lode::sserver;

namespace {

// A partition of the bus as its interface promises it: outcomes in the order of sending; when one
// fails, all sent behind it fail too, and nothing is taken until the sender has heard of it.
struct Partition {
    std::deque<std::shared_ptr<const v1::Share>> queue;
    std::vector<std::shared_ptr<const v1::Share>> log;
    bool refuses = false;

    Result<void> send(const std::shared_ptr<const v1::Share>& share) {
        if (refuses) return failure(ErrorCode::exhausted, "the queue is full");
        queue.push_back(share);
        return success();
    }
};

struct Stream {
    Partition bus;
    ShareStream stream{stream_id(5, 1, 0), [this](const auto& share) { return bus.send(share); }};
    std::vector<std::uint64_t> answered;  // the job ids, which name the shares here
    std::uint64_t next_name = 1;

    // The share's name if it was taken.
    std::optional<std::uint64_t> offer() {
        auto share = std::make_shared<v1::Share>();
        const std::uint64_t name = next_name++;
        share->set_job_id(name);
        const auto taken = stream.offer(share, {ClientId(name), "1", SteadyTime()});
        if (!taken) return std::nullopt;
        return name;
    }
    void deliver() {
        const auto share = bus.queue.front();
        bus.queue.pop_front();
        bus.log.push_back(share);
        answer(Sequence(share->sequence()));
    }
    void answer(Sequence sequence) {
        for (const auto& due : stream.delivered(sequence)) answered.push_back(due.client.value());
    }
    // Fails everything queued; `stored` of it were written all the same, as when a power cut
    // comes between the commit and its report.
    void fail(std::size_t stored = 0) {
        auto failing = std::exchange(bus.queue, {});
        for (std::size_t i = 0; i < stored && i < failing.size(); ++i) {
            bus.log.push_back(failing[i]);
        }
        for (const auto& share : failing) stream.failed(Sequence(share->sequence()));
    }
    // What a consumer that knows the rules counts.
    [[nodiscard]] std::vector<std::uint64_t> counted() const {
        std::vector<std::uint64_t> names;
        std::uint64_t last = 0;
        for (const auto& share : bus.log) {
            CHECK(share->stream() == stream_id(5, 1, 0).value());
            if (share->sequence() <= last) continue;
            REQUIRE(share->sequence() == last + 1);  // else: a gap, the partition stops
            last = share->sequence();
            names.push_back(share->job_id());
        }
        return names;
    }
};

}  // namespace

TEST_CASE("stream ids are server, epoch and loop, and a stream stays in one partition") {
    CHECK(stream_id(0x1234, 0x56789abc, 0xdef0) == StreamId(0x123456789abcdef0));
    CHECK(partition_of(1, 0, 12) == 1);
    CHECK(partition_of(4095, 5, 12) == (4095 + 5) % 12);
}

TEST_CASE("sequences begin at one and follow the order of sending") {
    Stream stream;
    for (int i = 0; i < 3; ++i) stream.offer();
    CHECK(stream.bus.queue[0]->sequence() == 1);
    CHECK(stream.bus.queue[2]->sequence() == 3);
    CHECK(stream.answered.empty());
    stream.deliver();
    CHECK(stream.answered == std::vector<std::uint64_t>{1});
}

TEST_CASE("a share the bus refuses has no place") {
    Stream stream;
    stream.offer();
    stream.bus.refuses = true;
    CHECK_FALSE(stream.offer());
    stream.bus.refuses = false;
    CHECK(stream.offer());
    CHECK(stream.bus.queue.back()->sequence() == 2);
    CHECK(stream.stream.under_way() == 2);
}

TEST_CASE("what failed is sent again under its sequence before anything later") {
    Stream stream;
    for (int i = 0; i < 3; ++i) stream.offer();
    stream.deliver();
    stream.fail();
    CHECK(stream.stream.stuck());
    CHECK_FALSE(stream.offer());
    stream.stream.resend();
    CHECK_FALSE(stream.stream.stuck());
    CHECK(stream.offer());
    REQUIRE(stream.bus.queue.size() == 3);
    CHECK(stream.bus.queue[0]->sequence() == 2);
    CHECK(stream.bus.queue[1]->sequence() == 3);
    CHECK(stream.bus.queue[2]->sequence() == 4);
    while (!stream.bus.queue.empty()) stream.deliver();
    CHECK(stream.answered == std::vector<std::uint64_t>{1, 2, 3, 5});
    CHECK(stream.counted() == stream.answered);
}

TEST_CASE("nothing is sent again while outcomes are still due") {
    Stream stream;
    for (int i = 0; i < 3; ++i) stream.offer();
    auto queue = std::exchange(stream.bus.queue, {});
    stream.stream.failed(Sequence(1));
    stream.stream.resend();
    CHECK(stream.bus.queue.empty());
    stream.stream.failed(Sequence(2));
    stream.stream.failed(Sequence(3));
    stream.stream.resend();
    CHECK(stream.bus.queue.size() == 3);
}

TEST_CASE("a bus that takes only a part of what is sent again gets the rest later") {
    Stream stream;
    for (int i = 0; i < 3; ++i) stream.offer();
    stream.fail();
    stream.bus.refuses = true;
    stream.stream.resend();
    CHECK(stream.stream.stuck());
    stream.bus.refuses = false;
    stream.stream.resend();
    CHECK_FALSE(stream.stream.stuck());
    while (!stream.bus.queue.empty()) stream.deliver();
    CHECK(stream.counted() == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("an answer waits for every share ahead of it") {
    Stream stream;
    for (int i = 0; i < 3; ++i) stream.offer();
    // Against the promise, but answers must hold even then.
    stream.answer(Sequence(2));
    stream.answer(Sequence(3));
    CHECK(stream.answered.empty());
    stream.answer(Sequence(1));
    CHECK(stream.answered == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("the number of shares under way is bounded") {
    Stream stream;
    for (std::size_t i = 0; i < ShareStream::under_way_max; ++i) REQUIRE(stream.offer());
    CHECK_FALSE(stream.offer());
    stream.deliver();
    CHECK(stream.offer());
}

TEST_CASE("whatever the bus does, the stream has no gap and answers are kept") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random(seed);
        Stream stream;
        std::set<std::uint64_t> taken;
        for (int step = 0; step < 2'000; ++step) {
            switch (random() % 12) {
                case 0:
                    stream.bus.refuses = random() % 4 == 0;
                    break;
                case 1:
                    if (random() % 8 == 0) stream.fail(random() % 3);
                    break;
                case 2:
                    stream.stream.resend();
                    break;
                case 3:
                case 4:
                case 5:
                case 6:
                    if (!stream.bus.queue.empty()) stream.deliver();
                    break;
                default:
                    if (const auto name = stream.offer()) taken.insert(*name);
                    break;
            }
        }
        stream.bus.refuses = false;
        stream.stream.resend();
        while (!stream.bus.queue.empty()) stream.deliver();
        CHECK(stream.stream.under_way() == 0);
        // Everything taken is counted once and answered once, in order.
        CHECK(stream.counted() == stream.answered);
        CHECK(stream.answered == std::vector<std::uint64_t>(taken.begin(), taken.end()));
    }
}

TEST_CASE("killed at any moment, what was answered is counted and nothing twice") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random(seed);
        Stream stream;
        for (int step = 0; step < static_cast<int>(random() % 300); ++step) {
            const auto what = random() % 8;
            if (what < 4) stream.offer();
            if (what >= 4 && what < 7 && !stream.bus.queue.empty()) stream.deliver();
            if (what == 7 && random() % 4 == 0) stream.fail(random() % 3);
            if (what == 7) stream.stream.resend();
        }
        // Killed here: what is queued at the bus may or may not be written, in order.
        while (!stream.bus.queue.empty() && random() % 3 != 0) {
            stream.bus.log.push_back(stream.bus.queue.front());
            stream.bus.queue.pop_front();
        }
        const auto counted = stream.counted();
        REQUIRE(counted.size() >= stream.answered.size());
        CHECK(std::equal(stream.answered.begin(), stream.answered.end(), counted.begin()));
    }
}
