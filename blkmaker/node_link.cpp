// Blocking calls on the node's own threads, answers posted home.
#include "blkmaker/node_link.hpp"

#include "common/base/log.hpp"
#include "common/node/bitcoin_rpc.hpp"

namespace lode::blkmaker {

NodeLink::NodeLink(std::string name, Connections connections, Executor& home)
    : home_(home),
      submit_rpc_(std::move(connections.submit)),
      watch_rpc_(std::move(connections.watch)),
      submit_loop_(name + "-submit"),
      watch_loop_(name + "-watch") {}

NodeLink::~NodeLink() {
    cancel();
}

void NodeLink::cancel() {
    submit_rpc_->cancel();
    watch_rpc_->cancel();
}

void NodeLink::submit(std::shared_ptr<const std::string> block_hex,
                      std::function<void(Result<std::optional<std::string>>)> answer) {
    submit_loop_.post([this, block_hex = std::move(block_hex), answer = std::move(answer)] {
        auto word = submit_rpc_->submit_block(*block_hex);
        home_.post([answer, word = std::move(word)] { answer(word); });
    });
}

void NodeLink::prefer(const bitcoin::Hash256& block) {
    watch_loop_.post([this, block] {
        const auto done = watch_rpc_->precious_block(block);
        if (!done && done.error().code != ErrorCode::cancelled) {
            log::warn("the node did not take our preference for a block",
                      {{"node", url()}, {"error", done.error()}});
        }
    });
}

void NodeLink::ask_block(const bitcoin::Hash256& block,
                         std::function<void(Result<node::BlockHeaderInfo>)> answer) {
    watch_loop_.post([this, block, answer = std::move(answer)] {
        auto info = watch_rpc_->get_block_header(block);
        home_.post([answer, info = std::move(info)] { answer(info); });
    });
}

void NodeLink::ask_tip(std::function<void(Result<NodeTip>)> answer) {
    if (asking_tip_) return;
    asking_tip_ = true;
    watch_loop_.post([this, answer = std::move(answer)] {
        home_.post([this, answer, tip = look_at_tip()] {
            asking_tip_ = false;
            answer(tip);
        });
    });
}

// One question tells whether the tip builds on the last one: that is still in the best chain.
Result<NodeTip> NodeLink::look_at_tip() {
    LODE_TRY(const auto info, watch_rpc_->get_blockchain_info());
    NodeTip tip{.hash = info.best_block_hash, .height = static_cast<std::uint32_t>(info.blocks)};
    if (last_tip_ && last_tip_->hash != tip.hash) {
        const auto before = watch_rpc_->get_block_header(last_tip_->hash);
        if (before && before.value().confirmations > 0) tip.change = TipChange::extended;
    }
    last_tip_ = tip;
    return tip;
}

Result<std::vector<std::unique_ptr<NodeLink>>> open_node_links(
    const std::vector<config::NodeConfig>& nodes, Executor& home) {
    std::vector<std::unique_ptr<NodeLink>> links;
    for (const config::NodeConfig& node : nodes) {
        const node::BitcoinRpcOptions options{.url = node.url,
                                              .user = node.user,
                                              .password = node.password,
                                              .cookie_file = node.cookie_file.value_or("")};
        LODE_TRY(auto submit, node::open_bitcoin_rpc(options));
        LODE_TRY(auto watch, node::open_bitcoin_rpc(options));
        links.push_back(std::make_unique<NodeLink>(
            "node" + std::to_string(links.size() + 1),
            NodeLink::Connections{std::move(submit), std::move(watch)}, home));
    }
    return links;
}

}  // namespace lode::blkmaker
