// The health of each node and which of them is preferred: the first by priority that is usable and
// keeps up. A node that was lost is preferred again only after it has been well for a while.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/bitcoin/uint256.hpp"
#include "gbtmaker/node_state.hpp"

namespace lode::gbtmaker {

enum class NodeHealth {
    down,              // no answer, or a wrong password
    wrong_chain,       // of another network than configured
    initial_download,  // it does not know the tip yet
    refused,           // it asks for what a pool cannot mine, or refuses to make templates
    lagging,           // others have had more work for a while
    usable,
};
[[nodiscard]] const char* to_string(NodeHealth health);

struct WatchSettings {
    Duration lag_after = std::chrono::seconds(10);
    Duration failback_after = std::chrono::seconds(30);
};

struct HealthChange {
    NodeIndex node = 0;
    NodeHealth health = NodeHealth::down;
    std::string reason;
};

class NodeWatch {
  public:
    // One priority a node; the lowest comes first.
    NodeWatch(std::vector<std::int64_t> priorities, WatchSettings settings);

    // A change to tell, once: nothing when health and reason are as before.
    std::optional<HealthChange> report(HealthChange found, SteadyTime now);
    void tip(NodeIndex node, const bitcoin::Uint256& chainwork, SteadyTime now);
    // Changes that time alone brings: nodes begin to lag.
    [[nodiscard]] std::vector<HealthChange> tick(SteadyTime now);

    [[nodiscard]] std::optional<NodeIndex> preferred() const { return preferred_; }
    [[nodiscard]] NodeHealth health(NodeIndex node) const { return nodes_[node].health; }
    // The preferred node unless another has more work, and any node that has the most work alone:
    // the first to know a new block is heard, and rivals of equal work do not alternate.
    [[nodiscard]] bool may_publish(NodeIndex node) const;

  private:
    struct Node {
        std::int64_t priority = 0;
        NodeHealth health = NodeHealth::down;
        std::string reason;
        bool told = false;  // anything about it
        bitcoin::Uint256 chainwork;
        std::optional<SteadyTime> behind_since;
        SteadyTime well_since = SteadyTime::min();  // after a loss: since it came back
    };
    [[nodiscard]] bitcoin::Uint256 best_of_others(NodeIndex node) const;
    void update_lag(SteadyTime now);
    void choose(SteadyTime now);

    WatchSettings settings_;
    std::vector<Node> nodes_;
    std::optional<NodeIndex> preferred_;
};

}  // namespace lode::gbtmaker
