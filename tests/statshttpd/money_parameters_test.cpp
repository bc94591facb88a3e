// Queries about money that are right and queries that are not.
#include "statshttpd/money_parameters.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

std::string complaint(const Query& query) {
    const auto parsed = parse_books_query(query);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().code == ErrorCode::malformed);
    return parsed.error().context;
}

}  // namespace

TEST_CASE("without parameters all books are meant, as JSON") {
    const auto books = parse_books_query({}).value();
    CHECK(books.format == BooksQuery::Format::json);
    CHECK(books.from == UnixTime{});
    CHECK(books.to == from_unix_ms(INT64_MAX));
    CHECK(books.after == 0);
    CHECK_FALSE(parse_credits_query({}).value().before);
    CHECK_FALSE(parse_payments_query({}).value().state);
    CHECK(parse_days_query({}).value().limit == 100);
}

TEST_CASE("the last day of books is among them") {
    const auto books =
        parse_books_query(
            {{"format", "csv"}, {"from", "2026-11-21"}, {"to", "2026-11-21"}, {"after", "7"}})
            .value();
    CHECK(books.format == BooksQuery::Format::csv);
    CHECK(books.from == from_unix_ms(1'795'219'200'000));
    CHECK(books.to == from_unix_ms(1'795'219'200'000 + 86'400'000));
    CHECK(books.after == 7);
}

TEST_CASE("what is wrong with books is said") {
    CHECK(complaint({{"format", "xml"}}) == "format must be csv or json");
    CHECK(complaint({{"from", "yesterday"}}) == "from must be a day such as 2026-11-21");
    CHECK(complaint({{"to", "2026-02-30"}}) == "to must be a day such as 2026-11-21");
    CHECK(complaint({{"from", "2026-02-02"}, {"to", "2026-02-01"}}) == "from is behind to");
    CHECK(complaint({{"after", "-1"}}).starts_with("after must be a number"));
    CHECK(complaint({{"user", "x"}}).starts_with("unknown parameter"));
}

TEST_CASE("credits further back than a page may be passed over are asked for by id") {
    CHECK(parse_credits_query({{"offset", "10000"}}));
    CHECK(parse_credits_query({{"offset", "10001"}}).error().code == ErrorCode::malformed);
    CHECK(parse_credits_query({{"before", "12"}, {"limit", "5"}}).value().before == 12);
}

TEST_CASE("a state of payments is one that there is") {
    CHECK(parse_payments_query({{"state", "settled"}}).value().state == "settled");
    CHECK(parse_payments_query({{"state", "confirmed"}}).error().code == ErrorCode::malformed);
    CHECK(parse_days_query({{"state", "settled"}}).error().code == ErrorCode::malformed);
}
