// Generations, repetitions and the age of jobs, with time moved by hand.
#include "sserver/job_gate.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/builders.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

Moment at(Duration later) {
    return {start.unix + std::chrono::floor<std::chrono::milliseconds>(later),
            start.steady + later};
}

struct Gate {
    JobGate gate{120s};

    JobPtr job(const JobSpec& spec, std::int64_t generation, Duration when = 0s) {
        v1::JobMessage message;
        *message.mutable_job() = job_message(spec);
        return take(message, generation, when);
    }
    void claim(std::int64_t offset) {
        v1::JobMessage message;
        message.mutable_claim();
        CHECK(gate.take(message, {.offset = offset, .now = at(0s)}).value() == nullptr);
    }
    void heartbeat(std::uint64_t job, std::int64_t generation, Duration when) {
        v1::JobMessage message;
        message.mutable_heartbeat()->set_job_id(job);
        CHECK(take(message, generation, when) == nullptr);
    }
    JobPtr take(v1::JobMessage& message, std::int64_t generation, Duration when) {
        message.set_generation(generation);
        message.set_produced_unix_ms(to_unix_ms(at(when).unix));
        return gate.take(message, {.now = at(when)}).value();
    }
};

}  // namespace

TEST_CASE("the first job is clean, later ones on the same tip are not") {
    Gate gate;
    CHECK(gate.job({.id = 1}, 0)->clean == stratum::CleanJobs::yes);
    CHECK(gate.job({.id = 2}, 0)->clean == stratum::CleanJobs::no);
    CHECK(gate.job({.id = 3, .clean = true}, 0)->clean == stratum::CleanJobs::no);
    CHECK(gate.job({.id = 4, .tip = 2}, 0)->clean == stratum::CleanJobs::yes);
}

TEST_CASE("a replaced jobmaker is not listened to any more") {
    Gate gate;
    CHECK(gate.job({.id = 1}, 7) != nullptr);
    gate.claim(9);
    CHECK(gate.job({.id = 2}, 7) == nullptr);
    CHECK(gate.job({.id = 3}, 9) != nullptr);
    // Its claim may come later than its first job, which came straight.
    CHECK(gate.job({.id = 4}, 12) != nullptr);
    CHECK(gate.job({.id = 5}, 9) == nullptr);
    gate.claim(12);
    CHECK(gate.job({.id = 6}, 12) != nullptr);
}

TEST_CASE("only a heartbeat of whoever leads, of a newer job than ours, shows that one lacks") {
    Gate gate;
    const auto lacks = [&](std::uint64_t job, std::int64_t generation) {
        v1::JobMessage message;
        message.set_generation(generation);
        message.mutable_heartbeat()->set_job_id(job);
        return gate.gate.lacks_job_of(message);
    };
    CHECK(lacks(1, 7));
    CHECK(gate.job({.id = 2}, 7) != nullptr);
    CHECK_FALSE(lacks(1, 7));
    CHECK_FALSE(lacks(2, 7));
    CHECK(lacks(3, 7));
    CHECK_FALSE(lacks(3, 6));
    v1::JobMessage job;
    *job.mutable_job() = job_message({.id = 9});
    job.set_generation(7);
    CHECK_FALSE(gate.gate.lacks_job_of(job));
}

TEST_CASE("a replay does not set back what came straight meanwhile") {
    Gate gate;
    CHECK(gate.job({.id = 5}, 9) != nullptr);
    gate.claim(7);
    v1::JobMessage old;
    *old.mutable_job() = job_message({.id = 3});
    for (const std::int64_t generation : {7, 9}) {
        old.set_generation(generation);
        old.set_produced_unix_ms(to_unix_ms(at(-60s).unix));
        CHECK(gate.gate.take(old, {.offset = 8, .arrival = Arrival::replayed, .now = at(0s)})
                  .value() == nullptr);
    }
    gate.claim(9);
    gate.heartbeat(5, 7, 100s);  // of the one before
    CHECK_FALSE(gate.gate.fresh(at(120s).steady));
    gate.heartbeat(5, 9, 100s);
    CHECK(gate.gate.fresh(at(120s).steady));
    CHECK(gate.gate.current()->id == JobId(5));
}

