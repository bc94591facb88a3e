// jobmaker as a whole: events and hand-moved time in, messages out.
#include "jobmaker/maker.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/jobmaker/templates.hpp"

using namespace lode;
using namespace lode::test;
using jobmaker::Due;
using jobmaker::TemplateVerdict;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr UnixTime wall{seconds(template_time)};

jobmaker::MakerSettings maker_settings() {
    jobmaker::MakerSettings settings;
    settings.chain = "test";
    settings.source = "jobmaker";
    settings.coinbase = coinbase_settings();
    return settings;
}

struct Bench {
    jobmaker::Maker maker{maker_settings(), jobmaker::JobIds{JobId(0)}};
    jobmaker::Moment now{wall, SteadyTime{std::chrono::hours(1)}};

    explicit Bench(std::int64_t generation = 40) { lead(generation); }
    void lead(std::int64_t generation) { test::lead(maker, generation, now); }
    // Another is chosen and has written its claim at that offset.
    void overtaken(std::int64_t generation) {
        maker.leadership().revoked();
        maker.message_read(maker.claim(now.wall), generation, now.steady);
    }
    void wait(milliseconds time) {
        now.wall += time;
        now.steady += time;
    }
    void add(const TemplateShape& shape, int transactions = 0) {
        const auto message = a_template(shape);
        for (int i = 0; i < transactions; ++i) add_transaction(*message);
        const auto verdict = maker.template_arrived(message, now.wall, now);
        REQUIRE(verdict);
        REQUIRE(verdict.value() == TemplateVerdict::accepted);
    }
    jobmaker::Output due() { return maker.due(now).value(); }
};

}  // namespace

TEST_CASE("no job is made before the claim is in the topic") {
    jobmaker::Maker maker(maker_settings(), jobmaker::JobIds{JobId(0)});
    const jobmaker::Moment now{wall, SteadyTime{std::chrono::hours(1)}};
    REQUIRE(maker.template_arrived(a_template(), wall, now));
    maker.leadership().assigned(now.steady);
    REQUIRE(maker.leadership().claim_due(now.steady));
    maker.leadership().claim_sent();
    maker.leadership().claim_written(7, now.steady);
    CHECK_FALSE(maker.due(now).value().message);  // it is not read yet, nor what stands before it
    REQUIRE(maker.claim(wall).has_claim());
    maker.message_read(maker.claim(wall), 7, now.steady);
    const auto output = maker.due(now).value();
    REQUIRE(output.message);
    CHECK(output.message->generation() == 7);
    CHECK(output.message->chain() == "test");
    CHECK(output.message->source() == "jobmaker");
}

