// Tips of nodes against the newest job, with time moved by hand.
#include "sserver/tip_watch.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

namespace {

NodeTip tip(std::int64_t height, std::uint64_t work) {
    return {.height = height, .chainwork = bitcoin::Uint256(work)};
}

// A job that mines height 100, on its tip.
struct Watch {
    TipWatch watch{2};
    SteadyTime now{100h};
    Watch() { job(100, 1); }

    void job(std::int64_t height, std::uint8_t prev) {
        bitcoin::Hash256 hash;
        hash.bytes.fill(prev);
        watch.job(height, hash, now);
    }
    // Both nodes show their tips each two seconds for so long.
    bool dead_after(Duration time, std::optional<NodeTip> first, std::optional<NodeTip> second) {
        for (Duration passed = 0s; passed < time; passed += 2s) {
            watch.report(0, first, now);
            watch.report(1, second, now);
            now += 2s;
        }
        return watch.dead_work(now);
    }
};

}  // namespace

TEST_CASE("a block that jobs do not follow for ten seconds makes their work dead") {
    Watch w;
    CHECK_FALSE(w.dead_after(60s, tip(99, 990), tip(99, 990)));
    CHECK_FALSE(w.dead_after(8s, tip(99, 990), tip(100, 1000)));
    CHECK(w.dead_after(2s, tip(99, 990), tip(100, 1000)));
}

TEST_CASE("a job on the new tip ends it, another job on the old one does not") {
    Watch w;
    CHECK(w.dead_after(10s, tip(100, 1000), tip(100, 1000)));
    w.job(100, 1);
    CHECK(w.watch.dead_work(w.now));
    w.job(101, 2);
    CHECK_FALSE(w.watch.dead_work(w.now));
    CHECK_FALSE(w.dead_after(60s, tip(100, 1000), tip(100, 1000)));
}

TEST_CASE("a change of tip begins the ten seconds anew") {
    Watch w;
    CHECK_FALSE(w.dead_after(8s, tip(100, 1000), {}));
    w.job(100, 2);  // a rival of the tip before: still not the newest
    CHECK_FALSE(w.dead_after(8s, tip(100, 1000), {}));
    CHECK(w.dead_after(2s, tip(100, 1000), {}));
}

TEST_CASE("a rival of the same height does not count") {
    Watch w;
    CHECK_FALSE(w.dead_after(60s, tip(99, 991), tip(99, 990)));
}

TEST_CASE("a longer chain with less work does not count while the one with most is there") {
    Watch w;
    CHECK_FALSE(w.dead_after(60s, tip(99, 990), tip(105, 500)));
    CHECK(w.dead_after(12s, {}, tip(105, 500)));
}

TEST_CASE("nodes that are down do not count, nor what they showed before") {
    Watch w;
    CHECK_FALSE(w.dead_after(60s, {}, {}));
    CHECK_FALSE(w.dead_after(8s, tip(100, 1000), {}));
    w.now += 9s;  // no report came
    CHECK_FALSE(w.watch.dead_work(w.now));
    CHECK_FALSE(w.dead_after(8s, tip(100, 1000), {}));
}

TEST_CASE("without a job there is no dead work") {
    TipWatch watch(1);
    SteadyTime now{100h};
    for (int i = 0; i < 10; ++i, now += 2s) watch.report(0, tip(100, 1000), now);
    CHECK_FALSE(watch.dead_work(now));
}
