// Tips compared: hints, lag, forks.
#include "poolwatcher/tip_board.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::poolwatcher;
using namespace std::chrono_literals;

namespace {

const SteadyTime start = SteadyTime{} + 1h;

bitcoin::Hash256 hash(std::uint8_t number) {
    bitcoin::Hash256 out;
    out.bytes[0] = number;
    return out;
}

PoolTip tip(std::uint8_t number) {
    return {hash(number), number, 0x1a44b9f2};
}

// Its number is its chainwork too.
OwnTip ours(std::uint8_t number) {
    return {hash(number), hash(number)};
}

template <class T>
const T& only(const Findings& findings) {
    REQUIRE(findings.size() == 1);
    REQUIRE(std::holds_alternative<T>(findings[0]));
    return std::get<T>(findings[0]);
}

}  // namespace

TEST_CASE("nothing is said before we have a tip of our own") {
    TipBoard board(1, 2min);
    CHECK(board.seen(0, tip(1), start).empty());
    CHECK(board.tick(start + 1h).empty());
}

TEST_CASE("a tip we do not have is unknown, once") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    const auto findings = board.seen(0, tip(2), start);
    CHECK(only<Unknown>(findings).tip == tip(2));
    CHECK(board.seen(0, tip(2), start + 1s).empty());
    CHECK(board.tick(start + 10s).empty());
}

TEST_CASE("a tip that two pools have is unknown once") {
    TipBoard board(2, 2min);
    CHECK(board.own(ours(1), start).empty());
    only<Unknown>(board.seen(1, tip(2), start));
    CHECK(board.seen(0, tip(2), start).empty());
}

TEST_CASE("a pool that changes its tip all the time is believed once a second") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    only<Unknown>(board.seen(0, tip(2), start));
    CHECK(board.seen(0, tip(3), start + 100ms).empty());
    CHECK(board.seen(0, tip(4), start + 200ms).empty());
    CHECK(only<Unknown>(board.tick(start + 1s)).tip == tip(4));
    CHECK(board.tick(start + 3s).empty());
}

TEST_CASE("a pool that was first has a negative lag") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    CHECK(board.seen(0, tip(1), start).empty());
    only<Unknown>(board.seen(0, tip(2), start + 10s));
    const auto findings = board.own(ours(2), start + 10s + 300ms);
    CHECK(only<Met>(findings).lag == -300ms);
    CHECK(only<Met>(findings).prev_hash == hash(2));
}

TEST_CASE("a pool that came after us has a positive lag, told once") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    CHECK(board.seen(0, tip(1), start).empty());
    CHECK(board.own(ours(2), start + 10s).empty());
    CHECK(only<Met>(board.seen(0, tip(2), start + 10s + 700ms)).lag == 700ms);
    CHECK(board.seen(0, tip(2), start + 20s).empty());
    CHECK(board.own(ours(2), start + 20s).empty());
}

TEST_CASE("the first job after connecting says nothing about lag") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    CHECK(board.seen(0, tip(1), start + 5s).empty());
    board.lost(0);
    CHECK(board.own(ours(2), start + 10s).empty());
    CHECK(board.seen(0, tip(2), start + 60s).empty());
}

TEST_CASE("a pool that stays elsewhere is a fork, told once and again when it ends") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    only<Unknown>(board.seen(0, tip(9), start));
    CHECK(board.tick(start + 2min - 1s).empty());
    CHECK_FALSE(board.forked(0));
    const auto findings = board.tick(start + 2min);
    CHECK(only<Forked>(findings).prev_hash == hash(9));
    CHECK(only<Forked>(findings).ours == hash(1));
    CHECK(board.forked(0));
    CHECK(board.tick(start + 3min).empty());
    const auto end = board.seen(0, tip(1), start + 4min);
    REQUIRE(end.size() == 2);
    CHECK(std::get<Rejoined>(end[1]).prev_hash == hash(1));
    CHECK_FALSE(board.forked(0));
}

TEST_CASE("a pool that stays on an old tip of ours is a fork without a hint") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    CHECK(board.seen(0, tip(1), start).empty());
    CHECK(board.own(ours(2), start + 1s).empty());
    CHECK(board.tick(start + 2min).empty());
    only<Forked>(board.tick(start + 1s + 2min));
}

TEST_CASE("a fork goes on while both sides move on") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    only<Unknown>(board.seen(0, tip(8), start));
    CHECK(board.own(ours(2), start + 1min).empty());
    only<Unknown>(board.seen(0, tip(9), start + 90s));
    only<Forked>(board.tick(start + 2min));
}

TEST_CASE("a pool that met us in between is no fork") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    only<Unknown>(board.seen(0, tip(2), start));
    CHECK(board.own(ours(2), start + 1min).empty());
    CHECK(board.own(ours(3), start + 2min).empty());
    CHECK(board.tick(start + 3min).empty());
}

TEST_CASE("a lost pool is neither forked nor hinted") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(1), start).empty());
    only<Unknown>(board.seen(0, tip(9), start));
    board.lost(0);
    CHECK(board.tick(start + 1h).empty());
}

TEST_CASE("a template with less or equal work does not replace a fresh one") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(5), start).empty());
    CHECK(board.seen(0, tip(5), start).empty());
    CHECK(board.own(ours(4), start + 1s).empty());
    CHECK(board.own({hash(6), hash(5)}, start + 2s).empty());
    CHECK(board.tick(start + 1h).empty());
}

TEST_CASE("a tip that no template names any more gives way to one with less work") {
    TipBoard board(1, 2min);
    CHECK(board.own(ours(5), start).empty());
    CHECK(board.own(ours(5), start + 30s).empty());
    CHECK(board.own(ours(4), start + 89s).empty());
    CHECK(board.own(ours(4), start + 90s).empty());
    CHECK(board.seen(0, tip(4), start + 91s).empty());
    CHECK(board.tick(start + 1h).empty());
}
