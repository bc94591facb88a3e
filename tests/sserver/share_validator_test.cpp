// Every verdict, at its edges; and that a hash is compared with the network before any of them.
#include "sserver/share_validator.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/sserver/builders.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

const Worker alice{"alice.rig", "alice", "rig"};
constexpr std::uint32_t extranonce = 0x00500007;

struct Case {
    JobSpec job;
    Standing standing = Standing::in_force;
    const Worker* worker = &alice;
    std::uint32_t mask = 0;
    std::uint32_t time = job_time;
    std::optional<std::uint32_t> version_bits;
    Want want = Want::share_only;
    Duration later = 0s;
    std::optional<Salt> salt;
};

// Judges a share that the miner searched for with the mask it believes in.
Judgement judged(const Case& with, DuplicateFilter& seen) {
    const JobPtr job = a_job(with.job);
    stratum::Submit submit = a_submit(with.job.id);
    submit.time = with.time;
    submit.version_bits = with.version_bits;
    const std::uint32_t used = with.version_bits ? *with.version_bits | with.mask : with.mask;
    submit =
        mine(*job, {.extranonce1 = extranonce, .mask = used, .want = with.want, .salt = with.salt},
             submit);
    MerkleRoots roots;
    return judge({.job = *job,
                  .standing = with.standing,
                  .extranonce1 = extranonce,
                  .version_mask = with.mask,
                  .exponent = -30,
                  .salt = with.salt,
                  .worker = with.worker,
                  .submit = submit,
                  .oldest_job = JobId(1),
                  .roots = roots},
                 seen, start.steady + with.later);
}
ShareVerdict verdict(const Case& with) {
    DuplicateFilter seen;
    return judged(with, seen).verdict;
}
bool solves(Case with) {
    DuplicateFilter seen;
    with.want = Want::block;
    return judged(with, seen).check.meets_network_target;
}

}  // namespace

TEST_CASE("a share that meets its target is accepted once, then it is a duplicate") {
    DuplicateFilter seen;
    CHECK(judged({}, seen).verdict == ShareVerdict::accepted);
    CHECK(judged({}, seen).verdict == ShareVerdict::duplicate);
}

TEST_CASE("a share below its target is refused with code 23") {
    CHECK(verdict({.want = Want::neither}) == ShareVerdict::low_difficulty);
    CHECK(reject_code(ShareVerdict::low_difficulty) == stratum::RejectCode::low_difficulty);
}

TEST_CASE("a share of a stale job is refused with code 21") {
    CHECK(verdict({.standing = Standing::stale}) == ShareVerdict::stale);
    CHECK(reject_code(ShareVerdict::stale) == stratum::RejectCode::stale);
}

TEST_CASE("a share of nobody is refused with code 24") {
    CHECK(verdict({.worker = nullptr}) == ShareVerdict::unauthorised);
    CHECK(reject_code(ShareVerdict::unauthorised) == stratum::RejectCode::unauthorised);
}

TEST_CASE("ntime is good from mintime on") {
    CHECK(verdict({.time = job_time - 101}) == ShareVerdict::time_too_old);
    CHECK(verdict({.time = job_time - 100}) == ShareVerdict::accepted);
    CHECK(reject_code(ShareVerdict::time_too_old) == stratum::RejectCode::other);
}

