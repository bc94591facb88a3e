// Terms are kept as numbered versions; choices are read with them.
#include "payout/settlement/terms_repository.hpp"

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

TEST_CASE("the first terms hold from the beginning, others from the next midnight", "[database]") {
    const lode::test::Database database;
    auto connection = database.migrated();
    TermsRepository repository(connection, "btc");
    CHECK(repository.book().error().code == ErrorCode::unavailable);
    auto terms = settings(BaseScheme::dgm);
    terms.notice = "welcome";
    terms.recipients = {{"pool", Ppm(600'000)}, {"host", Ppm(400'000)}};
    const UnixTime now = midnight + hours(3);
    REQUIRE(repository.keep(terms, now));
    REQUIRE(repository.keep(terms, now + hours(1)));
    CHECK(repository.versions().value().size() == 1);
    const TermsBook* book = repository.book().value();
    CHECK(book->at(from_unix_ms(0)).base == BaseScheme::dgm);
    CHECK(book->at(now).notice == "welcome");
    CHECK(book->at(now).recipients[1].name == "host");
    CHECK(book->at(now).recipients[1].share == Ppm(400'000));

    terms.base_fee = Ppm(1);
    REQUIRE(repository.keep(terms, now));
    terms.base_fee = Ppm(2);  // thought better of it on the same day
    REQUIRE(repository.keep(terms, now + hours(2)));
    book = repository.book().value();
    CHECK(book->at(midnight + days(1) - milliseconds(1)).version == 1);
    CHECK(book->at(midnight + days(1)).version == 3);
    CHECK(book->at(midnight + days(1)).base_fee == Ppm(2));
    CHECK(book->version(2)->base_fee == Ppm(1));

    terms.recipients.pop_back();
    CHECK(repository.keep(terms, now).error().code == ErrorCode::malformed);
    CHECK(repository.versions().value().size() == 3);
}

TEST_CASE("choices are seen when they are new", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    TermsRepository repository(pool.connection, "btc");
    REQUIRE(repository.keep(settings(BaseScheme::pplns), midnight));
    CHECK(repository.book().value()->scheme_of(UserId(1), midnight) == Scheme::base);
    CHECK_FALSE(repository.per_share());
    pool.run("INSERT INTO user_scheme VALUES ('btc', 1, ?, 'fpps', 5)", {to_unix_ms(midnight)});
    const TermsBook* book = repository.book().value();
    CHECK(book->scheme_of(UserId(1), midnight) == Scheme::fpps);
    CHECK(book->scheme_of(UserId(1), midnight - milliseconds(1)) == Scheme::base);
    CHECK(repository.per_share());
}