TEST_CASE("a job that came already, or an older one, is passed over") {
    Gate gate;
    CHECK(gate.job({.id = 5}, 0) != nullptr);
    CHECK(gate.job({.id = 5}, 0) == nullptr);
    CHECK(gate.job({.id = 4}, 0) == nullptr);
    CHECK(gate.gate.current()->id == JobId(5));
}

TEST_CASE("a job is fresh for the time allowed, and heartbeats for it prolong that") {
    Gate gate;
    CHECK_FALSE(gate.gate.fresh(at(0s).steady));
    gate.job({.id = 5}, 0);
    CHECK(gate.gate.fresh(at(119s).steady));
    CHECK_FALSE(gate.gate.fresh(at(120s).steady));
    gate.heartbeat(5, 0, 100s);
    CHECK(gate.gate.fresh(at(219s).steady));
    CHECK_FALSE(gate.gate.fresh(at(220s).steady));
    // For a job we have not got: ours may be worthless.
    gate.heartbeat(6, 0, 210s);
    CHECK_FALSE(gate.gate.fresh(at(220s).steady));
    gate.heartbeat(5, -1, 215s);  // of a jobmaker replaced since
    CHECK_FALSE(gate.gate.fresh(at(220s).steady));
}

TEST_CASE("a replayed job is as old as its time says") {
    JobGate gate(120s);
    v1::JobMessage message;
    *message.mutable_job() = job_message({.id = 5});
    message.set_produced_unix_ms(to_unix_ms(start.unix));
    const auto job =
        gate.take(message, {.offset = 1, .arrival = Arrival::replayed, .now = at(100s)});
    CHECK(job.value()->made == start.steady);
    CHECK(gate.fresh(at(119s).steady));
    CHECK_FALSE(gate.fresh(at(120s).steady));
}

TEST_CASE("a live job is new whatever its maker's clock says") {
    JobGate gate(120s);
    v1::JobMessage message;
    *message.mutable_job() = job_message({.id = 5});
    message.set_produced_unix_ms(to_unix_ms(start.unix) - 3'600'000);
    CHECK(gate.take(message, {.now = at(0s)}).value()->made == start.steady);
    CHECK(gate.fresh(at(100s).steady));
}

TEST_CASE("a heartbeat that waited a minute on the bus revives nothing") {
    for (const auto clock_off : {0s, 3600s, -3600s}) {
        JobGate gate(120s);
        v1::JobMessage message;
        message.set_source("jobmaker-1");
        *message.mutable_job() = job_message({.id = 5});
        const auto comes = [&](Duration made, Duration now) {
            message.set_produced_unix_ms(to_unix_ms(at(made + clock_off).unix));
            return gate.take(message, {.offset = 1, .now = at(now)}).value();
        };
        REQUIRE(comes(0s, 0s));
        message.mutable_heartbeat()->set_job_id(5);
        CHECK_FALSE(comes(10s, 10s));
        CHECK_FALSE(comes(60s, 120s));
        CHECK_FALSE(comes(70s, 120s));
        CHECK(gate.fresh(at(188s).steady));
        CHECK_FALSE(gate.fresh(at(193s).steady));
        *message.mutable_job() = job_message({.id = 6});
        REQUIRE(comes(80s, 300s));  // newer than what we have, and worth nothing
        CHECK_FALSE(gate.fresh(at(300s).steady));
        message.mutable_heartbeat()->set_job_id(6);
        CHECK_FALSE(comes(310s, 310s));
        CHECK(gate.fresh(at(425s).steady));
    }
}

TEST_CASE("a job from the future counts as made now") {
    JobGate gate(120s);
    v1::JobMessage message;
    *message.mutable_job() = job_message({.id = 5});
    message.set_produced_unix_ms(to_unix_ms(start.unix) + 3'600'000);
    const auto job = gate.take(message, {.arrival = Arrival::replayed, .now = at(0s)});
    CHECK(job.value()->made == start.steady);
}

TEST_CASE("a message without a body or with a broken job is an error and changes nothing") {
    Gate gate;
    gate.job({.id = 5}, 0);
    v1::JobMessage empty;
    CHECK_FALSE(gate.gate.take(empty, {.now = at(0s)}));
    v1::JobMessage broken;
    *broken.mutable_job() = job_message({.id = 6});
    broken.mutable_job()->clear_template_id();
    CHECK_FALSE(gate.gate.take(broken, {.now = at(0s)}));
    CHECK(gate.gate.current()->id == JobId(5));
}
