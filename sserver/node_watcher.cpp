// getblockchaininfo, again and again.
#include "sserver/node_watcher.hpp"

#include "common/node/bitcoin_rpc.hpp"

namespace lode::sserver {
namespace {

constexpr auto interval = std::chrono::seconds(2);
// A node that answers later says nothing about now.
constexpr auto answer_timeout = std::chrono::seconds(3);

}  // namespace

Result<std::unique_ptr<NodeWatcher>> NodeWatcher::open(const std::vector<config::NodeConfig>& nodes,
                                                       Executor& home, Report report) {
    std::unique_ptr<NodeWatcher> watcher(new NodeWatcher(home, std::move(report)));
    for (const config::NodeConfig& settings : nodes) {
        LODE_TRY(auto rpc, node::open_bitcoin_rpc({.url = settings.url,
                                                   .user = settings.user,
                                                   .password = settings.password,
                                                   .cookie_file = settings.cookie_file.value_or(""),
                                                   .timeout = answer_timeout}));
        watcher->watches_.push_back({std::move(rpc), nullptr, nullptr});
    }
    for (std::size_t i = 0; i < watcher->watches_.size(); ++i) {
        Watch& watch = watcher->watches_[i];
        watch.loop = std::make_unique<runtime::Loop>("tip-watch");
        watch.timer = watch.loop->every(interval, [raw = watcher.get(), i] { raw->ask(i); });
    }
    return watcher;
}

NodeWatcher::~NodeWatcher() {
    for (Watch& watch : watches_) watch.rpc->cancel();
    for (Watch& watch : watches_) {
        if (watch.loop) watch.loop->stop();
    }
}

void NodeWatcher::ask(std::size_t number) {
    const auto info = watches_[number].rpc->get_blockchain_info();
    std::optional<NodeTip> tip;
    if (info && !info.value().initial_block_download) {
        tip = NodeTip{.height = info.value().blocks, .chainwork = info.value().chainwork};
    }
    home_.post([this, number, tip, alive = std::weak_ptr(alive_)] {
        if (alive.lock()) report_(number, tip);
    });
}

}  // namespace lode::sserver
