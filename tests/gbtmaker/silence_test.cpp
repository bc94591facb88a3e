// What the maker does about a node that is silent, or slow.
#include <catch2/catch_test_macros.hpp>

#include "tests/gbtmaker/bench.hpp"

using namespace lode;
using namespace lode::test;
using gbtmaker::NodeHealth;
using gbtmaker::ReadHeader;
using gbtmaker::ReadTemplate;
using std::chrono::seconds;

TEST_CASE("a silent node is down at once, told once, and back as soon as it answers") {
    Bench bench(2);
    (void)bench.brought_up(1, 0);
    bench.now.steady += seconds(1);
    const auto silent = bench.maker.tick(bench.now);
    REQUIRE(silent.changes.size() == 1);
    CHECK(silent.changes[0].health == NodeHealth::down);
    CHECK(silent.changes[0].reason == "it does not answer");
    REQUIRE_FALSE(silent.calls.empty());  // a look that ends when the node is back
    bench.now.steady += seconds(5);
    const auto still = bench.maker.tick(bench.now);
    CHECK(still.changes.empty());
    CHECK(still.pulses.empty());
    const auto back = bench.answer(chain_at(1), 0);
    CHECK(std::any_of(back.calls.begin(), back.calls.end(), [](const auto& call) {
        return std::holds_alternative<ReadTemplate>(call.call);
    }));
    CHECK(bench.answer(block_template(1), 0).changes.at(0).health == NodeHealth::usable);
}

TEST_CASE("a pulse that is refused is a sign of life, one without an answer is none") {
    Bench bench;
    (void)bench.brought_up(1);
    CHECK(bench.maker.pulse_answered(0, failure(ErrorCode::rejected, "not allowed"), bench.now)
              .changes.empty());
    const auto gone =
        bench.maker.pulse_answered(0, failure(ErrorCode::unavailable, "refused"), bench.now);
    REQUIRE(gone.changes.size() == 1);
    CHECK(gone.changes[0].health == NodeHealth::down);
}

TEST_CASE("a template that was begun before the tip we know is dropped and another is asked for") {
    Bench bench;
    (void)bench.brought_up(1);
    (void)bench.tick(seconds(5));
    REQUIRE(asks<ReadTemplate>(bench.answer(chain_at(1))));
    REQUIRE(asks<ReadHeader>(bench.maker.tip_heard(0, hash_of(2), bench.now)));
    REQUIRE(bench.answer(header(2)).templates.size() == 1);  // the empty one
    const auto late = bench.answer(block_template(1, 9));
    CHECK(late.templates.empty());
    CHECK(late.calls.size() == 2);  // the old block's header, and the template of the new one
    auto passed = header(1);
    passed.confirmations = 2;
    CHECK(bench.answer(passed).templates.empty());
    CHECK(bench.answer(block_template(2, 3)).templates.size() == 1);
}
