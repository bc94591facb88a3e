// The life of a block under every order of answers.
#include "blkmaker/block_tracker.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace lode;
using namespace lode::blkmaker;
using namespace std::chrono_literals;
using bitcoin::Hash256;

namespace {

constexpr SteadyTime start{};
const Hash256 block = [] {
    Hash256 hash;
    hash.bytes.fill(7);
    return hash;
}();
constexpr std::uint32_t height = 100;

template <class T>
std::size_t count(const Actions& actions) {
    return static_cast<std::size_t>(
        std::count_if(actions.begin(), actions.end(),
                      [](const Action& action) { return std::holds_alternative<T>(action); }));
}

// The last that the actions take it to.
std::optional<BlockState> new_state(const Actions& actions) {
    std::optional<BlockState> state;
    for (const Action& action : actions) {
        if (const auto* change = std::get_if<ChangeState>(&action)) state = change->to;
    }
    return state;
}

BlockTracker tracker_of(std::size_t nodes) {
    return BlockTracker({.nodes = nodes});
}

BlockView in_chain(std::int64_t confirmations) {
    return {true, confirmations, static_cast<std::uint32_t>(height + confirmations - 1)};
}

BlockView not_in_chain(std::uint32_t tip) {
    return {true, -1, tip};
}

}  // namespace

TEST_CASE("a new block goes to every node at once") {
    auto tracker = tracker_of(3);
    const auto actions = tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    CHECK(count<SubmitBlock>(actions) == 3);
    CHECK(tracker.add(block, height, BlockState::found, BlockTracker::Start::submit).empty());
}

TEST_CASE("a block known from the database is sent when its bytes turn up") {
    auto tracker = tracker_of(2);
    const auto first =
        tracker.add(block, height, BlockState::found, BlockTracker::Start::follow_only);
    CHECK(count<SubmitBlock>(first) == 0);
    const auto second = tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    CHECK(count<SubmitBlock>(second) == 2);
}

TEST_CASE("an accepting node is asked to prefer the block and to say how deep it is") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    const auto actions = tracker.submit_answered(block, 0, SubmitAnswer::accepted, start);
    CHECK(count<PreferBlock>(actions) == 1);
    CHECK(count<AskBlock>(actions) == 1);
    CHECK(new_state(actions) == BlockState::submitted);
    CHECK(new_state(tracker.block_viewed(block, 0, in_chain(1))) == BlockState::accepted);
}

TEST_CASE("a block that was in the chain before anyone heard of it passes every state") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::follow_only);
    std::vector<BlockState> passed;
    for (const Action& action : tracker.block_viewed(block, 0, in_chain(101))) {
        const auto* change = std::get_if<ChangeState>(&action);
        if (change != nullptr) passed.push_back(change->to);
    }
    CHECK(passed ==
          std::vector{BlockState::submitted, BlockState::accepted, BlockState::confirmed});
    CHECK(tracker.size() == 0);
}

TEST_CASE("of two own blocks at a height only the first is preferred, on every node") {
    auto tracker = tracker_of(2);
    Hash256 second;
    second.bytes.fill(8);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    (void)tracker.add(second, height, BlockState::found, BlockTracker::Start::submit);
    const auto prefers = [&](const Hash256& one, std::size_t node) {
        return count<PreferBlock>(
                   tracker.submit_answered(one, node, SubmitAnswer::stored, start)) == 1;
    };
    CHECK(prefers(block, 0));
    CHECK_FALSE(prefers(second, 0));
    CHECK(prefers(block, 1));
    CHECK_FALSE(prefers(second, 1));
}

TEST_CASE("duplicate and inconclusive prove nothing about the best chain") {
    CHECK(classify_submit_answer(std::nullopt) == SubmitAnswer::accepted);
    CHECK(classify_submit_answer("duplicate") == SubmitAnswer::stored);
    CHECK(classify_submit_answer("inconclusive") == SubmitAnswer::stored);
    CHECK(classify_submit_answer("prev-blk-not-found") == SubmitAnswer::not_yet);
    CHECK(classify_submit_answer("high-hash") == SubmitAnswer::refused);
    CHECK(classify_submit_answer("") == SubmitAnswer::refused);
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    CHECK(new_state(tracker.submit_answered(block, 0, SubmitAnswer::stored, start)) ==
          BlockState::submitted);
}

