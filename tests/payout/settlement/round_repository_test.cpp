// What stands about blocks is read as it is, and changed only from where a step was planned from.
#include "payout/settlement/round_repository.hpp"

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// One block that is in the chain, with no share before it.
struct Rounds : PoolRows {
    Rounds() : PoolRows(settings(BaseScheme::prop)) { find({.id = 1, .at = midnight + hours(1)}); }
    OurBlock only_block() {
        const auto situation = repository.situation(book, midnight + hours(2)).value();
        REQUIRE(situation.blocks.size() == 1);
        return situation.blocks[0];
    }
    bool advance(const Step& step) {
        const auto posting = post_step(step, {.wanted = {}, .posted = {}});
        bool done = false;
        REQUIRE(connection.transaction([&]() -> Result<void> {
            LODE_TRY(done, repository.advance({step, posting, 1, midnight}));
            return success();
        }));
        return done;
    }
    UnixTime close(UnixTime before) {
        REQUIRE(connection.transaction([&] { return repository.close(before); }));
        return repository.situation(book, midnight).value().closed_before;
    }

    RoundRepository repository{connection, "btc"};
    TermsBook book{{settings(BaseScheme::prop)}};
};

}  // namespace

TEST_CASE("a step is taken once, from where it was planned", "[database]") {
    Rounds rounds;
    const Step first{.kind = Step::Kind::credit, .block = rounds.only_block()};
    CHECK(rounds.advance(first));
    CHECK_FALSE(rounds.advance(first));
    const OurBlock credited = rounds.only_block();
    CHECK(credited.credit == CreditState::provisional);
    CHECK(credited.revision == 1);
    CHECK(rounds.advance({.kind = Step::Kind::credit, .block = credited}));
    // The same state, another revision.
    CHECK_FALSE(rounds.advance({.kind = Step::Kind::finalise, .block = credited}));
    CHECK(rounds.only_block().revision == 2);
}

TEST_CASE("a block is cut when every partition is", "[database]") {
    Rounds rounds;
    CHECK(rounds.only_block().is_cut);
    rounds.run("DELETE FROM round_cut WHERE partition_no = 1", {});
    CHECK_FALSE(rounds.only_block().is_cut);
    rounds.run("DELETE FROM consumer_offset", {});
    CHECK_FALSE(rounds.only_block().is_cut);
    // Nothing moves in closed minutes any more.
    const UnixTime found = rounds.only_block().found;
    rounds.close(found);
    CHECK_FALSE(rounds.only_block().is_cut);
    rounds.close(found + std::chrono::milliseconds(1));
    CHECK(rounds.only_block().is_cut);
}

TEST_CASE("rows that are closed are not opened again", "[database]") {
    Rounds rounds;
    CHECK(rounds.close(midnight + hours(1)) == midnight + hours(1));
    CHECK(rounds.close(midnight) == midnight + hours(1));
    CHECK(rounds.close(midnight + hours(2)) == midnight + hours(2));
}
