// The lease of a server id, rule by rule, with time moved by hand.
#include "sserver/server_lease.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/lease_table.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

ServerLease begin(LeaseStart start, Moment now) {
    return ServerLease::begin(std::move(start), now).value();
}

// One round with the table; whether something was changed.
bool round(ServerLease& lease, Table& table, Moment now) {
    const auto change = lease.plan(table.read(), now).value();
    if (!change || !table.change(*change)) return false;
    lease.made(*change, now);
    return true;
}

ErrorCode refused(ServerLease& lease, const Table& table, Moment now) {
    const auto planned = lease.plan(table.read(), now);
    REQUIRE_FALSE(planned);
    return planned.error().code;
}

LeaseRow row_of(std::uint16_t id, const std::string& holder, std::uint32_t epoch, Duration when) {
    return {.id = id, .holder = holder, .epoch = epoch, .renewed = at(when).unix};
}

}  // namespace

TEST_CASE("the smallest free id is leased, with the first epoch") {
    Table table;
    for (std::uint16_t i = 1; i <= 3; ++i) {
        auto lease = begin({.holder = "folder-" + std::to_string(i)}, at(0s));
        CHECK_FALSE(lease.identity(at(0s)));
        REQUIRE(round(lease, table, at(0s)));
        CHECK(lease.identity(at(0s)) == Identity{i, 1});
    }
}

TEST_CASE("of two who race for an id one gets it, and the other the next") {
    Table table;
    auto a = begin({.holder = "a"}, at(0s));
    auto b = begin({.holder = "b"}, at(0s));
    const auto for_a = a.plan(table.read(), at(0s)).value();
    const auto for_b = b.plan(table.read(), at(0s)).value();
    REQUIRE(table.change(*for_b));
    CHECK_FALSE(table.change(*for_a));
    b.made(*for_b, at(0s));
    REQUIRE(round(a, table, at(1s)));
    CHECK(b.identity(at(1s))->id == 1);
    CHECK(a.identity(at(1s))->id == 2);
}

TEST_CASE("service ends ten minutes before the lease when it is not renewed, by either clock") {
    Table table;
    auto lease = begin({.holder = "a"}, at(0s));
    round(lease, table, at(0s));
    CHECK(lease.identity(at(lease_serve_max - 1s)));
    CHECK_FALSE(lease.identity(at(lease_serve_max)));
    CHECK_FALSE(lease.identity({at(0s).unix, at(lease_serve_max).steady}));
    CHECK_FALSE(lease.identity({at(lease_serve_max).unix, at(0s).steady}));
    REQUIRE(round(lease, table, at(lease_serve_max + 1s)));  // nobody has taken it
    CHECK(lease.identity(at(lease_serve_max + 1s)) == Identity{1, 1});
}

TEST_CASE("a restart on the same folder takes its id back with a higher epoch") {
    Table table;
    auto before = begin({.holder = "a"}, at(0s));
    round(before, table, at(0s));
    auto other = begin({.holder = "b"}, at(0s));
    round(other, table, at(0s));
    // With the record and, after a crash before it was written, by the row alone.
    auto after = begin({.holder = "a", .record = table.rows.at(1), .epoch = 1}, at(1min));
    round(after, table, at(1min));
    CHECK(after.identity(at(1min)) == Identity{1, 2});
    auto again = begin({.holder = "a", .epoch = 2}, at(2min));
    round(again, table, at(2min));
    CHECK(again.identity(at(2min)) == Identity{1, 3});
}

TEST_CASE("a restart without the database serves for the rest of the lease, and no longer") {
    const LeaseRow record = row_of(7, "a", 4, 0s);
    for (const Duration age : {Duration(1h), lease_serve_max - 1s}) {
        auto lease = begin({.holder = "a", .record = record, .epoch = 4}, at(age));
        lease.serve_without_database(at(age));
        CHECK(lease.identity(at(age)) == Identity{7, 5});
        CHECK_FALSE(lease.identity(at(lease_serve_max)));
    }
    auto late = begin({.holder = "a", .record = record, .epoch = 4}, at(lease_serve_max));
    late.serve_without_database(at(lease_serve_max));
    CHECK_FALSE(late.held());
    // The clock went back so far that the record's age is unknown.
    auto back = begin({.holder = "a", .record = record, .epoch = 4}, at(-6min));
    back.serve_without_database(at(-6min));
    CHECK_FALSE(back.held());
    auto nothing = begin({.holder = "a"}, at(0s));
    nothing.serve_without_database(at(0s));
    CHECK_FALSE(nothing.held());
}

