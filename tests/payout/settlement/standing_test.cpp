// Nodes' words of a block, all combinations.
#include "payout/settlement/standing.hpp"

#include <catch2/catch_test_macros.hpp>
#include <vector>

using namespace lode;
using namespace lode::payout;

namespace {

bitcoin::Hash256 hash(std::uint8_t id) {
    bitcoin::Hash256 hash;
    hash.bytes[0] = id;
    return hash;
}
const auto ours = hash(1);
const NodeWord has = ours;
const NodeWord other = hash(2);
const NodeWord silent;

Standing of(const NodeWord& own, const std::vector<NodeWord>& others = {}) {
    return standing_of(ours, own, others);
}

}  // namespace

TEST_CASE("a node alone decides, unless it is behind") {
    CHECK(of(has) == Standing::stands);
    CHECK(of(other) == Standing::gone);
    CHECK(of(silent) == Standing::unsure);
}

TEST_CASE("of two nodes both must have another block there") {
    CHECK(of(has, {has}) == Standing::stands);
    CHECK(of(has, {silent}) == Standing::stands);
    CHECK(of(has, {other}) == Standing::doubtful);
    CHECK(of(other, {has}) == Standing::doubtful);
    CHECK(of(other, {silent}) == Standing::doubtful);
    CHECK(of(silent, {other}) == Standing::doubtful);
    CHECK(of(silent, {has}) == Standing::unsure);
    CHECK(of(silent, {silent}) == Standing::unsure);
    CHECK(of(other, {other}) == Standing::gone);
}

TEST_CASE("of three nodes two, when the third cannot tell") {
    CHECK(of(silent, {other, hash(3)}) == Standing::gone);
    CHECK(of(other, {other, silent}) == Standing::gone);
    CHECK(of(other, {other, has}) == Standing::doubtful);
    CHECK(of(other, {silent, silent}) == Standing::doubtful);
}
