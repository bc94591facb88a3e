// Queries that are right and queries that are not.
#include "statshttpd/parameters.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

std::string complaint(const Query& query) {
    const auto parsed = parse_blocks_query(query);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().code == ErrorCode::malformed);
    return parsed.error().context;
}

}  // namespace

TEST_CASE("without parameters the first hundred rows of all are meant") {
    const auto blocks = parse_blocks_query({});
    REQUIRE(blocks);
    CHECK(blocks.value().page.limit == 100);
    CHECK(blocks.value().page.offset == 0);
    CHECK_FALSE(blocks.value().state);
    CHECK_FALSE(parse_workers_query({}).value().user);
    CHECK(parse_no_query({}));
}

TEST_CASE("a page and a filter are read") {
    const auto blocks =
        parse_blocks_query({{"limit", "1000"}, {"offset", "100000"}, {"state", "orphaned"}});
    REQUIRE(blocks);
    CHECK(blocks.value().page.limit == 1000);
    CHECK(blocks.value().page.offset == 100'000);
    CHECK(blocks.value().state == "orphaned");
    CHECK(parse_workers_query({{"user", "alice"}}).value().user == "alice");
}

TEST_CASE("a number out of its range, or none at all, is refused with what is allowed") {
    for (const char* wrong :
         {"0", "1001", "-1", "1.5", "ten", "", " 1", "1 ", "0x10", "99999999999999999999999"}) {
        CHECK(complaint({{"limit", wrong}}) == "limit must be a number from 1 to 1000");
    }
    CHECK(complaint({{"offset", "100001"}}) == "offset must be a number from 0 to 100000");
}

TEST_CASE("a state that no block can have is refused") {
    CHECK(complaint({{"state", "pending"}}) ==
          "state must be one of found, submitted, accepted, rejected, confirmed, orphaned");
    CHECK(complaint({{"state", ""}}).starts_with("state must be"));
}

TEST_CASE("a user of no length or too much is refused") {
    CHECK_FALSE(parse_workers_query({{"user", ""}}));
    CHECK(parse_workers_query({{"user", std::string(128, 'a')}}));
    CHECK_FALSE(parse_workers_query({{"user", std::string(129, 'a')}}));
}

TEST_CASE("a parameter that is not known is refused, without repeating it") {
    CHECK(complaint({{"<script>", "1"}}) ==
          "unknown parameter, allowed here: limit, offset, state, user");
    CHECK_FALSE(parse_workers_query({{"state", "found"}}));
    CHECK_FALSE(parse_no_query({{"limit", "1"}}));
}

TEST_CASE("users are asked for by order and by the beginning of the name") {
    CHECK(parse_users_query({}).value().order == UsersOrder::hashrate);
    const auto query = parse_users_query({{"order", "name"}, {"search", "bc1q"}, {"limit", "5"}});
    REQUIRE(query);
    CHECK(query.value().order == UsersOrder::name);
    CHECK(query.value().search == "bc1q");
    CHECK(query.value().page.limit == 5);
    CHECK_FALSE(parse_users_query({{"order", "work"}}));
    CHECK_FALSE(parse_users_query({{"search", ""}}));
    CHECK_FALSE(parse_users_query({{"search", std::string(129, 'a')}}));
    CHECK(parse_page_query({{"limit", "5"}}).value().limit == 5);
    CHECK_FALSE(parse_page_query({{"user", "alice"}}));
}