TEST_CASE("starts that the table does not know of are bounded") {
    const LeaseRow record = row_of(7, "a", 4, 0s);
    const auto start_with = [&](std::uint32_t epoch) {
        auto lease = begin({.holder = "a", .record = record, .epoch = epoch}, at(1h));
        lease.serve_without_database(at(1h));
        return lease.held();
    };
    CHECK(start_with(4 + lease_epochs_unconfirmed - 2));
    CHECK_FALSE(start_with(4 + lease_epochs_unconfirmed - 1));
}

TEST_CASE("what was served without the database is confirmed by it later") {
    Table table;
    table.rows[7] = row_of(7, "a", 4, 0s);
    auto lease = begin({.holder = "a", .record = table.rows[7], .epoch = 4}, at(1h));
    lease.serve_without_database(at(1h));
    REQUIRE(round(lease, table, at(2h)));
    CHECK(table.rows[7].epoch == 5);
    CHECK(lease.identity(at(2h)) == Identity{7, 5});
    CHECK(lease.identity(at(25h)));
}

TEST_CASE("a copied folder is refused while the lease lives, also without the database") {
    const LeaseRow record = row_of(7, "a", 4, 0s);
    const auto copy = [&](Duration when) {
        return ServerLease::begin({.holder = "b", .record = record, .epoch = 4}, at(when));
    };
    CHECK(copy(0s).error().code == ErrorCode::conflict);
    CHECK(copy(24h + 14min).error().code == ErrorCode::conflict);
    CHECK(copy(-300h).error().code == ErrorCode::conflict);
    auto later = copy(24h + 15min);
    REQUIRE(later);
    Table table;
    table.rows[7] = record;
    round(later.value(), table, at(24h + 15min));
    CHECK(later.value().identity(at(24h + 15min))->id == 1);
}

TEST_CASE("a folder that was moved after a clean stop starts with another id") {
    LeaseRow record = row_of(7, "a", 4, 0s);
    record.released = at(1s).unix;
    auto moved = begin({.holder = "b", .record = record, .epoch = 4}, at(2s));
    moved.serve_without_database(at(2s));
    CHECK_FALSE(moved.held());
    Table table;
    table.rows[7] = record;
    round(moved, table, at(2s));
    CHECK(moved.identity(at(2s)) == Identity{1, 5});
}

TEST_CASE("a twin with the same holder is found by its epoch") {
    Table table;
    const LeaseRow record = row_of(1, "a", 4, 0s);
    table.rows[1] = record;
    auto one = begin({.holder = "a", .record = record, .epoch = 4}, at(1min));
    auto two = begin({.holder = "a", .record = record, .epoch = 4}, at(1min));
    const auto for_one = one.plan(table.read(), at(1min)).value();
    const auto for_two = two.plan(table.read(), at(1min)).value();
    REQUIRE(table.change(*for_one));
    one.made(*for_one, at(1min));
    CHECK_FALSE(table.change(*for_two));
    CHECK(refused(two, table, at(1min)) == ErrorCode::conflict);
    REQUIRE(round(one, table, at(6min)));
}

TEST_CASE("a change whose fate is unknown is ours when the table has it") {
    Table table;
    auto lease = begin({.holder = "a"}, at(0s));
    const auto change = lease.plan(table.read(), at(0s)).value();
    table.change(*change);
    lease.uncertain(*change);
    REQUIRE(round(lease, table, at(2s)));
    CHECK(lease.identity(at(2s)) == Identity{1, 1});
}

TEST_CASE("an id of another is taken when it has lapsed and was watched") {
    Table table;
    table.rows[1] = row_of(1, "gone", 9, 0s);
    LeaseStart start{.holder = "a"};
    start.id_max = 1;
    auto lease = begin(start, at(24h + 15min));
    CHECK_FALSE(round(lease, table, at(24h + 15min)));
    CHECK_FALSE(round(lease, table, at(24h + 29min)));
    REQUIRE(round(lease, table, at(24h + 30min)));
    CHECK(lease.identity(at(24h + 30min)) == Identity{1, 9 + lease_epochs_unconfirmed});
}

