// Sets of names by their marks.
#include "sserver/user_names.hpp"

#include <catch2/catch_test_macros.hpp>
#include <thread>

using namespace lode::sserver;

TEST_CASE("a set has its names and no other, and case counts") {
    const UserNames names({mark_of("alice"), mark_of("bob"), mark_of("alice"), mark_of("Carol")});
    CHECK(names.size() == 3);
    CHECK(names.has("alice"));
    CHECK(names.has("Carol"));
    CHECK_FALSE(names.has("Alice"));
    CHECK_FALSE(names.has("carol"));
    CHECK_FALSE(names.has("alice "));
    CHECK_FALSE(names.has(""));
    CHECK_FALSE(UserNames().has("alice"));
}

TEST_CASE("a mark is the beginning of the name's SHA-256") {
    // FIPS 180-4's example "abc".
    CHECK(mark_of("abc") == NameMark{0xba7816bf8f01cfea, 0x414140de5dae2223});
}

TEST_CASE("two sets in one are the same as one made at once") {
    std::vector<NameMark> all;
    std::vector<NameMark> some;
    for (int i = 0; i < 1000; ++i) {
        all.push_back(mark_of(std::to_string(i)));
        if (i % 3 != 0) some.push_back(all.back());
    }
    const UserNames few({all[0], all[3], all[4]});
    CHECK(few.with({}) == few);
    CHECK(few.with(all) == UserNames(all));
    CHECK(UserNames(some).with({all.rbegin(), all.rend()}) == UserNames(all));
    CHECK(few.size() == 3);
}

TEST_CASE("names are shown to other threads whole") {
    RegisteredUsers users;
    CHECK(users.names() == nullptr);
    bool mixed = false;
    {
        const std::jthread reader([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const UserNamesPtr seen = users.names();
                if (seen && seen->has("a") != seen->has("b")) mixed = true;
            }
        });
        for (int i = 0; i < 1000; ++i) {
            users.set(std::make_shared<UserNames>(
                i % 2 == 0 ? UserNames() : UserNames({mark_of("a"), mark_of("b")})));
        }
    }
    CHECK_FALSE(mixed);
    CHECK(users.names()->has("a"));
}
