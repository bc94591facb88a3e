// How long jobs are known and which of them are credited.
#include "sserver/job_book.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/builders.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

TEST_CASE("jobs on one tip stay in force beside each other") {
    JobBook book(600s);
    book.add(a_job({.id = 1}), start.steady);
    book.add(a_job({.id = 2}), start.steady + 30s);
    CHECK(book.find(JobId(1))->standing == Standing::in_force);
    CHECK(book.find(JobId(2))->standing == Standing::in_force);
    CHECK(book.current()->id == JobId(2));
    CHECK(book.oldest() == JobId(1));
    CHECK(book.oldest_arrival(start.steady + 60s) == start.steady);
    CHECK(book.find(JobId(3)) == nullptr);
}

TEST_CASE("a clean job makes the earlier ones stale, but they stay known") {
    JobBook book(600s);
    book.add(a_job({.id = 1}), start.steady);
    book.add(a_job({.id = 2, .clean = true}), start.steady + 30s);
    book.add(a_job({.id = 3}), start.steady + 60s);
    CHECK(book.find(JobId(1))->standing == Standing::stale);
    CHECK(book.find(JobId(2))->standing == Standing::in_force);
    CHECK(book.find(JobId(3))->standing == Standing::in_force);
}

TEST_CASE("a job is forgotten its life after it was replaced, the newest never") {
    JobBook book(600s);
    book.add(a_job({.id = 1}), start.steady);
    book.add(a_job({.id = 2}), start.steady + 5000s);
    CHECK(book.find(JobId(1)) != nullptr);
    book.add(a_job({.id = 3}), start.steady + 5599s);
    CHECK(book.find(JobId(1)) != nullptr);
    book.add(a_job({.id = 4}), start.steady + 5600s);
    CHECK(book.find(JobId(1)) == nullptr);
    CHECK(book.find(JobId(2)) != nullptr);
}

TEST_CASE("the number of jobs is bounded") {
    JobBook book(600s);
    for (std::uint64_t id = 1; id <= 2000; ++id) book.add(a_job({.id = id}), start.steady);
    CHECK(book.size() == 512);
    CHECK(book.oldest() == JobId(2000 - 511));
}

TEST_CASE("withdrawn jobs are stale until the newest is reinstated or another comes") {
    JobBook book(10min);
    book.add(a_job({.id = 1}), start.steady);
    book.add(a_job({.id = 2}), start.steady);
    book.withdraw();
    CHECK(book.find(JobId(1))->standing == Standing::stale);
    CHECK(book.find(JobId(2))->standing == Standing::stale);
    book.reinstate();
    CHECK(book.find(JobId(1))->standing == Standing::stale);
    CHECK(book.find(JobId(2))->standing == Standing::in_force);
    book.withdraw();
    book.add(a_job({.id = 3}), start.steady);
    CHECK(book.find(JobId(2))->standing == Standing::stale);
    CHECK(book.find(JobId(3))->standing == Standing::in_force);
    JobBook empty(10min);
    empty.withdraw();
    empty.reinstate();
    CHECK(empty.current() == nullptr);
}
