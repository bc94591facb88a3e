// Health, preference, failover and failback, with time moved by hand.
#include "gbtmaker/node_watch.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/gbtmaker/answers.hpp"

using namespace lode;
using namespace lode::test;
using gbtmaker::NodeHealth;
using std::chrono::seconds;

namespace {

struct Watch {
    gbtmaker::NodeWatch watch;
    SteadyTime now = steady_start;

    explicit Watch(std::vector<std::int64_t> priorities) : watch(std::move(priorities), {}) {}

    bool report(std::size_t node, NodeHealth health, const std::string& reason = "") {
        return watch.report({node, health, reason}, now).has_value();
    }
    void tip(std::size_t node, std::uint64_t work) { watch.tip(node, bitcoin::Uint256(work), now); }
    std::vector<gbtmaker::HealthChange> wait(seconds time) {
        now += time;
        return watch.tick(now);
    }
};

Watch two_usable() {
    Watch w({0, 1});
    (void)w.report(0, NodeHealth::usable);
    (void)w.report(1, NodeHealth::usable);
    w.tip(0, 10);
    w.tip(1, 10);
    return w;
}

}  // namespace

TEST_CASE("a change is told once, and again with another reason") {
    Watch w({0});
    CHECK(w.report(0, NodeHealth::down, "connection refused"));
    CHECK_FALSE(w.report(0, NodeHealth::down, "connection refused"));
    CHECK(w.report(0, NodeHealth::down, "wrong password"));
    CHECK(w.report(0, NodeHealth::usable));
    CHECK_FALSE(w.report(0, NodeHealth::usable));
}

TEST_CASE("without a usable node none is preferred") {
    Watch w({0, 1});
    CHECK_FALSE(w.watch.preferred());
    (void)w.report(0, NodeHealth::wrong_chain, "it is on main");
    (void)w.report(1, NodeHealth::initial_download, "it downloads");
    CHECK_FALSE(w.watch.preferred());
    CHECK_FALSE(w.watch.may_publish(0));
}

TEST_CASE("the usable node of the lowest number is preferred, whichever came first") {
    Watch w({5, 1, 3});
    (void)w.report(0, NodeHealth::usable);
    CHECK(w.watch.preferred() == 0);
    (void)w.report(2, NodeHealth::usable);
    CHECK(w.watch.preferred() == 2);
    (void)w.report(1, NodeHealth::usable);
    CHECK(w.watch.preferred() == 1);
}

TEST_CASE("when the preferred node is lost the next takes over at once") {
    auto w = two_usable();
    REQUIRE(w.watch.preferred() == 0);
    (void)w.report(0, NodeHealth::down, "gone");
    CHECK(w.watch.preferred() == 1);
}

TEST_CASE("a node that comes back is preferred again only after its time in health") {
    auto w = two_usable();
    (void)w.report(0, NodeHealth::down, "gone");
    (void)w.report(0, NodeHealth::usable);
    CHECK(w.watch.preferred() == 1);
    (void)w.wait(seconds(29));
    CHECK(w.watch.preferred() == 1);
    (void)w.wait(seconds(1));
    CHECK(w.watch.preferred() == 0);
}

TEST_CASE("a node that comes and goes never takes over again") {
    auto w = two_usable();
    for (int i = 0; i < 10; ++i) {
        (void)w.report(0, NodeHealth::down, "gone");
        (void)w.report(0, NodeHealth::usable);
        (void)w.wait(seconds(20));
        CHECK(w.watch.preferred() == 1);
    }
}

TEST_CASE("a node behind the others for long enough lags, and recovers when it catches up") {
    auto w = two_usable();
    w.tip(1, 11);
    CHECK(w.wait(seconds(9)).empty());
    CHECK(w.watch.preferred() == 0);
    const auto changes = w.wait(seconds(1));
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].node == 0);
    CHECK(changes[0].health == NodeHealth::lagging);
    CHECK(w.watch.preferred() == 1);
    w.tip(0, 11);
    const auto back = w.wait(seconds(1));
    REQUIRE(back.size() == 1);
    CHECK(back[0].health == NodeHealth::usable);
    CHECK(w.watch.preferred() == 1);
    (void)w.wait(seconds(30));
    CHECK(w.watch.preferred() == 0);
}

TEST_CASE("a good answer alone does not end lagging") {
    auto w = two_usable();
    w.tip(1, 11);
    (void)w.wait(seconds(10));
    CHECK_FALSE(w.report(0, NodeHealth::usable));
    CHECK(w.watch.health(0) == NodeHealth::lagging);
}

TEST_CASE("a lost node's tip no longer makes others lag") {
    auto w = two_usable();
    w.tip(1, 11);
    (void)w.report(1, NodeHealth::down, "gone");
    CHECK(w.wait(seconds(60)).empty());
    CHECK(w.watch.health(0) == NodeHealth::usable);
}

TEST_CASE("the first node to know a new block may publish it, one with an equal tip may not") {
    auto w = two_usable();
    CHECK(w.watch.may_publish(0));
    CHECK_FALSE(w.watch.may_publish(1));
    w.tip(1, 11);
    CHECK(w.watch.may_publish(1));
    CHECK_FALSE(w.watch.may_publish(0));
    w.tip(0, 11);
    CHECK(w.watch.may_publish(0));
    CHECK_FALSE(w.watch.may_publish(1));
}

TEST_CASE("a lagging node is better than none") {
    auto w = two_usable();
    w.tip(1, 11);
    (void)w.wait(seconds(10));
    (void)w.report(1, NodeHealth::down, "gone");
    CHECK(w.watch.preferred() == 0);
    CHECK(w.watch.may_publish(0));
}
