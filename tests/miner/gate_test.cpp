// What may be hashed and what may be sent.
#include "miner/gate.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::miner;

namespace {

WorkPtr work_of(std::uint64_t connection, std::uint64_t tip) {
    auto work = std::make_shared<Work>();
    work->connection = connection;
    work->tip = tip;
    work->job.prev_hash.bytes[0] = static_cast<std::uint8_t>(tip);
    return work;
}

Found share_of(const WorkPtr& work) {
    return {work, {}, 0, {}, false};
}

Found block_of(const WorkPtr& work) {
    return {work, {}, 0, {}, true};
}

}  // namespace

TEST_CASE("a gate without work has nothing to hash") {
    Gate gate({.unanswered_max = 2});
    CHECK_FALSE(gate.work());
    const WorkPtr work = work_of(1, 1);
    gate.set_work(work);
    CHECK(gate.work() == work);
    gate.set_work(nullptr);
    CHECK_FALSE(gate.work());
}

TEST_CASE("shares wait when too many are unanswered") {
    Gate gate({.unanswered_max = 2});
    const WorkPtr work = work_of(1, 1);
    gate.set_work(work);
    CHECK(gate.offer(share_of(work)) == Offer::taken);
    CHECK(gate.offer(share_of(work)) == Offer::taken);
    CHECK(gate.offer(share_of(work)) == Offer::wait);
    gate.answered(1);
    CHECK(gate.offer(share_of(work)) == Offer::taken);
    CHECK(gate.offer(share_of(work)) == Offer::wait);
}

TEST_CASE("a second has only so many shares, however quick the answers, but room for a block") {
    Gate gate({.per_second_max = 2});
    const WorkPtr work = work_of(1, 1);
    gate.set_work(work);
    for (int i = 0; i < 2; ++i) {
        CHECK(gate.offer(share_of(work)) == Offer::taken);
        gate.answered(1);
    }
    CHECK(gate.offer(share_of(work)) == Offer::wait);
    gate.second_passed();
    CHECK(gate.offer(share_of(work)) == Offer::taken);
    CHECK(gate.offer(share_of(work)) == Offer::taken);
    CHECK(gate.offer(block_of(work)) == Offer::taken);
}

TEST_CASE("a new connection owes no answers, and late ones of the old do not count") {
    Gate gate({.unanswered_max = 1});
    const WorkPtr old = work_of(1, 1);
    gate.set_work(old);
    CHECK(gate.offer(share_of(old)) == Offer::taken);
    const WorkPtr now = work_of(2, 1);
    gate.set_work(now);
    CHECK(gate.offer(share_of(old)) == Offer::stale);
    CHECK(gate.offer(share_of(now)) == Offer::taken);
    gate.answered(1);
    CHECK(gate.offer(share_of(now)) == Offer::wait);
}

TEST_CASE("shares of an earlier tip are stale, those of an earlier job on the tip are not") {
    Gate gate({.unanswered_max = 9});
    const WorkPtr first = work_of(1, 1);
    gate.set_work(first);
    gate.set_work(work_of(1, 1));
    CHECK(gate.offer(share_of(first)) == Offer::taken);
    gate.set_work(work_of(1, 2));
    CHECK(gate.offer(share_of(first)) == Offer::stale);
    gate.set_work(nullptr);
    CHECK(gate.offer(share_of(first)) == Offer::stale);
}

TEST_CASE("after a solved block hashing rests until there is a new tip") {
    Gate gate({.unanswered_max = 9});
    const WorkPtr work = work_of(1, 1);
    gate.set_work(work);
    CHECK(gate.offer(block_of(work)) == Offer::taken);
    CHECK_FALSE(gate.work());
    gate.set_work(work_of(1, 1));
    CHECK_FALSE(gate.work());
    const WorkPtr next = work_of(1, 2);
    gate.set_work(next);
    CHECK(gate.work() == next);
}

TEST_CASE("a block that brought no new tip does not rest the miner for ever") {
    Gate gate({.unanswered_max = 9});
    const WorkPtr work = work_of(1, 1);
    gate.set_work(work);
    CHECK(gate.offer(block_of(work)) == Offer::taken);
    gate.resume();
    CHECK(gate.work() == work);
}

TEST_CASE("a block passes shares that wait, but not without end") {
    Gate gate({.unanswered_max = 1});
    const WorkPtr work = work_of(1, 1);
    gate.set_work(work);
    CHECK(gate.offer(share_of(work)) == Offer::taken);
    CHECK(gate.offer(block_of(work)) == Offer::taken);
    CHECK(gate.offer(block_of(work)) == Offer::wait);
    gate.resume();
    CHECK(gate.offer(block_of(work)) == Offer::wait);
    gate.answered(1);
    CHECK(gate.offer(block_of(work)) == Offer::taken);
}

TEST_CASE("a lost connection ends the rest after a block") {
    Gate gate({.unanswered_max = 9});
    const WorkPtr work = work_of(1, 1);
    gate.set_work(work);
    CHECK(gate.offer(block_of(work)) == Offer::taken);
    gate.set_work(nullptr);
    const WorkPtr again = work_of(2, 1);
    gate.set_work(again);
    CHECK(gate.work() == again);
}
