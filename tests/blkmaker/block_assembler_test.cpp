// Blocks put together from solution and template are whole and valid.
#include "blkmaker/block_assembler.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/blkmaker/builders.hpp"

using namespace lode;
using namespace lode::blkmaker;

namespace {

struct Case {
    Solution solution;
    std::shared_ptr<const StoredTemplate> stored;
};

Case a_case(std::vector<std::uint8_t> tags) {
    const auto message = test::a_template(std::move(tags));
    TemplateStore store;
    REQUIRE(store.add(message, UnixTime{}));
    const auto solution = parse_solution(test::a_solution(message)).value();
    return {solution, store.find(solution.template_id)};
}

}  // namespace

TEST_CASE("an assembled block passes the checks of its own serialisation") {
    for (const auto& tags : {std::vector<std::uint8_t>{}, {1}, {1, 2, 3}}) {
        const auto made = a_case(tags);
        const auto block = assemble(made.solution, *made.stored);
        REQUIRE(block);
        CHECK(check_serialised(block.value()));
        const auto parsed = bitcoin::parse_block(block.value()).value();
        CHECK(parsed.header.hash() == made.solution.hash);
        CHECK(parsed.transactions.size() == tags.size() + 1);
        CHECK(parsed.transactions[0].inputs[0].witness == std::vector<Bytes>{Bytes(32, 0)});
    }
}

TEST_CASE("a missing coinbase witness is seen in our own bytes") {
    auto made = a_case({1});
    auto stored = *made.stored;
    stored.has_witness_commitment = false;
    const auto block = assemble(made.solution, stored);
    REQUIRE(block);
    CHECK_FALSE(check_serialised(block.value()));
}

TEST_CASE("a template of other transactions is seen in the merkle root") {
    const auto made = a_case({1});
    const auto other = a_case({2});
    const auto block = assemble(made.solution, *other.stored);
    REQUIRE(block);
    CHECK_FALSE(check_serialised(block.value()));
}

TEST_CASE("a count beyond the template's transactions is refused") {
    auto made = a_case({1});
    made.solution.transaction_count = 2;
    CHECK_FALSE(assemble(made.solution, *made.stored));
}

TEST_CASE("only as many transactions as the solution says go into the block") {
    auto made = a_case({1, 2});
    made.solution.transaction_count = 1;
    const auto block = assemble(made.solution, *made.stored);
    REQUIRE(block);
    CHECK(bitcoin::parse_block(block.value()).value().transactions.size() == 2);
    CHECK_FALSE(check_serialised(block.value()));
}

TEST_CASE("a header with another target than its template's is refused") {
    auto made = a_case({1});
    made.solution.header.bits = 0x207ffffe;
    CHECK_FALSE(assemble(made.solution, *made.stored));
}

TEST_CASE("a header on another tip is refused") {
    auto made = a_case({1});
    made.solution.header.prev_hash.bytes[0] ^= 1;
    const auto block = assemble(made.solution, *made.stored);
    REQUIRE_FALSE(block);
    CHECK(block.error().code == ErrorCode::rejected);
}
