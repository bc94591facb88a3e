// Asks nodes for the blocks of a day, on a thread of its own: a day takes some seconds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "common/base/executor.hpp"
#include "common/node/node_rpc.hpp"
#include "common/runtime/loop.hpp"
#include "payout/fee_day_blocks.hpp"

namespace lode::payout {

class FeeDayReader {
  public:
    using Nodes = std::vector<std::unique_ptr<node::NodeRpc>>;
    // Nothing: the day is not deep enough yet.
    using Answer = std::function<void(UnixTime day, Result<std::optional<FeeDay>>)>;

    // `answer` runs on `home`.
    FeeDayReader(Nodes nodes, Executor& home, Answer answer);
    // Cancels what is under way and waits for it.
    ~FeeDayReader();

    // While an answer is awaited further questions are dropped. Of several nodes two must answer,
    // and all that do must agree.
    void ask(UnixTime day);
    // From any thread: what is under way ends soon.
    void cancel();

  private:
    [[nodiscard]] Result<std::optional<FeeDay>> read(UnixTime day);

    Nodes nodes_;
    Executor& home_;
    Answer answer_;
    bool asking_ = false;  // on `home` only
    runtime::Loop loop_;
};

// One node's answer to the same question.
[[nodiscard]] Result<std::optional<std::vector<DayBlock>>> blocks_told_by(node::NodeRpc& node,
                                                                          UnixTime day);

}  // namespace lode::payout
