// Who writes rows and who publishes, one instance at a time; several at once are in
// instances_test.
#include "blkmaker/block_book.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tests/blkmaker/builders.hpp"

using namespace lode;
using namespace lode::blkmaker;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime start{};

template <class T>
std::vector<T> all(const BookActions& actions) {
    std::vector<T> found;
    for (const BookAction& action : actions) {
        if (const auto* one = std::get_if<T>(&action)) found.push_back(*one);
    }
    return found;
}

std::vector<BlockState> published(const BookActions& actions) {
    std::vector<BlockState> states;
    for (const auto& one : all<PublishEvent>(actions)) states.push_back(one.row.state);
    return states;
}

BlockRow in_state(BlockState state) {
    BlockRow row = test::a_row(1);
    row.state = state;
    return row;
}

using States = std::vector<BlockState>;

}  // namespace

TEST_CASE("a solved block goes to the nodes and the table, and is published once it is ours") {
    BlockBook book({.nodes = 2});
    const auto row = test::a_row(1);
    const auto actions = book.solved(row, BlockBook::Origin::live, start);
    CHECK(all<SubmitBlock>(actions).size() == 2);
    const auto changes = all<RowChange>(actions);
    REQUIRE(changes.size() == 1);
    CHECK_FALSE(changes[0].from);
    CHECK(published(actions).empty());
    CHECK(published(book.row_changed(changes[0])) == States{BlockState::found});
    CHECK(published(book.tick(start + 1s)).empty());
}

TEST_CASE("a row that another instance inserted is not published again") {
    BlockBook book({.nodes = 1});
    const auto changes =
        all<RowChange>(book.solved(test::a_row(1), BlockBook::Origin::live, start));
    CHECK(published(book.row_stands(changes[0], BlockState::found)).empty());
    CHECK(published(book.tick(start + 1s)).empty());
}

TEST_CASE("a block is announced while the database is away, and told again with its row") {
    BlockBook book({.nodes = 1});
    const auto changes =
        all<RowChange>(book.solved(test::a_row(1), BlockBook::Origin::live, start));
    CHECK(published(book.tick(start + 199ms)).empty());
    CHECK(published(book.tick(start + 200ms)) == States{BlockState::found});
    CHECK(published(book.tick(start + 1s)).empty());
    (void)book.published({changes[0].row.hash, BlockState::found});
    CHECK(published(book.row_changed(changes[0])) == States{BlockState::found});
}

TEST_CASE("a block from the journal is announced only when the table did not know it") {
    BlockBook book({.nodes = 1});
    const auto changes =
        all<RowChange>(book.solved(test::a_row(1), BlockBook::Origin::journal, start));
    CHECK(published(book.tick(start + 1h)).empty());
    CHECK(published(book.row_stands(changes[0], BlockState::confirmed)).empty());
    CHECK_FALSE(book.follows(changes[0].row.hash));
}

TEST_CASE("a change lost to another instance goes on from what the row says") {
    BlockBook book({.nodes = 1});
    const auto row = test::a_row(1);
    (void)book.solved(row, BlockBook::Origin::live, start);
    const auto first =
        all<RowChange>(book.submit_answered({row.hash, 0}, {}, SubmitAnswer::accepted, start));
    REQUIRE(first.size() == 1);
    CHECK(first[0].from == BlockState::found);
    CHECK(all<RowChange>(book.row_stands(first[0], BlockState::orphaned)).empty());
    const auto next = all<RowChange>(book.viewed({row.hash, 0}, {true, 2, row.height + 1}));
    REQUIRE(next.size() == 1);
    CHECK(next[0].from == BlockState::orphaned);
    CHECK(next[0].row.state == BlockState::accepted);
}

TEST_CASE("a row that was never written begins again") {
    BlockBook book({.nodes = 1});
    const auto row = test::a_row(1);
    (void)book.solved(row, BlockBook::Origin::live, start);
    const auto change =
        all<RowChange>(book.submit_answered({row.hash, 0}, {}, SubmitAnswer::accepted, start));
    const auto again = all<RowChange>(book.row_stands(change[0], std::nullopt));
    REQUIRE(again.size() == 2);
    CHECK_FALSE(again[0].from);
    CHECK(again[0].row.state == BlockState::found);
    CHECK(again[1].row.state == BlockState::submitted);
}