TEST_CASE("an unreachable node is tried again with growing pauses until the block is buried") {
    auto tracker = tracker_of(2);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    CHECK(tracker.submit_answered(block, 0, SubmitAnswer::unreachable, start).empty());
    CHECK(tracker.tick(start + 249ms).empty());
    CHECK(count<SubmitBlock>(tracker.tick(start + 250ms)) == 1);
    CHECK(tracker.tick(start + 10s).empty());
    (void)tracker.submit_answered(block, 0, SubmitAnswer::unreachable, start + 10s);
    CHECK(tracker.tick(start + 10s + 499ms).empty());
    CHECK(count<SubmitBlock>(tracker.tick(start + 10s + 500ms)) == 1);
    (void)tracker.submit_answered(block, 0, SubmitAnswer::unreachable, start + 20s);
    (void)tracker.tip_changed(1, height + BlockTracker::settled_depth);
    CHECK(count<SubmitBlock>(tracker.tick(start + 60s)) == 0);
}

TEST_CASE("a block that every node refuses is rejected and raises alerts") {
    auto tracker = tracker_of(2);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    auto actions = tracker.submit_answered(block, 0, SubmitAnswer::refused, start);
    CHECK(count<RaiseAlert>(actions) == 1);
    CHECK_FALSE(new_state(actions));
    actions = tracker.submit_answered(block, 1, SubmitAnswer::refused, start);
    CHECK(new_state(actions) == BlockState::rejected);
    CHECK(tracker.size() == 0);
}

TEST_CASE("one node's refusal does not outweigh another's chain") {
    auto tracker = tracker_of(2);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    (void)tracker.submit_answered(block, 0, SubmitAnswer::accepted, start);
    CHECK(new_state(tracker.block_viewed(block, 0, in_chain(1))) == BlockState::accepted);
    CHECK_FALSE(new_state(tracker.submit_answered(block, 1, SubmitAnswer::refused, start)));
}

TEST_CASE("maturity takes two nodes where there are two") {
    auto tracker = tracker_of(2);
    (void)tracker.add(block, height, BlockState::submitted, BlockTracker::Start::follow_only);
    (void)tracker.block_viewed(block, 0, in_chain(101));
    CHECK_FALSE(new_state(tracker.block_viewed(block, 1, in_chain(100))));
    CHECK(new_state(tracker.block_viewed(block, 1, in_chain(101))) == BlockState::confirmed);
    CHECK(tracker.size() == 0);
}

TEST_CASE("one node suffices where there is one, at exactly maturity") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::accepted, BlockTracker::Start::follow_only);
    CHECK_FALSE(new_state(tracker.block_viewed(block, 0, in_chain(100))));
    CHECK(new_state(tracker.block_viewed(block, 0, in_chain(101))) == BlockState::confirmed);
}

TEST_CASE("a chain that is undone below a block and grows again is asked about it") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::accepted, BlockTracker::Start::follow_only);
    (void)tracker.block_viewed(block, 0, in_chain(98));
    CHECK(tracker.tip_changed(0, height - 1, TipChange::reorganised).empty());
    CHECK(count<AskBlock>(tracker.tip_changed(0, height + 98, TipChange::extended)) == 1);
    CHECK(new_state(tracker.block_viewed(block, 0, not_in_chain(height + 98))) ==
          BlockState::orphaned);
}

TEST_CASE("a lagging node never orphans a good block") {
    auto tracker = tracker_of(2);
    (void)tracker.add(block, height, BlockState::accepted, BlockTracker::Start::follow_only);
    (void)tracker.block_viewed(block, 0, in_chain(50));
    CHECK_FALSE(new_state(tracker.block_viewed(block, 1, {false, 0, height - 3})));
    CHECK_FALSE(new_state(tracker.block_viewed(block, 1, not_in_chain(height + 20))));
}

TEST_CASE("a block six deep off the chain of both nodes is orphaned, and may come back") {
    auto tracker = tracker_of(2);
    (void)tracker.add(block, height, BlockState::accepted, BlockTracker::Start::follow_only);
    CHECK_FALSE(new_state(tracker.block_viewed(block, 0, not_in_chain(height + 5))));
    CHECK_FALSE(new_state(tracker.block_viewed(block, 0, not_in_chain(height + 6))));
    const auto actions = tracker.block_viewed(block, 1, not_in_chain(height + 6));
    CHECK(new_state(actions) == BlockState::orphaned);
    CHECK(count<RaiseAlert>(actions) == 1);
    CHECK_FALSE(new_state(tracker.block_viewed(block, 0, in_chain(9))));
    CHECK(new_state(tracker.block_viewed(block, 1, in_chain(9))) == BlockState::accepted);
}

TEST_CASE("an orphan is forgotten once maturity lies above it") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::orphaned, BlockTracker::Start::follow_only);
    (void)tracker.tip_changed(0, height + 100);
    CHECK(tracker.follows(block));
    (void)tracker.tip_changed(0, height + 101);
    CHECK_FALSE(tracker.follows(block));
}

