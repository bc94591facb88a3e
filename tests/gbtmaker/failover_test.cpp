// Failover and failback of the maker over simulated nodes that hang, die, fall behind and come
// back: by hand, and in random sequences.
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "common/base/log.hpp"
#include "gbtmaker/maker.hpp"
#include "tests/gbtmaker/answers.hpp"

using namespace lode;
using namespace lode::test;
using gbtmaker::Answer;
using gbtmaker::NodeIndex;
using gbtmaker::ReadHeader;
using gbtmaker::ReadTemplate;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr auto step = milliseconds(50);
constexpr auto rpc_timeout = seconds(10);
// From an event to the other node's template on its way.
constexpr auto failover_max = seconds(2);

enum class State { well, hung, dead };

struct SimulatedNode {
    struct Asked {
        gbtmaker::Call call;
        SteadyTime at;
        SteadyTime answer_at;
    };
    State state = State::well;
    SteadyTime since = steady_start;  // of the state
    std::uint8_t tip = 1;
    Duration template_time = milliseconds(100);
    std::vector<Asked> asked;
    std::optional<SteadyTime> pulse_at;

    [[nodiscard]] Result<Answer> answer(const gbtmaker::Call& call) const {
        if (const auto* const read = std::get_if<ReadHeader>(&call)) {
            const std::uint8_t n = read->hash.bytes[0];
            if (n > tip) return failure(ErrorCode::rejected, "Block not found");
            auto found = header(n);
            found.confirmations = 1 + tip - n;
            return Answer(found);
        }
        if (std::holds_alternative<ReadTemplate>(call)) return Answer(block_template(tip, 2));
        return Answer(chain_at(tip));
    }
};

class Pool {
  public:
    explicit Pool(std::size_t count) : maker(settings(count)), nodes(count) {}

    void set(NodeIndex node, State state) {
        if (nodes[node].state == state) return;
        nodes[node].state = state;
        nodes[node].since = now.steady;
    }
    void wait(Duration time) {
        for (const SteadyTime end = now.steady + time; now.steady < end;) advance();
    }
    void advance() {
        now.steady += step;
        now.wall += step;
        for (NodeIndex i = 0; i < nodes.size(); ++i) answer_due(i);
        ++steps;
        if (steps % 2 == 0) perform(maker.tick(now));
    }
    [[nodiscard]] std::optional<NodeIndex> preferred() const { return maker.preferred(); }

    gbtmaker::Maker maker;
    std::vector<SimulatedNode> nodes;
    gbtmaker::Moment now{wall_start, steady_start};
    log::Capture log;
    struct Published {
        std::string node;
        std::uint8_t tip = 0;
        SteadyTime at;
    };
    std::vector<Published> published;

  private:
    static gbtmaker::MakerSettings settings(std::size_t count) {
        gbtmaker::MakerSettings made;
        made.chain = "test";
        made.source = "gbtmaker";
        made.network = bitcoin::Network::regtest;
        for (std::size_t i = 0; i < count; ++i) {
            made.nodes.push_back({std::to_string(i), static_cast<std::int64_t>(i)});
        }
        return made;
    }
    void perform(const gbtmaker::Actions& actions) {
        for (const auto& message : actions.templates) {
            const auto& made = message->template_();
            published.push_back({made.node(),
                                 static_cast<std::uint8_t>(made.bitcoin().prev_hash()[0]),
                                 now.steady});
        }
        for (const auto& [index, call] : actions.calls) {
            SimulatedNode& node = nodes[index];
            const bool slow = std::holds_alternative<ReadTemplate>(call);
            node.asked.push_back(
                {call, now.steady, now.steady + (slow ? node.template_time : Duration(step))});
        }
        for (const auto& pulse : actions.pulses) nodes[pulse.node].pulse_at = now.steady;
    }
    void answer_due(NodeIndex index) {
        const SimulatedNode& node = nodes[index];
        const bool hung = node.state == State::hung;
        if (node.pulse_at && (!hung || now.steady - *node.pulse_at >= rpc_timeout)) {
            nodes[index].pulse_at.reset();
            perform(maker.pulse_answered(index, pulse_answer(node), now));
        }
        const auto asked = std::exchange(nodes[index].asked, {});
        for (const auto& one : asked) {
            if (now.steady - one.at >= rpc_timeout || node.state == State::dead) {
                perform(maker.answered({index, one.call},
                                       failure(ErrorCode::unavailable, "no answer"), now));
            } else if (!hung && now.steady >= one.answer_at) {
                perform(maker.answered({index, one.call}, node.answer(one.call), now));
            } else {
                nodes[index].asked.push_back(one);
            }
        }
    }
    static Result<void> pulse_answer(const SimulatedNode& node) {
        if (node.state != State::well) return failure(ErrorCode::unavailable, "no answer");
        return success();
    }

    int steps = 0;
};

}  // namespace

