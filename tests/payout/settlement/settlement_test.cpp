// When blocks are credited, final and taken back, one rule a case.
#include "payout/settlement/settlement.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::payout;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

namespace {

const UnixTime noon = std::chrono::floor<minutes>(from_unix_ms(1'700'000'000'000));

OurBlock block(std::uint8_t id, BlockLife life) {
    OurBlock made;
    made.hash.bytes[0] = id;
    made.height = id;
    made.found = noon + minutes(id) + milliseconds(500);
    made.life = life;
    made.is_cut = true;
    made.base = BaseScheme::prop;
    return made;
}
Situation with(std::vector<OurBlock> blocks) {
    return {.blocks = std::move(blocks),
            .prior = std::nullopt,
            .reach = noon + hours(9),
            .closed_before = noon - hours(2),
            .now = noon + hours(9)};
}
std::vector<Step::Kind> kinds(const Plan& plan) {
    std::vector<Step::Kind> kinds;
    for (const Step& step : plan.steps) kinds.push_back(step.kind);
    return kinds;
}
using Kinds = std::vector<Step::Kind>;
using enum Step::Kind;

}  // namespace

TEST_CASE("a block in the chain is credited once all partitions are cut") {
    auto one = block(1, BlockLife::alive);
    CHECK(kinds(plan(with({one}))) == Kinds{credit});
    one.is_cut = false;
    CHECK(plan(with({one})).steps.empty());
    CHECK(plan(with({block(1, BlockLife::pending)})).steps.empty());
    CHECK(plan(with({block(1, BlockLife::dead)})).steps.empty());
}

TEST_CASE("a mature block is not final before all partitions are cut") {
    auto one = block(1, BlockLife::mature);
    CHECK(kinds(plan(with({one}))) == Kinds{finalise});
    one.is_cut = false;
    const auto uncut = plan(with({one}));
    CHECK(uncut.steps.empty());
    CHECK(uncut.close_before <= one.found);
}

TEST_CASE("a credit that stands is not computed again until a block before it lives or dies") {
    auto one = block(1, BlockLife::alive);
    auto two = block(2, BlockLife::alive);
    const auto first = plan(with({one, two}));
    REQUIRE(kinds(first) == Kinds{credit, credit});
    CHECK(first.steps[1].passed == std::vector{one.found});
    one.credit = two.credit = CreditState::provisional;
    two.lineage = first.steps[1].lineage;
    CHECK(plan(with({one, two})).steps.empty());
    one.life = BlockLife::dead;
    const auto later = plan(with({one, two}));
    REQUIRE(kinds(later) == Kinds{take_back, credit});
    CHECK(later.steps[1].passed.empty());
    two.base = BaseScheme::pplns;
    CHECK(kinds(plan(with({one, two}))) == Kinds{take_back});
}

TEST_CASE("a block is final when it is mature, all before are decided and its minute is counted") {
    const auto one = block(1, BlockLife::mature);
    auto situation = with({one});
    CHECK(kinds(plan(situation)) == Kinds{finalise});
    CHECK(plan(situation).close_before == one.found + milliseconds(1));
    situation.reach = one.found + minutes(1) - milliseconds(1);
    CHECK(kinds(plan(situation)) == Kinds{credit});
    situation.reach = std::nullopt;
    CHECK(kinds(plan(situation)) == Kinds{credit});
    for (const auto life : {BlockLife::pending, BlockLife::alive}) {
        auto before = block(0, life);
        before.credit = CreditState::provisional;
        const auto waits = plan(with({before, one}));
        CHECK(kinds(waits).back() == credit);
        CHECK(waits.close_before == noon - hours(2));
    }
    CHECK(kinds(plan(with({block(0, BlockLife::dead), one}))) == Kinds{finalise});
}

