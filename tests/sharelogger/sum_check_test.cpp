// What is a difference between archive and database, and what is not.
#include "sharelogger/sum_check.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto minute = from_unix_ms(1'700'000'040'000);
constexpr TimeRange always{UnixTime::min(), UnixTime::max()};
constexpr std::uint32_t epoch = 3;

CountedShare share_at(UnixTime accepted, Scheme scheme = Scheme::base) {
    return {.user = "alice",
            .worker = "",
            .bits = 0x1d00ffff,
            .work = bitcoin::Work(0, 5),
            .accepted = accepted,
            .scheme = scheme};
}
void store(StoredSums& stored, UnixTime start, std::int64_t shares, Scheme scheme = Scheme::base) {
    stored.rows[{"alice", start, 0x1d00ffff, epoch, scheme}] +=
        WorkSum{bitcoin::Work(0, 5 * static_cast<std::uint64_t>(shares)), shares, {}};
}

std::vector<SumDifference> differences(const StoredSums& stored,
                                       const std::vector<CountedShare>& shares,
                                       const std::set<UnixTime>& blocks = {},
                                       const TimeRange& time = always) {
    SumCheck check(stored, blocks, time);
    for (const auto& share : shares) check.add(share, epoch);
    return check.differences();
}

}  // namespace

TEST_CASE("the same sums by bucket are no difference, each other one is named") {
    StoredSums stored;
    store(stored, minute, 2);
    store(stored, minute + 1min, 1);
    const std::vector<CountedShare> shares{share_at(minute), share_at(minute + 59s),
                                           share_at(minute + 60s)};
    CHECK(differences(stored, shares).empty());
    store(stored, minute + 1min, 1, Scheme::solo);
    const auto found = differences(stored, shares);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key.scheme == Scheme::solo);
    CHECK(found[0].key.start == minute + 1min);
    CHECK(found[0].stored.shares == 1);
    CHECK(found[0].archived.shares == 0);
    CHECK(differences({}, shares).size() == 2);
    CHECK(differences({}, shares, {}, {minute + 1min, minute + 2min}).size() == 1);
}

TEST_CASE("rows hold to exact cuts") {
    StoredSums stored;
    stored.cuts = {{minute + 10s, Exactness::exact}};
    store(stored, minute, 1);
    store(stored, minute + 10s + 1ms, 1);
    const std::vector<CountedShare> shares{share_at(minute + 10s), share_at(minute + 11s)};
    CHECK(differences(stored, shares, {minute + 10s}).empty());
    CHECK(differences(stored, {shares[0], shares[0]}, {minute + 10s}).size() == 2);
}

TEST_CASE("minutes with an inexact cut or one to be made are compared whole") {
    StoredSums stored;
    stored.cuts = {{minute + 10s, Exactness::inexact}};
    store(stored, minute + 10s + 1ms, 2);
    store(stored, minute + 1min, 1);
    store(stored, minute + 80s + 1ms, 1);
    const std::vector<CountedShare> shares{share_at(minute), share_at(minute + 20s),
                                           share_at(minute + 70s), share_at(minute + 90s)};
    CHECK(differences(stored, shares, {minute + 10s, minute + 80s}).empty());
    CHECK(differences(stored, {shares[0], shares[2], shares[3]}, {minute + 80s}).size() == 1);
}

TEST_CASE("late work is looked for where it was counted") {
    StoredSums stored;
    store(stored, minute, 1);
    store(stored, minute + 5min, 3);
    stored.late = {{"alice", minute, minute + 5min, {bitcoin::Work(0, 10), 2, {}}}};
    const std::vector<CountedShare> shares{share_at(minute), share_at(minute + 1s),
                                           share_at(minute + 2s, Scheme::solo),
                                           share_at(minute + 5min)};
    CHECK(differences(stored, shares).empty());
    CHECK(differences(stored, {shares[0], shares[1], shares[2]}).size() == 1);
    stored.late[0].sum.shares = 1;
    CHECK(differences(stored, shares).size() == 2);
}
