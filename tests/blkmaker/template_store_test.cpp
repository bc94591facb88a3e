// Templates are found by id, share their transactions and expire.
#include "blkmaker/template_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/blkmaker/builders.hpp"

using namespace lode;
using namespace std::chrono_literals;

namespace {

bitcoin::Hash256 id_of(const v1::BlockTemplate& message) {
    return bitcoin::hash256_from_bytes(as_bytes(message.template_id())).value();
}

constexpr auto start = from_unix_ms(1'700'000'000'000);

}  // namespace

TEST_CASE("templates that repeat a transaction hold it once") {
    blkmaker::TemplateStore store;
    const auto first = test::a_template({1, 2});
    const auto second = test::a_template({2, 3});
    REQUIRE(store.add(first, start));
    REQUIRE(store.add(second, start));
    CHECK(store.transactions() == 3);
    CHECK(store.find(id_of(first))->transactions[1] == store.find(id_of(second))->transactions[0]);
    CHECK(store.find(id_of(first))->has_witness_commitment);
}

TEST_CASE("a template sent twice is one template") {
    blkmaker::TemplateStore store;
    const auto message = test::a_template({1});
    using enum blkmaker::TemplateStore::Addition;
    CHECK(store.add(message, start).value() == added);
    CHECK(store.add(message, start + 1s).value() == known);
    CHECK(store.size() == 1);
}

TEST_CASE("templates expire two hours after they were made, with what only they used") {
    blkmaker::TemplateStore store;
    const auto first = test::a_template({1, 2});
    const auto second = test::a_template({2});
    // In any order: the disk gives the newest first.
    REQUIRE(store.add(second, start + 1h));
    REQUIRE(store.add(first, start));
    store.expire(start + 2h);
    CHECK(store.size() == 2);
    store.expire(start + 2h + 1ms);
    CHECK(store.find(id_of(first)) == nullptr);
    CHECK(store.find(id_of(second)) != nullptr);
    CHECK(store.transactions() == 1);
}

TEST_CASE("a block six below the tip is buried") {
    blkmaker::TemplateStore store;
    CHECK_FALSE(store.buried(193));
    REQUIRE(store.add(test::a_template({1}), start));  // height 200, so the tip is 199
    CHECK_FALSE(store.buried(194));
    CHECK(store.buried(193));
}

TEST_CASE("a template without its ids is refused") {
    blkmaker::TemplateStore store;
    auto message = test::a_template({1});
    message.mutable_bitcoin()->set_prev_hash("short");
    CHECK_FALSE(store.add(message, start));
    message = test::a_template({1});
    message.mutable_bitcoin()->mutable_transactions(0)->clear_wtxid();
    CHECK_FALSE(store.add(message, start));
    CHECK(store.size() == 0);
}