TEST_CASE("blocks become final in order, each the prior of the next") {
    auto situation = with({block(1, BlockLife::mature), block(2, BlockLife::mature),
                           block(3, BlockLife::alive), block(4, BlockLife::alive)});
    const auto todo = plan(situation);
    REQUIRE(kinds(todo) == Kinds{finalise, finalise, credit, credit});
    CHECK(todo.close_before == situation.blocks[1].found + milliseconds(1));
    CHECK(todo.steps[1].scores_since == situation.blocks[0].found);
    CHECK(todo.steps[1].passed.empty());
    CHECK(todo.steps[3].scores_since == situation.blocks[1].found);
    CHECK(todo.steps[3].passed == std::vector{situation.blocks[2].found});
    // The lineage is the same when the first two are final and gone from the list.
    const Prior prior{situation.blocks[1].hash, situation.blocks[1].found, todo.steps[1].lineage};
    situation.blocks.erase(situation.blocks.begin(), situation.blocks.begin() + 2);
    situation.prior = prior;
    CHECK(plan(situation).steps[1].lineage == todo.steps[3].lineage);
}

TEST_CASE("no scores are counted twice where a block's row comes behind a later final one") {
    auto situation = with({block(1, BlockLife::mature), block(2, BlockLife::alive)});
    const auto newest = block(3, BlockLife::mature);
    situation.prior = Prior{newest.hash, newest.found, {}};
    situation.blocks.push_back(block(4, BlockLife::alive));
    const auto todo = plan(situation);
    REQUIRE(kinds(todo) == Kinds{finalise, credit, credit});
    CHECK(todo.steps[0].scores_since == newest.found);
    CHECK(todo.steps[2].scores_since == newest.found);
    CHECK(todo.steps[2].passed == std::vector{newest.found});
}

TEST_CASE("solo blocks are outside the rounds") {
    auto solo = block(1, BlockLife::alive);
    solo.solo = true;
    const auto todo = plan(with({solo, block(2, BlockLife::alive)}));
    REQUIRE(kinds(todo) == Kinds{credit, credit});
    CHECK(todo.steps[1].passed.empty());
}

TEST_CASE("rows are closed a day behind, never past a block that is open, never back") {
    auto situation = with({});
    situation.now = noon + hours(30);
    situation.reach = noon + hours(29);
    CHECK(plan(situation).close_before == noon + hours(6));
    situation.reach = noon + hours(1);
    CHECK(plan(situation).close_before == noon + hours(1));
    situation.reach = std::nullopt;
    CHECK(plan(situation).close_before == noon - hours(2));
    situation.reach = noon + hours(29);
    situation.blocks = {block(1, BlockLife::pending)};
    CHECK(plan(situation).close_before == noon + minutes(1));
    situation.closed_before = noon + hours(3);
    CHECK(plan(situation).close_before == noon + hours(3));
}

TEST_CASE("a final block that is no longer in the chain is told and not touched") {
    auto one = block(1, BlockLife::dead);
    one.credit = CreditState::final;
    const auto todo = plan(with({one, block(2, BlockLife::mature)}));
    REQUIRE(todo.too_deep.size() == 1);
    CHECK(todo.too_deep[0].hash == one.hash);
    CHECK(kinds(todo) == Kinds{finalise});
    one.credit = CreditState::lost;
    CHECK(plan(with({one})).too_deep.size() == 1);
    one.life = BlockLife::alive;
    CHECK(plan(with({one})).steps.empty());
}

TEST_CASE("states are read back as written") {
    for (const auto state : {CreditState::none, CreditState::provisional, CreditState::final,
                             CreditState::reversed, CreditState::lost}) {
        CHECK(credit_state_from(to_string(state)).value() == state);
    }
    CHECK_FALSE(credit_state_from("maybe"));
    CHECK(block_life_from("submitted").value() == BlockLife::pending);
    CHECK(block_life_from("accepted").value() == BlockLife::alive);
    CHECK(block_life_from("confirmed").value() == BlockLife::mature);
    CHECK(block_life_from("rejected").value() == BlockLife::dead);
    CHECK_FALSE(block_life_from("lost"));
}