TEST_CASE("a row from the future is free when it was watched for the whole time") {
    Table table;
    table.rows[1] = row_of(1, "gone", 9, 24h * 365);
    LeaseStart start{.holder = "a"};
    start.id_max = 1;
    auto lease = begin(start, at(0s));
    CHECK_FALSE(round(lease, table, at(0s)));
    CHECK_FALSE(round(lease, table, at(24h + 14min)));
    CHECK(round(lease, table, at(24h + 15min)));
}

TEST_CASE("a lease that another has ends the service") {
    Table table;
    auto lease = begin({.holder = "a"}, at(0s));
    round(lease, table, at(0s));
    table.rows[1] = row_of(1, "b", 2, 25h);
    CHECK(refused(lease, table, at(25h)) == ErrorCode::conflict);
}

TEST_CASE("a row that was deleted under us is written again") {
    Table table;
    auto lease = begin({.holder = "a"}, at(0s));
    round(lease, table, at(0s));
    table.rows.clear();
    REQUIRE(round(lease, table, at(5min)));
    CHECK(table.rows.at(1).epoch == 1);
}

TEST_CASE("a released id goes to its folder at once and to another after fifteen minutes") {
    Table table;
    auto first = begin({.holder = "a"}, at(0s));
    round(first, table, at(0s));
    const auto back = first.release(at(1h).unix);
    REQUIRE(back);
    REQUIRE(table.change(*back));
    CHECK_FALSE(first.identity(at(1h)));
    auto other = begin({.holder = "b"}, at(1h));
    round(other, table, at(1h));
    CHECK(other.identity(at(1h))->id == 2);
    auto again = begin({.holder = "a", .record = back->to, .epoch = 1}, at(1h + 1min));
    again.serve_without_database(at(1h + 1min));
    CHECK(again.identity(at(1h + 1min)) == Identity{1, 2});
    CHECK_FALSE(again.identity(at(1h + 5min)));
    LeaseStart start{.holder = "c"};
    start.id_max = 1;
    auto third = begin(start, at(1h));
    CHECK_FALSE(round(third, table, at(1h)));
    CHECK(round(third, table, at(1h + 15min)));
    CHECK(third.identity(at(1h + 15min)) == Identity{1, 1 + lease_epochs_released});
}

TEST_CASE("a fixed id is leased as such, and refused while another has it") {
    Table table;
    auto lease = begin({.id = 0, .holder = "a"}, at(0s));
    round(lease, table, at(0s));
    CHECK(lease.identity(at(0s)) == Identity{0, 1});
    auto other = begin({.id = 0, .holder = "b"}, at(1h));
    CHECK(refused(other, table, at(1h)) == ErrorCode::conflict);
    CHECK(round(other, table, at(24h + 15min)));
    CHECK(other.identity(at(24h + 15min)) == Identity{0, 1 + lease_epochs_unconfirmed});
    table.change(*other.release(at(25h).unix));
    auto third = begin({.id = 0, .holder = "c"}, at(25h));
    CHECK_FALSE(round(third, table, at(25h)));  // minutes to wait, no conflict
    CHECK(round(third, table, at(25h + 15min)));
}

TEST_CASE("a fixed id serves without the database, above every epoch that can have been") {
    auto lease = begin({.id = 9, .holder = "a", .epoch = 3}, at(0s));
    lease.serve_without_database(at(0s));
    CHECK(lease.identity(at(0s)) == Identity{9, 1'700'000'000});
    Table gone;
    gone.rows[9] = row_of(9, "gone", 12, -48h);
    CHECK(round(lease, gone, at(1h)));
    auto wrong = begin({.id = 9, .holder = "a", .epoch = 3}, at(0s));
    wrong.serve_without_database(at(0s));
    Table taken;
    taken.rows[9] = row_of(9, "b", 12, 0s);
    CHECK(refused(wrong, taken, at(1h)) == ErrorCode::conflict);
}

TEST_CASE("a folder from before leases goes on above its epochs") {
    Table table;
    auto lease = begin({.holder = "a", .epoch = 41}, at(0s));
    round(lease, table, at(0s));
    CHECK(lease.identity(at(0s)) == Identity{1, 42});
    CHECK_FALSE(ServerLease::begin({.holder = "a", .epoch = 4'294'967'294}, at(0s)));
}
