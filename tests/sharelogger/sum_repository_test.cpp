// What recompute reads of a real database.
#include "sharelogger/sum_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sharelogger/shared_database.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr TimeRange always{UnixTime::min(), UnixTime::max()};

struct Tables : test::SharedDatabase {
    Tables() {
        run("INSERT INTO user (id, name, created_unix_ms) VALUES (7, 'alice', 0)");
        run("INSERT INTO consumer_offset VALUES ('sharelogger', 'btc', 'share', 2, 30)");
        run("INSERT INTO user_bucket VALUES ('btc', 7, 60000, 2, 11, 3, 'solo', 4, 5, 0, 0)");
        run("INSERT INTO user_bucket VALUES ('btc', 7, 120000, 2, 11, 3, 'base', 1, 9, 0, 0)");
        run("INSERT INTO user_bucket VALUES ('other', 7, 0, 2, 11, 3, 'base', 1, 9, 0, 0)");
        run("INSERT INTO late_work VALUES ('btc', 7, 0, 2, 60000, 2, 3, 0, 0)");
        run("INSERT INTO round_cut VALUES ('btc', 61000, 2, 1)");
        run("INSERT INTO round_cut VALUES ('btc', 62000, 2, 0)");
    }
    SumRepository::Stored read(const TimeRange& time = always) {
        return SumRepository(connection, "btc").read(time).value();
    }
};

}  // namespace

TEST_CASE("what is stored is read by partition", "[database]") {
    Tables tables;
    const auto stored = tables.read();
    CHECK(stored.kept_from == UnixTime::min());
    REQUIRE(stored.partitions.size() == 1);
    const StoredSums& sums = stored.partitions.at(2);
    CHECK(sums.next == 30);
    REQUIRE(sums.rows.size() == 2);
    const UserBucketKey key{"alice", from_unix_ms(60'000), 11, 3, Scheme::solo};
    CHECK(sums.rows.at(key) == WorkSum{bitcoin::Work(0, 5), 4, {}});
    REQUIRE(sums.late.size() == 1);
    CHECK(sums.late[0].user == "alice");
    CHECK(sums.late[0].minute == from_unix_ms(0));
    CHECK(sums.late[0].counted_in == from_unix_ms(60'000));
    CHECK(sums.late[0].sum == WorkSum{bitcoin::Work(0, 3), 2, {}});
    CHECK(sums.cuts == std::vector<RoundCut>{{from_unix_ms(61'000), Exactness::exact},
                                             {from_unix_ms(62'000), Exactness::inexact}});
    CHECK(tables.read({from_unix_ms(60'001), from_unix_ms(120'001)}).partitions.at(2).rows.size() ==
          1);
}

TEST_CASE("once days were folded, the oldest minute may lack rows", "[database]") {
    Tables tables;
    tables.run("INSERT INTO user_day VALUES ('btc', 7, 0, 11, 3, 'base', 1, 1, 0, 0)");
    CHECK(tables.read().kept_from == from_unix_ms(120'000));
}
