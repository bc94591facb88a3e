// Readings of a table that changes meanwhile.
#include "sserver/user_directory.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;
using Reading = UserDirectory::Reading;

namespace {

struct Table {
    std::map<std::int64_t, std::string> rows;
    std::size_t pages = 0;
    std::size_t rows_read = 0;

    std::vector<UserRow> page(std::int64_t after) {
        std::vector<UserRow> page;
        for (auto row = rows.upper_bound(after);
             row != rows.end() && page.size() < UserDirectory::page_rows; ++row) {
            page.push_back({row->first, row->second, {}});
        }
        ++pages;
        rows_read += page.size();
        return page;
    }
    std::size_t read_by(UserDirectory& directory, SteadyTime now) {
        rows_read = 0;
        directory.begin(now);
        while (directory.page(page(directory.after())) == Reading::goes_on) {
        }
        return rows_read;
    }
    [[nodiscard]] UserNames names() const {
        std::vector<NameMark> marks;
        for (const auto& [id, name] : rows) marks.push_back(mark_of(name));
        return UserNames(std::move(marks));
    }
    void add(std::int64_t id) { rows[id] = "user-" + std::to_string(id); }
};

constexpr SteadyTime start{1h};

}  // namespace

TEST_CASE("before the first reading is finished no names are known") {
    UserDirectory directory(nullptr);
    directory.begin(start);
    CHECK(directory.names() == nullptr);
    CHECK(directory.page({}) == Reading::finished);
    REQUIRE(directory.names());
    CHECK(directory.names()->size() == 0);
}

TEST_CASE("a table of several pages is read to its end") {
    Table table;
    for (int i = 1; i <= 2 * static_cast<int>(UserDirectory::page_rows); ++i) table.add(3 * i);
    UserDirectory directory(nullptr);
    table.read_by(directory, start);
    CHECK(table.pages == 3);
    CHECK(*directory.names() == table.names());
}

TEST_CASE("a reading that breaks off changes nothing, and the next begins again") {
    Table table;
    for (int i = 1; i <= static_cast<int>(UserDirectory::page_rows) + 1; ++i) table.add(i);
    UserDirectory directory(nullptr);
    directory.begin(start);
    CHECK(directory.page(table.page(directory.after())) == Reading::goes_on);
    CHECK(directory.names() == nullptr);
    table.read_by(directory, start + 10s);
    CHECK(*directory.names() == table.names());
}

TEST_CASE("names of an earlier run stand until the table was read") {
    Table table;
    table.add(1);
    const auto earlier =
        std::make_shared<const UserNames>(std::vector{mark_of("user-1"), mark_of("gone")});
    UserDirectory directory(earlier);
    CHECK(directory.names() == earlier);
    table.read_by(directory, start);
    CHECK(*directory.names() == table.names());
}

TEST_CASE("once the table is settled, a reading takes only what is new") {
    Table table;
    for (int i = 1; i <= 500; ++i) table.add(i);
    UserDirectory directory(nullptr);
    SteadyTime now = start;
    CHECK(table.read_by(directory, now) == 500);
    CHECK(table.read_by(directory, now += 10s) == 500);
    CHECK(table.read_by(directory, now += UserDirectory::settle) == 500);
    const auto before = directory.names();
    CHECK(table.read_by(directory, now += 10s) == 0);
    CHECK(directory.names() == before);
    table.add(501);
    CHECK(table.read_by(directory, now += 10s) == 1);
    CHECK(directory.names()->has("user-501"));
}

TEST_CASE("a removed name goes with the next reading of all") {
    Table table;
    table.add(1);
    table.add(2);
    UserDirectory directory(nullptr);
    table.read_by(directory, start);
    table.rows.erase(1);
    table.read_by(directory, start + UserDirectory::whole_interval - 1s);
    CHECK(directory.names()->has("user-1"));
    table.read_by(directory, start + UserDirectory::whole_interval);
    CHECK_FALSE(directory.names()->has("user-1"));
    CHECK(directory.names()->has("user-2"));
}

TEST_CASE("names beyond the limit are left out, and that shows until they fit") {
    Table table;
    for (int i = 1; i <= 3; ++i) table.add(i);
    UserDirectory directory(nullptr, 3);
    table.read_by(directory, start);
    CHECK_FALSE(directory.overflowed());
    table.add(4);
    table.read_by(directory, start + 10s);
    CHECK(directory.overflowed());
    CHECK(directory.names()->size() == 3);
    table.read_by(directory, start + UserDirectory::whole_interval);
    CHECK(directory.overflowed());
    CHECK(directory.names()->size() == 3);
    table.rows.erase(1);
    table.read_by(directory, start + 2 * UserDirectory::whole_interval);
    CHECK_FALSE(directory.overflowed());
    CHECK(*directory.names() == table.names());
}

TEST_CASE("rows that become visible late and out of order are known 10 s later") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::mt19937 random(seed);
        Table table;
        std::map<SteadyTime, std::int64_t> uncommitted;
        UserDirectory directory(nullptr);
        std::int64_t next = 1;
        SteadyTime now = start;
        for (int round = 0; round < 300; ++round, now += 10s) {
            for (unsigned i = random() % 4; i > 0; --i) {
                const auto delay = std::chrono::milliseconds(random() % 55'000);
                uncommitted.emplace(now + delay, next++);
            }
            while (!uncommitted.empty() && uncommitted.begin()->first <= now) {
                table.add(uncommitted.begin()->second);
                uncommitted.erase(uncommitted.begin());
            }
            table.read_by(directory, now);
            REQUIRE(*directory.names() == table.names());
        }
    }
}