TEST_CASE("an event that lacks at two looks running is published by whoever looks") {
    BlockBook book({.nodes = 1});
    const std::vector<StoredRow> rows{{in_state(BlockState::confirmed), Publication::lacking}};
    CHECK(published(book.rows_seen(rows)).empty());
    CHECK(published(book.rows_seen(rows)) == States{BlockState::confirmed});
    // On its way: a bus that is away keeps it.
    CHECK(published(book.rows_seen(rows)).empty());
    CHECK(all<MarkPublished>(book.published({rows[0].row.hash, BlockState::confirmed})).size() ==
          1);
}

TEST_CASE("an event that the bus refused is sent again, though the block has gone on") {
    BlockBook book({.nodes = 1});
    const auto found =
        all<RowChange>(book.solved(test::a_row(1), BlockBook::Origin::live, start))[0];
    const auto hash = found.row.hash;
    CHECK(published(book.row_changed(found)) == States{BlockState::found});
    const auto submitted =
        all<RowChange>(book.submit_answered({hash, 0}, {}, SubmitAnswer::accepted, start))[0];
    CHECK(published(book.row_changed(submitted)) == States{BlockState::submitted});
    book.not_published({hash, BlockState::found});
    CHECK(published(book.tick(start + 1s)) == States{BlockState::found});
    CHECK(published(book.tick(start + 2s)).empty());
    (void)book.published({hash, BlockState::found});
    CHECK(published(book.tick(start + 3s)).empty());
}

TEST_CASE("an instance that learns late what the row says tells every state it takes it through") {
    BlockBook book({.nodes = 1});
    const auto inserted =
        all<RowChange>(book.solved(test::a_row(1), BlockBook::Origin::live, start))[0];
    const auto hash = inserted.row.hash;
    (void)book.submit_answered({hash, 0}, {}, SubmitAnswer::accepted, start);
    (void)book.viewed({hash, 0}, {true, 1, inserted.row.height});
    const auto changes = all<RowChange>(book.row_stands(inserted, BlockState::found));
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].from == BlockState::found);
    CHECK(changes[0].row.state == BlockState::submitted);
    CHECK(changes[1].from == BlockState::submitted);
    CHECK(changes[1].row.state == BlockState::accepted);
}

TEST_CASE("rows of other instances are followed, final ones are not") {
    BlockBook book({.nodes = 2});
    const auto actions = book.rows_seen({{in_state(BlockState::submitted), Publication::done}});
    CHECK(all<AskBlock>(actions).size() == 2);
    CHECK(book.follows(test::a_row(1).hash));
    BlockBook other({.nodes = 2});
    CHECK(other.rows_seen({{in_state(BlockState::rejected), Publication::done}}).empty());
    CHECK(other.size() == 0);
}

TEST_CASE("a block too deep to be sent is followed when its row was missing") {
    BlockBook book({.nodes = 1});
    const auto changes = all<RowChange>(book.recorded(test::a_row(1)));
    REQUIRE(changes.size() == 1);
    CHECK_FALSE(book.follows(changes[0].row.hash));
    SECTION("it was") {
        const auto actions = book.row_changed(changes[0]);
        CHECK(published(actions) == States{BlockState::found});
        CHECK(all<AskBlock>(actions).size() == 1);
    }
    SECTION("it was not") {
        CHECK(book.row_stands(changes[0], BlockState::confirmed).empty());
        CHECK(book.size() == 0);
    }
}

TEST_CASE("an event carries each node's last answer") {
    BlockBook book({.nodes = 1});
    const auto row = test::a_row(1);
    (void)book.solved(row, BlockBook::Origin::live, start);
    v1::NodeAnswer answer;
    answer.set_node("http://a");
    answer.set_answer("prev-blk-not-found");
    CHECK(all<RowChange>(book.submit_answered({row.hash, 0}, answer, SubmitAnswer::not_yet, start))
              .empty());
    answer.set_answer("accepted");
    const auto changes =
        all<RowChange>(book.submit_answered({row.hash, 0}, answer, SubmitAnswer::accepted, start));
    REQUIRE(changes.size() == 1);
    REQUIRE(changes[0].answers.size() == 1);
    CHECK(changes[0].answers[0].answer() == "accepted");
}
