// Work through limbs and back, also summed without carrying.
#include "common/db/limbs.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace lode;
using bitcoin::Work;

TEST_CASE("work splits into limbs of 40 bits") {
    CHECK(db::limbs_of(Work(0, 0)) == db::WorkLimbs{0, 0, 0});
    CHECK(db::limbs_of(Work(0, (1ULL << 40) - 1)) == db::WorkLimbs{(1LL << 40) - 1, 0, 0});
    CHECK(db::limbs_of(Work(0, 1ULL << 40)) == db::WorkLimbs{0, 1, 0});
    CHECK(db::limbs_of(Work(1ULL << 16, 0)) == db::WorkLimbs{0, 0, 1});
}

TEST_CASE("any work comes back from its limbs") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 10'000; ++i) {
        const Work work(random() >> (random() % 64), random() >> (random() % 64));
        CHECK(db::work_of(db::limbs_of(work)).value() == work);
    }
    CHECK(db::work_of(db::limbs_of(Work(~0ULL, ~0ULL))).value() == Work(~0ULL, ~0ULL));
}

TEST_CASE("limbs summed one by one give the sum of the work") {
    std::mt19937_64 random(8);
    Work sum;
    db::WorkLimbs limbs{};
    for (int i = 0; i < 10'000; ++i) {
        const Work work(random() >> 40, random());
        sum += work;
        const auto split = db::limbs_of(work);
        for (std::size_t limb = 0; limb < 3; ++limb) limbs[limb] += split[limb];
    }
    CHECK(limbs[0] > 1LL << 40);
    CHECK(db::work_of(limbs).value() == sum);
}

TEST_CASE("limbs that cannot be are an error") {
    CHECK_FALSE(db::work_of({-1, 0, 0}));
    CHECK_FALSE(db::work_of({0, 0, 1LL << 48}));
    CHECK(db::work_of({0, 0, (1LL << 48) - 1}));
}
