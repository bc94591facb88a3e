// Ids rise over restarts, leaders and clocks that step back.
#include "jobmaker/job_ids.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using jobmaker::JobIds;
using std::chrono::seconds;

namespace {
constexpr UnixTime now = from_unix_ms(1'700'000'000'500);
constexpr std::uint64_t now_id = std::uint64_t{1'700'000'000} << 16;
}  // namespace

TEST_CASE("an id is the second and a counter within it") {
    JobIds ids{JobId(0)};
    CHECK(ids.next(now).value() == now_id);
    CHECK(ids.next(now).value() == now_id + 1);
    CHECK(ids.next(now + seconds(1)).value() == now_id + 0x10000);
}

TEST_CASE("a clock that steps back only counts on") {
    JobIds ids{JobId(0)};
    const auto first = ids.next(now);
    CHECK(ids.next(now - seconds(3'600)).value() == first.value() + 1);
}

TEST_CASE("ids after a restart are above every id that the mark allowed before") {
    JobIds before{JobId(0)};
    const auto mark = before.wanted_mark(now);
    REQUIRE(mark);
    before.reserved(*mark);
    const auto used = before.next(now + seconds(30));
    JobIds after(*mark);
    CHECK(after.next(now).value() > used.value());
}

TEST_CASE("the mark is renewed in good time, and not before") {
    JobIds ids{JobId(0)};
    ids.reserved(*ids.wanted_mark(now));
    CHECK_FALSE(ids.wanted_mark(now + seconds(29)));
    const auto next_mark = ids.wanted_mark(now + seconds(31));
    REQUIRE(next_mark);
    CHECK(next_mark->value() >= now_id + (std::uint64_t{61} << 16));
}

TEST_CASE("restarts in one second do not carry the ids far ahead of the clock") {
    JobId mark(0);
    for (int restart = 0; restart < 100; ++restart) {
        JobIds ids(mark);
        mark = ids.wanted_mark(now).value_or(mark);
        (void)ids.next(now);
    }
    CHECK(mark.value() < now_id + (std::uint64_t{70} << 16));
}

TEST_CASE("an id that another jobmaker used is passed over") {
    JobIds ids{JobId(0)};
    ids.seen(JobId(now_id + 500));
    CHECK(ids.next(now).value() == now_id + 501);
}

TEST_CASE("the mark's file is read back, and nothing else is") {
    CHECK(jobmaker::parse_mark(jobmaker::mark_text(JobId(now_id))).value() == JobId(now_id));
    for (const char* text : {"", "\n", "12", "12\n\n", "x\n", "-1\n", "99999999999999999999\n"}) {
        CHECK_FALSE(jobmaker::parse_mark(text));
    }
}