TEST_CASE("a node that lacks the parent is sent the block again, without an alert") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    CHECK(tracker.submit_answered(block, 0, SubmitAnswer::not_yet, start).empty());
    CHECK(count<SubmitBlock>(tracker.tick(start + 250ms)) == 1);
}

TEST_CASE("what the table says replaces our state, unless our nodes prove otherwise") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    CHECK(tracker.row_stands(block, BlockState::accepted).empty());
    CHECK_FALSE(new_state(tracker.submit_answered(block, 0, SubmitAnswer::stored, start)));
    (void)tracker.block_viewed(block, 0, in_chain(3));
    CHECK(new_state(tracker.row_stands(block, BlockState::submitted)) == BlockState::accepted);
    CHECK(tracker.row_stands(block, BlockState::confirmed).empty());
    CHECK_FALSE(tracker.follows(block));
}

TEST_CASE("another's rejection ends a block, unless a node of ours has it") {
    auto tracker = tracker_of(2);
    (void)tracker.add(block, height, BlockState::found, BlockTracker::Start::submit);
    SECTION("no node of ours has it") {
        CHECK(tracker.row_stands(block, BlockState::rejected).empty());
        CHECK_FALSE(tracker.follows(block));
    }
    SECTION("one has, and both come to count it") {
        (void)tracker.submit_answered(block, 0, SubmitAnswer::accepted, start);
        CHECK(tracker.row_stands(block, BlockState::rejected).empty());
        CHECK_FALSE(new_state(tracker.block_viewed(block, 0, in_chain(1))));
        CHECK(new_state(tracker.block_viewed(block, 1, in_chain(1))) == BlockState::accepted);
    }
}

TEST_CASE("a node that does not answer is no witness") {
    auto tracker = tracker_of(2);
    (void)tracker.add(block, height, BlockState::accepted, BlockTracker::Start::follow_only);
    (void)tracker.block_viewed(block, 0, not_in_chain(height + 6));
    tracker.node_lost(0);
    CHECK_FALSE(new_state(tracker.block_viewed(block, 1, not_in_chain(height + 6))));
}

TEST_CASE("each tip asks once about each block until the node answered") {
    auto tracker = tracker_of(1);
    const auto first =
        tracker.add(block, height, BlockState::accepted, BlockTracker::Start::follow_only);
    CHECK(count<AskBlock>(first) == 1);
    CHECK(tracker.tip_changed(0, height + 1).empty());
    tracker.view_failed(block, 0);
    CHECK(count<AskBlock>(tracker.tip_changed(0, height + 1)) == 1);
    (void)tracker.block_viewed(block, 0, in_chain(2));
    CHECK(count<AskBlock>(tracker.tip_changed(0, height + 2)) == 1);
}

TEST_CASE("while a node's chain only grows, a block is asked about at the depths that decide") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::submitted, BlockTracker::Start::follow_only);
    const bool in = GENERATE(true, false);
    const auto view = [&](std::uint32_t tip) {
        return in ? in_chain(std::int64_t{tip} - height + 1) : not_in_chain(tip);
    };
    (void)tracker.block_viewed(block, 0, view(height));
    std::vector<std::uint32_t> asked;
    for (std::uint32_t tip = height + 1; tip <= height + 100; ++tip) {
        const auto actions = tracker.tip_changed(0, tip, TipChange::extended);
        if (count<AskBlock>(actions) == 0) continue;
        asked.push_back(tip - height);
        (void)tracker.block_viewed(block, 0, view(tip));
    }
    CHECK(asked == std::vector<std::uint32_t>{1, 6, 100});
    CHECK(tracker.follows(block) == !in);
}

TEST_CASE("a re-org and an outage of the node make every view stale") {
    auto tracker = tracker_of(1);
    (void)tracker.add(block, height, BlockState::accepted, BlockTracker::Start::follow_only);
    (void)tracker.block_viewed(block, 0, in_chain(3));
    CHECK(tracker.tip_changed(0, height + 3, TipChange::extended).empty());
    CHECK(count<AskBlock>(tracker.tip_changed(0, height + 3, TipChange::reorganised)) == 1);
    (void)tracker.block_viewed(block, 0, in_chain(4));
    tracker.node_lost(0);
    CHECK(count<AskBlock>(tracker.tip_changed(0, height + 4, TipChange::extended)) == 1);
}

TEST_CASE("names of states are read back") {
    for (const auto state : {BlockState::found, BlockState::submitted, BlockState::accepted,
                             BlockState::rejected, BlockState::confirmed, BlockState::orphaned}) {
        CHECK(block_state_from(to_string(state)) == state);
    }
    CHECK_FALSE(block_state_from("lost"));
}
