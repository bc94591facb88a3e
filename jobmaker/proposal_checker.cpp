// One proposal at a time, asked of the node whose template it is.
#include "jobmaker/proposal_checker.hpp"

#include <algorithm>

#include "common/node/bitcoin_rpc.hpp"

namespace lode::jobmaker {
namespace {

// There are tens of shapes at most, and forgetting one costs a check.
constexpr std::size_t shapes_max = 1'000;

}  // namespace

Result<std::unique_ptr<ProposalChecker>> ProposalChecker::open(
    const std::vector<config::NodeConfig>& nodes, Executor& executor, Told told) {
    std::vector<std::unique_ptr<node::NodeRpc>> opened;
    for (const config::NodeConfig& settings : nodes) {
        LODE_TRY(auto rpc,
                 node::open_bitcoin_rpc({.url = settings.url,
                                         .user = settings.user,
                                         .password = settings.password,
                                         .cookie_file = settings.cookie_file.value_or("")}));
        opened.push_back(std::move(rpc));
    }
    return std::unique_ptr<ProposalChecker>(
        new ProposalChecker(std::move(opened), executor, std::move(told)));
}

ProposalChecker::~ProposalChecker() {
    alive_.reset();
    for (auto& one : nodes_) one->cancel();
}

void ProposalChecker::check(const Output& output) {
    const std::string shape = proposal_shape(output.message->job(), *output.plan);
    if (shapes_.size() >= shapes_max) shapes_.clear();
    if (!shapes_.insert(shape).second) return;
    // The node that made the template is on its tip; any other is second best.
    const std::string& wanted = output.plan->source.message->template_().node();
    const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                    [&](const auto& one) { return one->url() == wanted; });
    node::NodeRpc& rpc = found == nodes_.end() ? *nodes_.front() : **found;
    thread_.post([this, &rpc, shape, output, weak = std::weak_ptr(alive_)] {
        const auto block = proposal_block(output.message->job(), *output.plan);
        auto word = block ? rpc.propose_block(block.value())
                          : Result<std::optional<std::string>>(block.error());
        executor_.post([this, shape, word = std::move(word), weak] {
            if (weak.lock()) checked(shape, word);
        });
    });
}

void ProposalChecker::checked(const std::string& shape,
                              const Result<std::optional<std::string>>& word) {
    const auto verdict = word ? proposal_verdict(word.value()) : ProposalVerdict::unknown;
    if (verdict == ProposalVerdict::unknown) shapes_.erase(shape);
    told_({shape, verdict, word ? word.value().value_or("") : word.error().context});
}

}  // namespace lode::jobmaker
