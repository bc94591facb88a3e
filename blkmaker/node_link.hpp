// One node as blkmaker talks to it: two threads, so that no question about old blocks ever stands
// before a submission.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blkmaker/block_tracker.hpp"
#include "common/base/executor.hpp"
#include "common/config/pool.hpp"
#include "common/node/node_rpc.hpp"
#include "common/runtime/loop.hpp"

namespace lode::blkmaker {

struct NodeTip {
    bitcoin::Hash256 hash;
    std::uint32_t height = 0;
    TipChange change = TipChange::reorganised;  // against the answer before
};

class NodeLink {
  public:
    struct Connections {
        std::unique_ptr<node::NodeRpc> submit;
        std::unique_ptr<node::NodeRpc> watch;
    };

    // Answers are posted to `home`.
    NodeLink(std::string name, Connections connections, Executor& home);
    // Cancels what is under way and waits for the threads.
    ~NodeLink();

    // For good: the calls under way and all later ones fail with cancelled.
    void cancel();

    [[nodiscard]] const std::string& url() const { return submit_rpc_->url(); }

    void submit(std::shared_ptr<const std::string> block_hex,
                std::function<void(Result<std::optional<std::string>>)> answer);
    void prefer(const bitcoin::Hash256& block);
    void ask_block(const bitcoin::Hash256& block,
                   std::function<void(Result<node::BlockHeaderInfo>)> answer);
    // A question still open is not asked again: then `answer` is dropped.
    void ask_tip(std::function<void(Result<NodeTip>)> answer);

  private:
    [[nodiscard]] Result<NodeTip> look_at_tip();

    Executor& home_;
    std::unique_ptr<node::NodeRpc> submit_rpc_;
    std::unique_ptr<node::NodeRpc> watch_rpc_;
    bool asking_tip_ = false;          // used on the home thread only
    std::optional<NodeTip> last_tip_;  // used on the watch thread only
    // Last, so that the threads end before what they use.
    runtime::Loop submit_loop_;
    runtime::Loop watch_loop_;
};

// One link a configured node, in their order. Malformed when a url is.
[[nodiscard]] Result<std::vector<std::unique_ptr<NodeLink>>> open_node_links(
    const std::vector<config::NodeConfig>& nodes, Executor& home);

}  // namespace lode::blkmaker
