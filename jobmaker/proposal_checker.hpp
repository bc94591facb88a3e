// Has nodes check the first block of each shape, on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/base/executor.hpp"
#include "common/config/pool.hpp"
#include "common/node/node_rpc.hpp"
#include "common/runtime/loop.hpp"
#include "jobmaker/maker.hpp"
#include "jobmaker/proposal.hpp"

namespace lode::jobmaker {

class ProposalChecker {
  public:
    struct Finding {
        std::string shape;
        ProposalVerdict verdict = ProposalVerdict::unknown;
        std::string reason;  // of any verdict but valid
    };
    // `told` runs on the executor, while the checker lives.
    using Told = std::function<void(const Finding&)>;
    // At least one node. Malformed when a node's url is none.
    [[nodiscard]] static Result<std::unique_ptr<ProposalChecker>> open(
        const std::vector<config::NodeConfig>& nodes, Executor& executor, Told told);
    // Ends a running call.
    ~ProposalChecker();
    ProposalChecker(const ProposalChecker&) = delete;
    ProposalChecker& operator=(const ProposalChecker&) = delete;

    // A job that was made; nothing happens when its shape is known. A shape whose check went
    // unanswered is checked again.
    void check(const Output& output);

  private:
    ProposalChecker(std::vector<std::unique_ptr<node::NodeRpc>> nodes, Executor& executor,
                    Told told)
        : nodes_(std::move(nodes)), executor_(executor), told_(std::move(told)) {}
    void checked(const std::string& shape, const Result<std::optional<std::string>>& word);

    std::vector<std::unique_ptr<node::NodeRpc>> nodes_;
    Executor& executor_;
    Told told_;
    std::set<std::string> shapes_;  // checked or being checked
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    runtime::Loop thread_{"job-check"};
};

}  // namespace lode::jobmaker