TEST_CASE("a killed, hung or lagging node's templates are followed by another's in two seconds") {
    for (const State state : {State::dead, State::hung}) {
        Pool pool(2);
        pool.wait(seconds(7));
        REQUIRE(pool.preferred() == 0);
        pool.published.clear();
        pool.set(0, state);
        pool.wait(failover_max);
        CHECK(pool.preferred() == 1);
        REQUIRE_FALSE(pool.published.empty());
        CHECK(pool.published.back().node == "1");
        pool.set(0, State::well);
        pool.wait(seconds(30));
        CHECK(pool.preferred() == 1);
        pool.wait(seconds(16));
        CHECK(pool.preferred() == 0);
        CHECK(pool.published.back().node == "0");
    }
    Pool pool(2);
    pool.wait(seconds(7));
    pool.nodes[1].tip = 2;
    pool.wait(failover_max);
    CHECK(pool.published.back().node == "1");
    CHECK(pool.published.back().tip == 2);
    pool.wait(seconds(10));
    CHECK(pool.preferred() == 1);
}

TEST_CASE("a node that is slow to make templates is neither taken for hung nor late with a tip") {
    Pool pool(2);
    pool.nodes[0].template_time = seconds(3);
    pool.wait(seconds(10));
    for (int i = 0; i < 600; ++i) {
        pool.advance();
        REQUIRE(pool.preferred() == 0);
    }
    pool.nodes[0].tip = 2;
    pool.nodes[1].tip = 2;
    pool.wait(failover_max);
    CHECK(pool.published.back().tip == 2);
}

TEST_CASE("a node that makes no template for ten seconds is passed over") {
    Pool pool(2);
    pool.wait(seconds(7));
    pool.nodes[0].template_time = std::chrono::hours(1);
    pool.wait(seconds(20));
    CHECK(pool.preferred() == 1);
}

TEST_CASE("a node that answers nothing but the pulse is passed over") {
    Pool pool(2);
    pool.wait(seconds(7));
    const SteadyTime begun = pool.now.steady;
    while (pool.preferred() == 0 && pool.now.steady - begun < seconds(10)) {
        for (auto& one : pool.nodes[0].asked) one.answer_at = SteadyTime::max();
        pool.advance();
    }
    CHECK(pool.preferred() == 1);
    CHECK(pool.now.steady - begun < seconds(6));
}

TEST_CASE("whatever happens, no lost node is preferred for two seconds and none flaps") {
    std::mt19937 random(20261121);
    for (int round = 0; round < 60; ++round) {
        Pool pool(2 + random() % 3);
        std::vector<SteadyTime> lost_at(pool.nodes.size(), SteadyTime::min());
        SteadyTime changed = pool.now.steady;  // anything, by the world
        std::uint8_t tip = 1;
        auto before = pool.preferred();
        pool.wait(seconds(5));
        for (int i = 0; i < 2'000; ++i) {
            if (random() % 60 == 0) {
                const NodeIndex node = random() % pool.nodes.size();
                pool.set(node, static_cast<State>(random() % 3));
                changed = pool.now.steady;
            }
            if (random() % 200 == 0) {
                ++tip;
                changed = pool.now.steady;
            }
            for (auto& one : pool.nodes) {
                // A block takes a while to reach a node, and some nodes longer.
                if (one.state == State::well && one.tip < tip && random() % 10 == 0) {
                    one.tip = tip;
                    changed = pool.now.steady;
                }
            }
            pool.advance();
            const auto preferred = pool.preferred();
            for (NodeIndex n = 0; n < pool.nodes.size(); ++n) {
                if (pool.nodes[n].state != State::well) lost_at[n] = pool.now.steady;
            }
            if (preferred) {
                const SimulatedNode& node = pool.nodes[*preferred];
                const bool fresh = pool.now.steady - node.since < failover_max - milliseconds(300);
                REQUIRE((node.state == State::well || fresh));
            }
            // From a node in health to one of higher priority: only after its time in health.
            if (before && preferred && *preferred < *before &&
                pool.nodes[*before].state == State::well && before != preferred &&
                lost_at[*before] < pool.now.steady - seconds(30)) {
                REQUIRE(pool.now.steady - lost_at[*preferred] >= seconds(30));
            }
            // With the world at rest for as long as a failover takes, what miners have is the
            // newest tip of the nodes that are there.
            std::uint8_t best = 0;
            bool settled = true;
            for (NodeIndex n = 0; n < pool.nodes.size(); ++n) {
                const SimulatedNode& node = pool.nodes[n];
                if (node.state == State::well) best = std::max(best, node.tip);
                settled = settled && pool.maker.usable(n) == (node.state == State::well);
            }
            if (best != 0 && settled && pool.now.steady - changed >= failover_max) {
                REQUIRE(pool.published.back().tip == best);
            }
            before = preferred;
        }
    }
}