TEST_CASE("the first job on a tip is clean, later ones on it are not and say a later time") {
    Bench bench;
    bench.add({.id = 1});
    const auto first = bench.due();
    REQUIRE(first.message);
    CHECK(first.message->job().clean());
    CHECK(first.message->job().bitcoin().time() == template_time);
    CHECK_FALSE(bench.due().message);
    bench.wait(seconds(30));
    const auto second = bench.due();
    REQUIRE(second.message);
    REQUIRE(second.message->has_job());
    CHECK_FALSE(second.message->job().clean());
    CHECK(second.message->job().bitcoin().time() == template_time + 30);
    CHECK(second.message->job().bitcoin().node_time_unix_ms() == (template_time + 30) * 1'000LL);
    CHECK(second.message->job().job_id() > first.message->job().job_id());
    CHECK(second.message->job().bitcoin().coinbase_prefix() !=
          first.message->job().bitcoin().coinbase_prefix());
}

TEST_CASE("a template's age on arrival moves its job's time on") {
    Bench bench;
    REQUIRE(bench.maker.template_arrived(a_template(), bench.now.wall - seconds(20), bench.now));
    const auto job = bench.due();
    REQUIRE(job.message);
    CHECK(job.message->job().bitcoin().time() == template_time + 20);
}

TEST_CASE("an empty template's job is followed by the full one's, and that is not clean") {
    Bench bench;
    bench.add({.id = 1, .empty = true});
    REQUIRE(bench.due().message->job().clean());
    bench.wait(milliseconds(300));
    bench.add({.id = 2}, 3);
    const auto full = bench.due();
    REQUIRE(full.reason == Due::job_full);
    CHECK_FALSE(full.message->job().clean());
}

TEST_CASE("heartbeats name the last job and end when the newest template is a minute old") {
    Bench bench;
    bench.add({.id = 1});
    const auto job = bench.due();
    bench.wait(seconds(10));
    const auto beat = bench.due();
    REQUIRE(beat.message);
    REQUIRE(beat.message->has_heartbeat());
    CHECK(beat.message->heartbeat().job_id() == job.message->job().job_id());
    CHECK(beat.message->generation() == 40);
    bench.wait(seconds(50));
    CHECK_FALSE(bench.due().message);
}

TEST_CASE("rival tips of equal work do not make jobs flap, and our own block wins at once") {
    Bench bench;
    bench.add({.id = 1, .prev = 1, .node = "a"});
    REQUIRE(bench.due().message);
    bench.add({.id = 2, .prev = 2, .node = "b"});
    CHECK_FALSE(bench.due().message);
    v1::BlockEvent found;
    found.set_state(v1::SUBMITTED);
    found.set_block_hash(filled(2));
    bench.maker.block_event(found);
    const auto own = bench.due();
    REQUIRE(own.message);
    CHECK(own.message->job().bitcoin().prev_hash() == filled(2));
    CHECK(own.message->job().clean());
    found.set_state(v1::ORPHANED);
    bench.maker.block_event(found);
    CHECK_FALSE(bench.due().message);
}

TEST_CASE("a new leader goes on from the last one's jobs: ids rise and the tip is not new") {
    Bench before;
    before.add({.id = 1, .prev = 1, .node = "a"});
    const auto last = before.due();
    Bench after(7);
    after.overtaken(40);
    after.add({.id = 2, .prev = 2, .node = "b"});  // a rival tip that it heard of first
    after.add({.id = 1, .prev = 1, .node = "a"});
    after.maker.message_read(*last.message, 41, after.now.steady);
    CHECK_FALSE(after.due().message);
    after.lead(90);
    const auto next = after.due();
    REQUIRE(next.message);
    CHECK(next.message->generation() == 90);
    CHECK(next.message->job().job_id() > last.message->job().job_id());
    CHECK(next.message->job().bitcoin().prev_hash() == filled(1));
    CHECK_FALSE(next.message->job().clean());
}

TEST_CASE("a leader's own jobs that come back late change nothing") {
    Bench bench;
    bench.add({.id = 1, .prev = 1, .work = 10});
    const auto first = bench.due();
    bench.add({.id = 2, .prev = 2, .work = 11});
    REQUIRE(bench.due().message);
    bench.maker.message_read(*first.message, 41, bench.now.steady);
    CHECK_FALSE(bench.due().message);
}

TEST_CASE("a standby does not follow a leader that was replaced") {
    Bench old(10);
    old.add({.id = 1, .prev = 1, .node = "a"});
    const auto stale = old.due();
    Bench bench(29);
    bench.overtaken(30);
    bench.add({.id = 2, .prev = 2, .node = "b"});
    bench.add({.id = 1, .prev = 1, .node = "a"});
    bench.maker.message_read(*stale.message, 31, bench.now.steady);
    bench.lead(40);
    CHECK(bench.due().message->job().clean());
}

TEST_CASE("a standby does not follow a job that came after newer ones of its leader") {
    Bench old(10);
    old.add({.id = 1, .prev = 1, .work = 10, .node = "a"});
    const auto late = old.due();
    old.add({.id = 2, .prev = 2, .work = 11, .node = "b"});
    const auto last = old.due();
    REQUIRE(last.message->job().job_id() > late.message->job().job_id());
    Bench bench(9);
    bench.overtaken(10);
    bench.add({.id = 1, .prev = 1, .work = 11, .node = "a"});
    bench.add({.id = 2, .prev = 2, .work = 11, .node = "b"});
    bench.maker.message_read(*last.message, 11, bench.now.steady);
    bench.maker.message_read(*late.message, 12, bench.now.steady);
    bench.lead(40);
    const auto next = bench.due();
    REQUIRE(next.message);
    CHECK(next.message->job().bitcoin().prev_hash() == filled(2));
    CHECK_FALSE(next.message->job().clean());
}

TEST_CASE("a leader out of touch makes jobs of the same generation until it reads a higher claim") {
    Bench bench;
    bench.add({.id = 1, .prev = 1, .work = 10});
    REQUIRE(bench.due().message);
    bench.maker.leadership().revoked();
    bench.add({.id = 2, .prev = 2, .work = 11});
    const auto direct = bench.due();
    REQUIRE(direct.message);
    CHECK(direct.message->generation() == 40);
    bench.maker.message_read(bench.maker.claim(bench.now.wall), 55, bench.now.steady);
    bench.add({.id = 3, .prev = 3, .work = 12});
    CHECK_FALSE(bench.due().message);
}

TEST_CASE(
    "makers that are out of touch with one another make jobs of different ids and coinbases") {
    Bench one(40);
    Bench other(41);
    one.add({.id = 1});
    other.add({.id = 1});
    const auto first = one.due();
    const auto second = other.due();
    CHECK(first.message->job().job_id() != second.message->job().job_id());
    CHECK(first.message->job().bitcoin().coinbase_prefix() !=
          second.message->job().bitcoin().coinbase_prefix());
}

TEST_CASE("a template that makes no job is told once and another is used") {
    Bench bench;
    bench.add({.id = 1, .work = 5, .node = "a"});
    const auto bad = a_template({.id = 2, .work = 9, .node = "b"});
    bad->mutable_template_()->mutable_bitcoin()->set_weight_limit(500);
    REQUIRE(bench.maker.template_arrived(bad, bench.now.wall, bench.now));
    CHECK_FALSE(bench.maker.due(bench.now));
    const auto output = bench.maker.due(bench.now);
    REQUIRE(output);
    CHECK(output.value().message->job().template_id() == filled(1));
}