TEST_CASE("ntime is good up to 600 s ahead of the job and the time since") {
    CHECK(verdict({.time = job_time + 600}) == ShareVerdict::accepted);
    CHECK(verdict({.time = job_time + 601}) == ShareVerdict::time_too_new);
    CHECK(verdict({.time = job_time + 645, .later = 45'999ms}) == ShareVerdict::accepted);
    CHECK(verdict({.time = job_time + 646, .later = 45'999ms}) == ShareVerdict::time_too_new);
    CHECK(verdict({.time = job_time + 646, .later = 46s}) == ShareVerdict::accepted);
}

TEST_CASE("ntime is good up to 7,000 s ahead of the node and the time since") {
    // The node's clock is so far behind that its bound is the lower one.
    const JobSpec behind{.node_time = job_time - 6'900};
    CHECK(verdict({.job = behind, .time = job_time + 100}) == ShareVerdict::accepted);
    CHECK(verdict({.job = behind, .time = job_time + 101}) == ShareVerdict::time_too_new);
    CHECK(verdict({.job = behind, .time = job_time + 110, .later = 10s}) == ShareVerdict::accepted);
    CHECK(verdict({.job = behind, .time = job_time + 111, .later = 10s}) ==
          ShareVerdict::time_too_new);
}

TEST_CASE("a clock before the job's making allows no less than at its making") {
    CHECK(verdict({.time = job_time + 600, .later = -10s}) == ShareVerdict::accepted);
}

TEST_CASE("version bits within both masks are rolled into the header") {
    DuplicateFilter seen;
    const auto judgement = judged({.mask = 0x1fffe000, .version_bits = 0x00ffe000}, seen);
    CHECK(judgement.verdict == ShareVerdict::accepted);
    CHECK(judgement.check.header.version == 0x20ffe000);
}

TEST_CASE("version bits outside the session's mask are refused with code 20") {
    CHECK(verdict({.mask = 0x00002000, .version_bits = 0x00004000}) == ShareVerdict::version_bits);
    CHECK(verdict({.mask = 0, .version_bits = 0x00002000}) == ShareVerdict::version_bits);
    CHECK(verdict({.mask = 0, .version_bits = 0}) == ShareVerdict::accepted);
    CHECK(reject_code(ShareVerdict::version_bits) == stratum::RejectCode::other);
}

TEST_CASE("version bits that the job needs are outside the mask") {
    const JobSpec needed{.version_mask = 0x1fffe000 & ~0x00002000u};
    CHECK(verdict({.job = needed, .mask = 0x1fffe000, .version_bits = 0x00002000}) ==
          ShareVerdict::version_bits);
    CHECK(verdict({.job = needed, .mask = 0x1fffe000, .version_bits = 0x00004000}) ==
          ShareVerdict::accepted);
}

TEST_CASE("whatever the verdict, a solved block is seen") {
    CHECK(solves({}));
    CHECK(solves({.standing = Standing::stale}));
    CHECK(solves({.worker = nullptr}));
    CHECK(solves({.time = job_time - 101}));
    CHECK(solves({.time = job_time + 601}));
    CHECK(solves({.mask = 0, .version_bits = 0x00002000}));
    DuplicateFilter seen;
    CHECK(judged({.want = Want::block}, seen).verdict == ShareVerdict::accepted);
    const auto again = judged({.want = Want::block}, seen);
    CHECK(again.verdict == ShareVerdict::duplicate);
    CHECK(again.check.meets_network_target);
}

TEST_CASE("a share is judged with the salt of its id, and a block under it is seen") {
    CHECK(verdict({.salt = Salt{1, 2, 3, 4}}) == ShareVerdict::accepted);
    CHECK(solves({.standing = Standing::stale, .salt = Salt{1, 2, 3, 4}}));
}

TEST_CASE("work under one salt is other work under any other and under none") {
    std::mt19937 random(11);
    const auto any_salt = [&] {
        Salt salt;
        store_be(salt.data(), static_cast<std::uint32_t>(random()));
        return salt;
    };
    const JobPtr job = a_job();
    MerkleRoots roots;
    for (int round = 0; round < 20'000; ++round) {
        stratum::Submit submit = a_submit();
        submit.nonce = static_cast<std::uint32_t>(random());
        const auto hash_with = [&](const std::optional<Salt>& salt) {
            DuplicateFilter seen;
            return judge({.job = *job,
                          .extranonce1 = extranonce,
                          .salt = salt,
                          .submit = submit,
                          .oldest_job = JobId(1),
                          .roots = roots},
                         seen, start.steady)
                .check.hash;
        };
        const Salt one = any_salt();
        const Salt other = any_salt();
        REQUIRE(one != other);
        REQUIRE(hash_with(one) != hash_with(other));
        REQUIRE(hash_with(one) != hash_with(std::nullopt));
        REQUIRE(hash_with(one) == hash_with(one));
    }
}

TEST_CASE("a share is never harder than a block") {
    const JobPtr job = a_job({.network_exponent = -20});
    CHECK(assigned_target(*job, -30).target == share_target(-30).target);
    CHECK(assigned_target(*job, -20).target == job->network.target);
    CHECK(assigned_target(*job, 10).target == job->network.target);
    CHECK(assigned_target(*job, 10).work == job->network.work);
}

TEST_CASE("the zero verdict is a refusal, and every verdict has a name of its own") {
    CHECK(ShareVerdict() == ShareVerdict::refused);
    CHECK(reject_code(ShareVerdict()) == stratum::RejectCode::other);
    CHECK(Judgement().verdict == ShareVerdict::refused);
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < share_verdicts_count; ++i) {
        names.push_back(to_string(static_cast<ShareVerdict>(i)));
    }
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    CHECK(to_string(ShareVerdict::accepted) == "accepted");
}
