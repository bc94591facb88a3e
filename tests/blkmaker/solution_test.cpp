// What gets past blkmaker's door.
#include "blkmaker/solution.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/blkmaker/builders.hpp"

using namespace lode;

TEST_CASE("a solved share becomes a typed solution") {
    const auto share = test::a_solution(test::a_template({1}));
    const auto solution = blkmaker::parse_solution(share);
    REQUIRE(solution);
    CHECK(as_chars(solution.value().hash.view()) == share.block_hash());
    CHECK(solution.value().height == 200);
    CHECK(solution.value().job == JobId(77));
    CHECK(solution.value().user == "miner");
    CHECK(solution.value().reward == bitcoin::Satoshi(5'000'000'000));
    CHECK(solution.value().found == from_unix_ms(1'700'000'000'500));
}

TEST_CASE("a header that does not meet its own target is refused") {
    auto share = test::a_solution(test::a_template({1}));
    auto header = bitcoin::parse_header(as_bytes(share.bitcoin().header())).value();
    header.bits = 0x1d00ffff;
    share.mutable_bitcoin()->set_header(test::text(header.serialise()));
    share.set_block_hash(test::text(header.hash().view()));
    const auto solution = blkmaker::parse_solution(share);
    REQUIRE_FALSE(solution);
    CHECK(solution.error().code == ErrorCode::rejected);
}

TEST_CASE("what the journal kept is read back, and damage is not passed over") {
    const auto share = test::a_solution(test::a_template({1}));
    const auto read = blkmaker::parse_entries({share.SerializeAsString()});
    REQUIRE(read);
    REQUIRE(read.value().size() == 1);
    CHECK(read.value()[0].block_hash() == share.block_hash());
    CHECK_FALSE(blkmaker::parse_entries({share.SerializeAsString(), "\x0a"}));
}

TEST_CASE("fields that are missing or contradict each other are malformed") {
    const auto good = test::a_solution(test::a_template({}));
    const auto refused = [](const v1::SolvedShare& share) {
        const auto solution = blkmaker::parse_solution(share);
        return solution.has_error() && solution.error().code == ErrorCode::malformed;
    };
    auto share = good;
    share.clear_bitcoin();
    CHECK(refused(share));
    share = good;
    share.mutable_bitcoin()->mutable_header()->pop_back();
    CHECK(refused(share));
    share = good;
    share.set_block_hash(std::string(32, '\0'));
    CHECK(refused(share));
    share = good;
    share.set_template_id("short");
    CHECK(refused(share));
}
