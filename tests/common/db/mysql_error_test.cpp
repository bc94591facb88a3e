// Error numbers of the server and of the client library as what a caller does about them.
#include "common/db/mysql_error.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("what another try may mend is unavailable") {
    for (const unsigned number : {1213U, 1205U, 2002U, 2003U, 2006U, 2013U, 1053U, 1040U, 1290U}) {
        CHECK(db::code_of_mysql(number, "") == ErrorCode::unavailable);
    }
}

TEST_CASE("a constraint, a full disk and all else have their own codes") {
    CHECK(db::code_of_mysql(1062, "") == ErrorCode::conflict);
    CHECK(db::code_of_mysql(1452, "") == ErrorCode::conflict);
    CHECK(db::code_of_mysql(1021, "") == ErrorCode::exhausted);
    CHECK(db::code_of_mysql(1030, "Got error 28 from storage engine") == ErrorCode::exhausted);
    CHECK(db::code_of_mysql(1030, "Got error 5 from storage engine") == ErrorCode::internal);
    CHECK(db::code_of_mysql(1064, "") == ErrorCode::internal);
    CHECK(db::code_of_mysql(0, "") == ErrorCode::internal);
}

TEST_CASE("a deadlock leaves the session, a lost connection does not") {
    CHECK_FALSE(db::ends_session(1213));
    CHECK_FALSE(db::ends_session(1062));
    CHECK(db::ends_session(2006));
    CHECK(db::ends_session(2013));
}

TEST_CASE("messages that repeat values are known") {
    CHECK(db::shows_data(1062));
    CHECK(db::shows_data(1064));
    CHECK_FALSE(db::shows_data(1213));
}
