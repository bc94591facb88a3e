// Each share once, in order, whatever the bus delivers again.
#include "sharelogger/partition_account.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/sharelogger/builders.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto start = from_unix_ms(1'700'000'040'000);  // a whole minute
constexpr std::uint32_t halving = 210'000;

CountedShare share_of(std::uint64_t stream, std::uint64_t sequence) {
    return {.stream = StreamId(stream),
            .sequence = Sequence(sequence),
            .user = "alice",
            .worker = "rig",
            .job = JobId(1),
            .height = 100,
            .bits = 0x1d00ffff,
            .work = bitcoin::Work(0, 1000),
            .accepted = start};
}

// The record that a share came in; the accounts look at its offset only.
ShareRecord at(std::int64_t offset) {
    static const auto message = std::make_shared<const v1::Share>();
    return {.partition = 3, .offset = offset, .appended = {}, .message = message};
}

PartitionAccount account_at(std::int64_t next, Sequences sequences = {}) {
    static const RoundCuts no_cuts;
    return PartitionAccount({.partition = 3, .next = next, .sequences = std::move(sequences)},
                            halving, no_cuts);
}

std::int64_t shares_in(const PartitionBatch& batch) {
    std::int64_t shares = 0;
    for (const auto& [key, sum] : batch.users) shares += sum.shares;
    return shares;
}

}  // namespace

TEST_CASE("shares in order are summed by user and worker") {
    auto account = account_at(10);
    CHECK(account.add(at(10), share_of(1, 1)) == Verdict::counted);
    auto other = share_of(1, 2);
    other.worker = "second";
    CHECK(account.add(at(11), other) == Verdict::counted);
    const auto batch = account.take_batch();
    CHECK(batch.partition == 3);
    CHECK(batch.expected == 10);
    CHECK(batch.next == 12);
    REQUIRE(batch.users.size() == 1);
    CHECK(batch.users.begin()->second.work == bitcoin::Work(0, 2000));
    CHECK(batch.users.begin()->second.shares == 2);
    CHECK(batch.workers.size() == 2);
    CHECK(batch.sequences.at(StreamId(1)) == Sequence(2));
    CHECK(account.take_batch().empty());
}

TEST_CASE("a share delivered again is not counted again") {
    auto account = account_at(10, {{StreamId(1), Sequence(5)}});
    CHECK(account.add(at(9), share_of(1, 5)) == Verdict::already_counted);
    CHECK(account.add(at(10), share_of(1, 5)) == Verdict::already_counted);
    CHECK(account.add(at(11), share_of(1, 6)) == Verdict::counted);
    CHECK(account.add(at(12), share_of(1, 6)) == Verdict::already_counted);
    const auto batch = account.take_batch();
    CHECK(batch.next == 13);
    CHECK(shares_in(batch) == 1);
}

TEST_CASE("a gap stops the partition and names what is missing") {
    auto account = account_at(0);
    CHECK(account.add(at(0), share_of(7, 1)) == Verdict::counted);
    CHECK(account.add(at(1), share_of(7, 4)) == Verdict::gap);
    REQUIRE(account.stopped());
    CHECK(account.stopped()->reason == "stream 7 lacks sequences 2 to 3 at offset 1");
    CHECK(account.stopped()->cause == Stop::Cause::gap);
    CHECK(account.add(at(2), share_of(8, 1)) == Verdict::stopped);
    const auto batch = account.take_batch();
    CHECK(batch.next == 1);
    CHECK(shares_in(batch) == 1);
}

TEST_CASE("the first share of a stream has sequence 1") {
    auto account = account_at(0);
    CHECK(account.add(at(0), share_of(7, 2)) == Verdict::gap);
}

TEST_CASE("any mixture of repeats counts each share once") {
    std::mt19937_64 random(20261121);
    for (int round = 0; round < 50; ++round) {
        // Three streams, each delivered in order but with stretches repeated, as after crashes of
        // the producer; and the whole topic read again from a random offset after each batch.
        std::vector<CountedShare> topic;
        for (std::uint64_t stream = 1; stream <= 3; ++stream) {
            std::uint64_t sent = 0;
            while (sent < 40) {
                sent = std::min<std::uint64_t>(40, sent + random() % 9);
                const std::uint64_t from = sent - std::min<std::uint64_t>(sent, random() % 5);
                for (std::uint64_t sequence = from + 1; sequence <= sent; ++sequence) {
                    topic.push_back(share_of(stream, sequence));
                }
            }
        }
        std::map<std::pair<StreamId, Sequence>, int> seen;
        auto account = account_at(0);
        std::int64_t shares = 0;
        std::map<StreamId, std::uint64_t> last;
        for (std::size_t i = 0; i < topic.size(); ++i) {
            const auto verdict = account.add(at(static_cast<std::int64_t>(i)), topic[i]);
            const bool fits = topic[i].sequence.value() <= last[topic[i].stream] + 1;
            if (!fits) {
                CHECK(verdict == Verdict::gap);
                break;
            }
            last[topic[i].stream] = std::max(last[topic[i].stream], topic[i].sequence.value());
            if (verdict == Verdict::counted) ++seen[{topic[i].stream, topic[i].sequence}];
            if (random() % 7 == 0) {
                shares += shares_in(account.take_batch());
                const auto back = static_cast<std::size_t>(random() % (i + 1));
                for (std::size_t again = back; again <= i; ++again) {
                    CHECK(account.add(at(static_cast<std::int64_t>(again)), topic[again]) ==
                          Verdict::already_counted);
                }
            }
        }
        shares += shares_in(account.take_batch());
        for (const auto& [share, times] : seen) CHECK(times == 1);
        CHECK(shares == static_cast<std::int64_t>(seen.size()));
    }
}

