// The door through which templates come in.
#include "jobmaker/mining_template.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/jobmaker/templates.hpp"

using namespace lode;
using namespace lode::test;

namespace {

std::string error_of(const std::shared_ptr<v1::TemplateMessage>& message) {
    const auto read = jobmaker::read_template(message);
    return read ? "" : read.error().context;
}

std::string error_after(void (*change)(v1::BitcoinTemplate&)) {
    const auto message = a_template();
    add_transaction(*message);
    change(*message->mutable_template_()->mutable_bitcoin());
    return error_of(message);
}

}  // namespace

TEST_CASE("a whole template is read with its chainwork as a number") {
    const auto content = read(a_template({.work = 77}));
    CHECK(content.chainwork == bitcoin::Uint256(77));
    CHECK(content.prev_hash == hash_of(0xaa));
    CHECK(content.origin == "gbtmaker http://127.0.0.1:1");
}

TEST_CASE("each missing or wrong field of a template is refused by its name") {
    using Body = v1::BitcoinTemplate;
    CHECK(error_after([](Body&) {}).empty());
    CHECK(error_after([](Body& b) { b.clear_prev_hash(); }).starts_with("prev_hash"));
    CHECK(error_after([](Body& b) { b.set_chainwork("x"); }).starts_with("chainwork"));
    CHECK(error_after([](Body& b) { b.clear_height(); }).starts_with("height"));
    CHECK(error_after([](Body& b) { b.set_bits(0xff7fffff); }).starts_with("bits"));
    CHECK(error_after([](Body& b) { b.clear_weight_limit(); }).starts_with("weight_limit"));
    CHECK(error_after([](Body& b) { b.clear_sigop_limit(); }).starts_with("sigop_limit"));
    CHECK(error_after([](Body& b) { b.clear_min_time(); }).starts_with("min_time"));
    CHECK(error_after([](Body& b) { b.set_cur_time(1); }).starts_with("cur_time"));
    CHECK(error_after([](Body& b) { b.set_coinbase_value(-1); }).starts_with("coinbase_value"));
    CHECK(error_after([](Body& b) {
              b.set_witness_commitment("short");
          }).starts_with("witness_commitment"));
    CHECK(error_after([](Body& b) {
              b.mutable_transactions(0)->clear_txid();
          }).starts_with("transactions[0]"));
    CHECK(error_after([](Body& b) {
              b.mutable_transactions(0)->clear_weight();
          }).starts_with("transactions[0]"));
}

TEST_CASE("a witness transaction without a commitment for it is refused") {
    CHECK(error_after([](v1::BitcoinTemplate& b) {
              b.clear_witness_commitment();
          }).starts_with("witness_commitment"));
}

TEST_CASE("a message without a template is refused") {
    CHECK(error_of(std::make_shared<v1::TemplateMessage>()) == "template.bitcoin is missing");
}

TEST_CASE("a producer's clock that is ahead makes nothing fresher than new") {
    const auto now = from_unix_ms(1'000'000);
    CHECK(jobmaker::age_on_arrival(from_unix_ms(999'000), now) == std::chrono::seconds(1));
    CHECK(jobmaker::age_on_arrival(from_unix_ms(1'005'000), now) == Duration::zero());
}
