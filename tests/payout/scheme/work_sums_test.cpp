// Sums by holder against a map, with ids of all sizes.
#include "payout/scheme/work_sums.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/scheme/cases.hpp"

using namespace lode;
using namespace lode::payout;

TEST_CASE("sums are those of a map, in its order, whatever the ids") {
    cases::Random random(3);
    for (int i = 0; i < 100; ++i) {
        UserSums sums;
        std::map<UserId, Uint128> expected;
        for (int k = 0; k < 50; ++k) {
            const auto id = static_cast<std::int64_t>(
                k % 10 == 0 ? random() : cases::below(random, k % 10 == 1 ? 2'000'000 : 40));
            const Uint128 value = cases::any_number(random, 100);
            sums.add(UserId(id), value);
            expected[UserId(id)] += value;
        }
        std::erase_if(expected, [](const auto& item) { return item.second == 0; });
        const auto all = sums.all();
        REQUIRE(all.size() == expected.size());
        auto next = expected.begin();
        for (const UserSums::Sum& sum : all) {
            REQUIRE(sum.user == next->first);
            REQUIRE(sum.value == next->second);
            ++next;
        }
    }
}

TEST_CASE("weights are sorted by user, then by the scheme he had") {
    HolderSums sums;
    sums.add({UserId(2), Scheme::base}, 5);
    sums.add({UserId(1), Scheme::fpps}, 1);
    sums.add({UserId(2), Scheme::pps}, 7);
    sums.add({UserId(1), Scheme::base}, 3);
    sums.add({UserId(3), Scheme::base}, 0);
    sums.add({UserId(2), Scheme::base}, 1);
    const Weights weights = sums.weights();
    CHECK(weights.whole == 17);
    CHECK(weights.of == std::vector<Weight>{{{UserId(1), Scheme::base}, 3},
                                            {{UserId(1), Scheme::fpps}, 1},
                                            {{UserId(2), Scheme::base}, 6},
                                            {{UserId(2), Scheme::pps}, 7}});
}
