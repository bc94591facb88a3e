// Real threads; the test's thread is the executor's.
#include "miner/team.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "common/bitcoin/target.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::miner;

namespace {

// Every hash is a share; none is a block.
std::shared_ptr<Work> easy_work(std::uint64_t tip) {
    auto work = std::make_shared<Work>();
    work->extranonce2_size = 8;
    work->share_target = bitcoin::Uint256::max();
    work->connection = 1;
    work->tip = tip;
    work->job.prev_hash.bytes[0] = static_cast<std::uint8_t>(tip);
    return work;
}

struct Fixture {
    test::WaitingScheduler executor;
    std::vector<Found> found;
    Team team;

    explicit Fixture(TeamOptions options)
        : team(options, executor, [this](const Found& share) { found.push_back(share); }) {}

    void wait_for(std::size_t count) {
        executor.run_until([this, count] { return found.size() >= count; });
    }
};

}  // namespace

TEST_CASE("threads hash different units and stop at the limit of unanswered shares") {
    Fixture test({.threads = 2, .limits = {.unanswered_max = 8}});
    test.team.set_work(easy_work(1));
    test.wait_for(8);
    for (int i = 0; i < 4; ++i) test.team.answered(1);
    test.wait_for(12);
    CHECK(test.found.size() == 12);
    std::set<std::pair<Bytes, std::uint32_t>> places;
    for (const Found& share : test.found) places.emplace(share.extranonce2, share.hit.nonce);
    CHECK(places.size() == 12);
    // Each thread may hold one share more that waits.
    CHECK(test.team.hashes() <= 14);
}

TEST_CASE("a share that waits for the next second goes out then") {
    Fixture test({.threads = 1, .limits = {.per_second_max = 3}});
    test.team.set_work(easy_work(1));
    test.wait_for(3);
    test.team.answered(1);
    CHECK(test.found.size() == 3);
    test.team.second_passed();
    test.wait_for(6);
    CHECK(test.found.size() == 6);
}

TEST_CASE("new work replaces shares that wait on the old") {
    Fixture test({.threads = 2, .limits = {.unanswered_max = 4}});
    test.team.set_work(easy_work(1));
    test.wait_for(4);
    test.team.set_work(easy_work(2));
    for (int i = 0; i < 4; ++i) test.team.answered(1);
    test.wait_for(8);
    for (std::size_t i = 4; i < 8; ++i) CHECK(test.found[i].work->tip == 2);
}

TEST_CASE("after a block the team rests until there is a new tip") {
    Fixture test({.threads = 1, .limits = {.unanswered_max = 4}});
    auto work = easy_work(1);
    work->network_target = bitcoin::Uint256::max();
    test.team.set_work(work);
    test.wait_for(1);
    CHECK(test.found[0].solves_block);
    CHECK(test.team.hashes() == 1);
    auto next = easy_work(2);
    next->network_target = bitcoin::Uint256::max();
    test.team.set_work(next);
    test.wait_for(2);
    CHECK(test.found[1].work->tip == 2);
    test.team.resume();
    test.wait_for(3);
    CHECK(test.found[2].work->tip == 2);
}

TEST_CASE("a block is told also where it is no share") {
    Fixture test({.threads = 1});
    auto work = easy_work(1);
    work->share_target = bitcoin::Uint256(0);
    work->network_target = bitcoin::Uint256::max();
    test.team.set_work(work);
    test.wait_for(1);
    CHECK(test.found[0].solves_block);
}

TEST_CASE("a team that hashes stops at once when it is dropped") {
    Fixture test({.threads = 2, .limits = {.unanswered_max = 1}});
    auto hopeless = easy_work(1);
    hopeless->share_target = bitcoin::Uint256(0);
    test.team.set_work(hopeless);
    while (test.team.hashes() == 0) std::this_thread::yield();
    CHECK(test.found.empty());
}
