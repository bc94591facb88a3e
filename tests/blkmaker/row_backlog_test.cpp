// Of each block the newest waits, what was handed out stays as it was, and nothing goes silently.
#include "blkmaker/row_backlog.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/blkmaker/builders.hpp"

using namespace lode;
using namespace lode::blkmaker;

namespace {

RowChange change(std::optional<BlockState> from, BlockState to, std::uint8_t block = 1) {
    RowChange made{from, test::a_row(block), {}};
    made.row.state = to;
    return made;
}

const RowChange insertion = change({}, BlockState::found);

}  // namespace

TEST_CASE("changes that go on from one another are given in order, none is left out") {
    RowBacklog backlog;
    backlog.change(insertion, {});
    backlog.change(change(BlockState::found, BlockState::submitted), {});
    backlog.change(change(BlockState::submitted, BlockState::accepted), {});
    for (const auto state : {BlockState::found, BlockState::submitted, BlockState::accepted}) {
        const auto work = backlog.take(10);
        REQUIRE(work.size() == 1);
        CHECK(work[0].change->row.state == state);
        backlog.written();
    }
    CHECK(backlog.size() == 0);
}

TEST_CASE("more changes of a block than its life has are merged at the end") {
    RowBacklog backlog;
    backlog.change(change(BlockState::found, BlockState::accepted), {});
    for (std::size_t i = 0; i < RowBacklog::changes_max; ++i) {
        backlog.change(change(BlockState::accepted, BlockState::orphaned), {});
        backlog.change(change(BlockState::orphaned, BlockState::accepted), {});
    }
    std::vector<RowWork> all;
    for (auto work = backlog.take(1); !work.empty(); work = backlog.take(1)) {
        all.push_back(work[0]);
        backlog.written();
    }
    REQUIRE(all.size() == RowBacklog::changes_max);
    CHECK(all.back().change->row.state == BlockState::accepted);
    for (std::size_t i = 1; i < all.size(); ++i) {
        CHECK(all[i].change->from == all[i - 1].change->row.state);
    }
}

TEST_CASE("a change that starts from newer knowledge of the row replaces what waits") {
    RowBacklog backlog;
    backlog.change(change(BlockState::found, BlockState::submitted), {});
    backlog.change(change(BlockState::accepted, BlockState::orphaned), {});
    backlog.change(insertion, {});
    const auto work = backlog.take(10);
    REQUIRE(work.size() == 1);
    CHECK(work[0].change->from == BlockState::accepted);
}

TEST_CASE("what may be written already is given again as it was, later changes behind it") {
    RowBacklog backlog;
    backlog.change(insertion, {});
    auto work = backlog.take(10);
    CHECK(work[0].attempt == RowWork::Attempt::first);
    backlog.change(change(BlockState::found, BlockState::submitted), {});
    CHECK(backlog.size() == 1);
    backlog.put_back(std::move(work));
    work = backlog.take(10);
    REQUIRE(work.size() == 1);
    CHECK(work[0].attempt == RowWork::Attempt::repeated);
    CHECK_FALSE(work[0].change->from);
    CHECK(work[0].change->row.state == BlockState::found);
    backlog.written();
    work = backlog.take(10);
    REQUIRE(work.size() == 1);
    CHECK(work[0].change->from == BlockState::found);
    backlog.written();
    CHECK(backlog.take(10).empty());
}

TEST_CASE("each node's last answer and the last mark wait") {
    RowBacklog backlog;
    const auto block = insertion.row.hash;
    backlog.record_answer({block, "http://a", "inconclusive", {}});
    backlog.record_answer({block, "http://b", "accepted", {}});
    backlog.record_answer({block, "http://a", "duplicate", {}});
    backlog.mark_published({block, BlockState::found});
    backlog.mark_published({block, BlockState::accepted});
    const auto work = backlog.take(10);
    REQUIRE(work.size() == 1);
    REQUIRE(work[0].answers.size() == 2);
    CHECK(work[0].answers[0].word == "duplicate");
    CHECK(work[0].mark->state == BlockState::accepted);
}

TEST_CASE("those that wait longest are taken first, so that none starves") {
    RowBacklog backlog;
    for (std::uint8_t block = 9; block > 0; --block) {
        backlog.change(change({}, BlockState::found, block), {});
    }
    const auto first = backlog.take(2);
    REQUIRE(first.size() == 2);
    CHECK(first[0].block == test::a_row(8).hash);
    CHECK(first[1].block == test::a_row(9).hash);
    backlog.change(change(BlockState::found, BlockState::submitted, 9), {});
    backlog.written();
    CHECK(backlog.take(7).back().block == test::a_row(7).hash);
}

TEST_CASE("a full backlog says that it dropped something, and takes more of what it holds") {
    RowBacklog backlog(2);
    backlog.change(change({}, BlockState::found, 1), {});
    backlog.change(change({}, BlockState::found, 2), {});
    CHECK_FALSE(backlog.overflowed());
    backlog.change(change(BlockState::found, BlockState::submitted, 2), {});
    CHECK_FALSE(backlog.overflowed());
    backlog.change(change({}, BlockState::found, 3), {});
    CHECK(backlog.size() == 2);
    CHECK(backlog.take_overflow());
    CHECK_FALSE(backlog.take_overflow());
}
