// The bodies about money, letter by letter.
#include "statshttpd/money_answers.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

TermsVersion terms(std::int64_t version, std::int64_t effective) {
    return {.version = version,
            .effective = from_unix_ms(effective),
            .base_scheme = "pplns",
            .notice = "n"};
}

bitcoin::Hash256 hash() {
    bitcoin::Hash256 hash;
    hash.bytes[31] = 0xab;
    return hash;
}
const std::string hex = "ab" + std::string(62, '0');

}  // namespace

TEST_CASE("the newest version in effect is now, the next to come is next") {
    const TermsVersions versions{terms(4, 300), terms(3, 200), terms(2, 50), terms(1, 100)};
    CHECK(in_force(versions, from_unix_ms(40)) == nullptr);
    CHECK(in_force(versions, from_unix_ms(60))->version == 2);
    // Version 1, kept while a clock was ahead, never overrides version 2.
    CHECK(in_force(versions, from_unix_ms(150))->version == 2);
    CHECK(announced(versions, from_unix_ms(150))->version == 3);
    CHECK(in_force(versions, from_unix_ms(300))->version == 4);
    CHECK(announced(versions, from_unix_ms(300)) == nullptr);
    CHECK(announced({}, from_unix_ms(0)) == nullptr);
}

TEST_CASE("terms are told with their recipients") {
    auto one = terms(1, 0);
    one.recipients = {{"pool", 1'000'000}};
    const std::string row =
        R"({"version":1,"effective_unix_ms":0,"base_scheme":"pplns","pplns_window":0,)"
        R"("dgm_cross_ppm":0,"dgm_keep_ppm":0,"base_fee_ppm":0,"pps_fee_ppm":0,"fpps_fee_ppm":0,)"
        R"("finder_bonus_ppm":0,"notice":"n","recipients":[{"name":"pool","share_ppm":1000000}]})";
    CHECK(to_json(TermsAnswer{{one}, Satoshi(7), from_unix_ms(5)}) ==
          R"({"now":)" + row + R"(,"next":null,"minimum":7,"versions":[)" + row + "]}");
    CHECK(to_json(TermsAnswer{}) == R"({"now":null,"next":null,"minimum":null,"versions":[]})");
}

TEST_CASE("payments are told with what is known of them") {
    const PaymentRow open{.id = 2,
                          .state = "locked",
                          .amount = Satoshi(5),
                          .fee = Satoshi(1),
                          .recipients = 3,
                          .created = from_unix_ms(7),
                          .updated = from_unix_ms(8)};
    PaymentRow sent = open;
    sent.txid = hash();
    const std::string tail =
        R"("state":"locked","amount":5,"fee":1,"recipients":3,"created_unix_ms":7,)"
        R"("updated_unix_ms":8})";
    CHECK(to_json(PaymentsPage{2, {open, sent}}, Page{}) ==
          R"({"total":2,"limit":100,"offset":0,"payments":[{"id":2,"txid":null,)" + tail +
              R"(,{"id":2,"txid":")" + hex + R"(",)" + tail + "]}");
    CHECK(to_json(UserPaymentsPage{1, {{open, "x", Satoshi(4), Satoshi(0)}}}, Page{}) ==
          R"({"total":1,"limit":100,"offset":0,"payments":[{"id":2,"txid":null,"state":"locked",)"
          R"("address":"x","amount":4,"fee":0,"created_unix_ms":7}]})");
}

TEST_CASE("a balance tells what is not known as null") {
    Balance balance{
        .immature = Satoshi(1), .balance = Satoshi(2), .locked = Satoshi(3), .paid = Satoshi(4)};
    CHECK(to_json(balance) == R"({"immature":1,"balance":2,"locked":3,"paid":4,"minimum":null,)"
                              R"("frozen":false,"held_until_unix_ms":null})");
    balance.minimum = Satoshi(9);
    balance.frozen = true;
    balance.held_until = from_unix_ms(10);
    CHECK(to_json(balance).ends_with(R"("minimum":9,"frozen":true,"held_until_unix_ms":10})"));
}

TEST_CASE("days and credits are told") {
    const EarningDay day{.day = from_unix_ms(1'795'219'200'000),
                         .credited = Satoshi(1),
                         .matured = Satoshi(2),
                         .pps = Satoshi(3),
                         .orphaned = Satoshi(4),
                         .paid = Satoshi(5),
                         .network_fees = Satoshi(6)};
    CHECK(to_json(EarningDays{9, {day}}, Page{.limit = 1, .offset = 2}) ==
          R"({"total":9,"limit":1,"offset":2,"days":[{"day":"2026-11-21","credited":1,"matured":2,)"
          R"("pps":3,"orphaned":4,"paid":5,"network_fees":6}]})");
    const CreditRow pps{
        .id = 6, .at = from_unix_ms(7), .reason = "pps", .amount = Satoshi(-8), .terms_version = 2};
    CreditRow block = pps;
    block.block = hash();
    block.height = 5;
    CHECK(to_json(CreditsPage{2, {pps, block}}, Page{}) ==
          R"({"total":2,"limit":100,"offset":0,"credits":[{"id":6,"time_unix_ms":7,)"
          R"("reason":"pps","block_hash":null,"height":null,"amount":-8,"terms_version":2},)"
          R"({"id":6,"time_unix_ms":7,"reason":"pps","block_hash":")" +
              hex + R"(","height":5,"amount":-8,"terms_version":2}]})");
}

TEST_CASE("books are the same lines as JSON and as CSV") {
    BookLines lines;
    lines.rows.push_back({.transaction = 1,
                          .at = from_unix_ms(2),
                          .reason = "credit",
                          .pot = "immature",
                          .amount = Satoshi(3),
                          .block = hash(),
                          .terms_version = 4,
                          .note = "a \"b\", c"});
    lines.rows.push_back({.transaction = 2,
                          .at = from_unix_ms(3),
                          .reason = "lock",
                          .pot = "balance",
                          .amount = Satoshi(-3),
                          .payment = 5});
    lines.next_after = 2;
    CHECK(to_json(lines) ==
          R"({"lines":[{"transaction":1,"time_unix_ms":2,"reason":"credit","pot":"immature",)"
          R"("amount":3,"block_hash":")" +
              hex +
              R"(","payment":null,"terms_version":4,"note":"a \"b\", c"},{"transaction":2,)"
              R"("time_unix_ms":3,"reason":"lock","pot":"balance","amount":-3,"block_hash":null,)"
              R"("payment":5,"terms_version":0,"note":""}],"next_after":2})");
    CHECK(to_csv(lines) ==
          "transaction,time_unix_ms,reason,pot,amount,block_hash,payment,terms_version,note\r\n"
          "1,2,credit,immature,3," +
              hex + ",,4,\"a \"\"b\"\", c\"\r\n2,3,lock,balance,-3,,5,0,\r\n");
    CHECK(to_json(BookLines{}) == R"({"lines":[],"next_after":null})");
}
