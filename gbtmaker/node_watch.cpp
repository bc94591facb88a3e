// A handful of nodes: every question is a pass over the list.
#include "gbtmaker/node_watch.hpp"

#include <algorithm>

namespace lode::gbtmaker {
namespace {

// It answers and follows the chain; a lagging node's work still counts against others'.
bool on_chain(NodeHealth health) {
    return health == NodeHealth::usable || health == NodeHealth::lagging;
}

}  // namespace

const char* to_string(NodeHealth health) {
    switch (health) {
        case NodeHealth::down:
            return "down";
        case NodeHealth::wrong_chain:
            return "wrong chain";
        case NodeHealth::initial_download:
            return "initial download";
        case NodeHealth::refused:
            return "refused";
        case NodeHealth::lagging:
            return "lagging";
        case NodeHealth::usable:
            return "usable";
    }
    return "down";
}

NodeWatch::NodeWatch(std::vector<std::int64_t> priorities, WatchSettings settings)
    : settings_(settings) {
    for (const std::int64_t priority : priorities) nodes_.emplace_back().priority = priority;
}

std::optional<HealthChange> NodeWatch::report(HealthChange found, SteadyTime now) {
    Node& node = nodes_[found.node];
    // Whether it lags is for tick() to say, and a good answer does not end it.
    if (found.health == NodeHealth::usable && node.health == NodeHealth::lagging) {
        return std::nullopt;
    }
    if (node.told && node.health == found.health && node.reason == found.reason) {
        return std::nullopt;
    }
    if (found.health == NodeHealth::usable && node.told) node.well_since = now;
    node.health = found.health;
    node.reason = found.reason;
    node.told = true;
    update_lag(now);
    choose(now);
    return found;
}

void NodeWatch::tip(NodeIndex node, const bitcoin::Uint256& chainwork, SteadyTime now) {
    nodes_[node].chainwork = chainwork;
    update_lag(now);
}

std::vector<HealthChange> NodeWatch::tick(SteadyTime now) {
    std::vector<HealthChange> changes;
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
        Node& node = nodes_[i];
        const bool lags = node.behind_since && now - *node.behind_since >= settings_.lag_after;
        if (node.health == NodeHealth::usable && lags) {
            node.health = NodeHealth::lagging;
            node.reason = "other nodes have a tip with more work";
            changes.push_back({i, node.health, node.reason});
        } else if (node.health == NodeHealth::lagging && !node.behind_since) {
            node.health = NodeHealth::usable;
            node.reason.clear();
            node.well_since = now;
            changes.push_back({i, node.health, node.reason});
        }
    }
    choose(now);
    return changes;
}

bool NodeWatch::may_publish(NodeIndex node) const {
    if (!on_chain(nodes_[node].health)) return false;
    const bitcoin::Uint256 others = best_of_others(node);
    if (node == preferred_) return nodes_[node].chainwork >= others;
    return nodes_[node].chainwork > others;
}

bitcoin::Uint256 NodeWatch::best_of_others(NodeIndex node) const {
    bitcoin::Uint256 best;
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
        if (i != node && on_chain(nodes_[i].health)) best = std::max(best, nodes_[i].chainwork);
    }
    return best;
}

void NodeWatch::update_lag(SteadyTime now) {
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
        Node& node = nodes_[i];
        const bool behind = on_chain(node.health) && node.chainwork < best_of_others(i);
        if (!behind) {
            node.behind_since.reset();
        } else if (!node.behind_since) {
            node.behind_since = now;
        }
    }
}

void NodeWatch::choose(SteadyTime now) {
    const bool holds = preferred_ && nodes_[*preferred_].health == NodeHealth::usable;
    std::optional<NodeIndex> best = holds ? preferred_ : std::nullopt;
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
        const Node& node = nodes_[i];
        if (node.health != NodeHealth::usable) continue;
        // well_since is the beginning of time for a node that was never lost.
        const bool settled = node.well_since == SteadyTime::min() ||
                             now - node.well_since >= settings_.failback_after;
        if (holds && !settled) continue;
        if (!best || node.priority < nodes_[*best].priority) best = i;
    }
    // With no usable node at all, one that lags still makes valid templates.
    for (NodeIndex i = 0; !best && i < nodes_.size(); ++i) {
        if (nodes_[i].health == NodeHealth::lagging) best = i;
    }
    preferred_ = best;
}

}  // namespace lode::gbtmaker