TEST_CASE("buckets are cut by minute, difficulty and epoch") {
    auto account = account_at(0);
    auto share = share_of(1, 1);
    (void)account.add(at(0), share);
    share = share_of(1, 2);
    share.accepted = start + 60s - 1ms;
    (void)account.add(at(1), share);
    share = share_of(1, 3);
    share.accepted = start + 60s;
    (void)account.add(at(2), share);
    share = share_of(1, 4);
    share.bits = 0x1c00ffff;
    (void)account.add(at(3), share);
    share = share_of(1, 5);
    share.height = 2016;
    (void)account.add(at(4), share);
    const auto batch = account.take_batch();
    CHECK(batch.users.size() == 4);
    CHECK(batch.users.begin()->first.start == start);
    CHECK(shares_in(batch) == 5);
}

TEST_CASE("a user's solo shares have a sum of their own") {
    auto account = account_at(0);
    (void)account.add(at(0), share_of(1, 1));
    auto solo = share_of(1, 2);
    solo.scheme = Scheme::solo;
    (void)account.add(at(1), solo);
    const auto batch = account.take_batch();
    REQUIRE(batch.users.size() == 2);
    CHECK(batch.users.begin()->first.scheme == Scheme::base);
    CHECK(std::next(batch.users.begin())->first.scheme == Scheme::solo);
    CHECK(batch.workers.size() == 1);
}

TEST_CASE("a share with a payout script is one of a solo miner") {
    auto message = test::a_share(test::a_job(), 9);
    const auto now = from_unix_ms(message.produced_unix_ms());
    CHECK(parse_share(message, now).value().scheme == Scheme::base);
    message.mutable_bitcoin()->set_payout_script("script");
    CHECK(parse_share(message, now).value().scheme == Scheme::solo);
}

TEST_CASE("epochs end at retargets and halvings") {
    CHECK(height_epoch(2015, halving) == 0);
    CHECK(height_epoch(2016, halving) == 1);
    CHECK(height_epoch(209'999, halving) == 104);
    CHECK(height_epoch(210'000, halving) == 105);
    CHECK(height_epoch(149, 150) == 0);
    CHECK(height_epoch(150, 150) == 1);
}

TEST_CASE("a message becomes a share, its clock bounded by the bus") {
    const auto message = test::a_share(test::a_job(), 9);
    const auto accepted = from_unix_ms(message.produced_unix_ms());
    const auto share = parse_share(message, accepted);
    REQUIRE(share);
    CHECK(share.value().user == "alice");
    CHECK(share.value().sequence == Sequence(9));
    CHECK(share.value().accepted == accepted);
    CHECK(parse_share(message, accepted - 61s).value().accepted == accepted - 1s);
}

TEST_CASE("a message that lacks a field is malformed") {
    const auto refused = [](auto alter) {
        auto message = test::a_share(test::a_job(), 1);
        alter(message);
        const auto share = parse_share(message, start);
        return share.has_error() && share.error().code == ErrorCode::malformed;
    };
    CHECK(refused([](v1::Share& s) { s.clear_sequence(); }));
    CHECK(refused([](v1::Share& s) { s.clear_job_id(); }));
    CHECK(refused([](v1::Share& s) { s.clear_bitcoin(); }));
    CHECK(refused([](v1::Share& s) { s.clear_user(); }));
    CHECK(refused([](v1::Share& s) { s.set_user(std::string(129, 'u')); }));
    CHECK(refused([](v1::Share& s) { s.set_worker(std::string(65, 'w')); }));
    CHECK(refused([](v1::Share& s) { s.set_work("short"); }));
}

TEST_CASE("whatever follows what, a worker's shares are in the sums of their own time and kind") {
    std::mt19937_64 random(7);
    const auto below = [&random](std::uint64_t end) { return random() % end; };
    RoundCuts cuts;
    PartitionAccount account({.partition = 3}, halving, cuts);
    for (std::int64_t batches = 0, offset = 0; batches < 200; ++batches) {
        UserBuckets users;
        WorkerBuckets workers;
        for (const auto end = offset + 100; offset < end; ++offset) {
            auto share = share_of(1, static_cast<std::uint64_t>(offset) + 1);
            share.user = below(2) == 0 ? "alice" : "alicer";
            share.worker = below(2) == 0 ? "rig" : "ig";
            share.height = static_cast<std::uint32_t>(below(3) * 2'016);
            share.bits += static_cast<std::uint32_t>(below(2));
            share.work = bitcoin::Work(0, below(1'000));
            share.scheme = below(8) == 0 ? Scheme::solo : Scheme::base;
            share.accepted = start + std::chrono::milliseconds(below(4) * 400'000 + below(3));
            if (below(200) == 0) cuts.add(share.accepted);
            const WorkSum sum{share.work, 1, share.accepted};
            const auto time = share.accepted.time_since_epoch();
            users[{share.user, cuts.bucket_start(share.accepted), share.bits,
                   height_epoch(share.height, halving), share.scheme}] += sum;
            workers[{share.user, share.worker,
                     UnixTime(time - time % std::chrono::milliseconds(worker_bucket_length))}] +=
                sum;
            REQUIRE(account.add(at(offset), share) == Verdict::counted);
        }
        const auto batch = account.take_batch();
        REQUIRE(batch.users == users);
        REQUIRE(batch.workers == workers);
    }
}
