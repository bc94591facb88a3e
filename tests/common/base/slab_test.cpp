// Numbers and objects of a slab.
#include "common/base/slab.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using lode::Slab;

TEST_CASE("the lowest free number is used next") {
    Slab<std::string> slab;
    for (std::uint32_t i = 0; i < 200; ++i) {
        REQUIRE(slab.next() == i);
        slab.emplace(i, std::to_string(i));
    }
    slab.erase(130);
    slab.erase(7);
    CHECK(slab.next() == 7);
    slab.emplace(7, "again");
    CHECK(slab.next() == 130);
    CHECK(*slab.find(7) == "again");
    CHECK(*slab.find(131) == "131");
    CHECK(slab.size() == 199);
}

TEST_CASE("a number without an object gives null, also where a chunk has gone") {
    Slab<std::string> slab;
    slab.emplace(70, "x");
    CHECK(slab.find(0) == nullptr);
    CHECK(slab.find(71) == nullptr);
    CHECK(slab.find(100000) == nullptr);
    slab.erase(70);
    CHECK(slab.find(70) == nullptr);
    CHECK(slab.next() == 0);
}

TEST_CASE("every object is visited once and may erase itself") {
    Slab<int> slab;
    for (std::uint32_t i = 0; i < 130; ++i) slab.emplace(i, static_cast<int>(i));
    int sum = 0;
    slab.for_each([&](std::uint32_t index, int& value) {
        sum += value;
        slab.erase(index);
    });
    CHECK(sum == 129 * 130 / 2);
    CHECK(slab.size() == 0);
}

TEST_CASE("destroying the slab destroys its objects") {
    const auto counted = std::make_shared<int>(0);
    {
        Slab<std::shared_ptr<int>> slab;
        slab.emplace(3, counted);
        slab.emplace(200, counted);
        CHECK(counted.use_count() == 3);
    }
    CHECK(counted.use_count() == 1);
}
