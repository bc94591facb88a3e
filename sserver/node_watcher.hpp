// Asks the configured nodes for their tips, each on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "common/base/executor.hpp"
#include "common/config/pool.hpp"
#include "common/node/node_rpc.hpp"
#include "common/runtime/loop.hpp"
#include "sserver/tip_watch.hpp"

namespace lode::sserver {

class NodeWatcher {
  public:
    // `report` gets the number of the node and what TipWatch::report wants, on `home`. Malformed
    // when a node's url is.
    using Report = std::function<void(std::size_t node, std::optional<NodeTip>)>;
    [[nodiscard]] static Result<std::unique_ptr<NodeWatcher>> open(
        const std::vector<config::NodeConfig>& nodes, Executor& home, Report report);
    // Calls under way end at once.
    ~NodeWatcher();

  private:
    struct Watch {
        std::unique_ptr<node::NodeRpc> rpc;
        std::unique_ptr<Timer> timer;
        std::unique_ptr<runtime::Loop> loop;
    };
    NodeWatcher(Executor& home, Report report) : home_(home), report_(std::move(report)) {}
    void ask(std::size_t number);

    Executor& home_;
    Report report_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::vector<Watch> watches_;
};

}  // namespace lode::sserver
