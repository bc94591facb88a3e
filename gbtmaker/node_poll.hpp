// What to ask one node next, on two connections: looks (its chain, a header) on one and templates
// on the other, so that a template of many transactions keeps no new tip waiting. One call is
// under way on each; after a failure the node is left alone for a while that doubles up to a limit.
#pragma once

#include <optional>
#include <variant>

#include "common/base/clock.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::gbtmaker {

struct ReadChain {};
struct ReadHeader {
    bitcoin::Hash256 hash;
};
struct ReadTemplate {};
using Call = std::variant<ReadChain, ReadHeader, ReadTemplate>;

struct PollSettings {
    Duration interval = std::chrono::seconds(1);  // of looks at the chain
    Duration retry_first = std::chrono::seconds(1);
    Duration retry_max = std::chrono::seconds(15);
    // A node that is alive but does not answer a look for so long (a dead disk) is of no use. More
    // than it may be busy with a block or a template of 300,000 transactions in its mempool.
    Duration look_max = std::chrono::seconds(4);
};

class NodePoll {
  public:
    explicit NodePoll(PollSettings settings) : settings_(settings) {}

    // The next call, which is then under way; nothing while none is due that could begin. To be
    // asked until it gives nothing.
    [[nodiscard]] std::optional<Call> next(SteadyTime now);

    // A look is unanswered for too long.
    [[nodiscard]] bool overdue(SteadyTime now) const {
        return look_ && now - look_at_ >= settings_.look_max;
    }

    // The call of that kind has ended.
    void answered(const Call& call);
    void failed(const Call& call, SteadyTime now);
    // How long the node is left alone after the last failure.
    [[nodiscard]] Duration retry_delay() const;

    // The newest block wanted replaces an older one. A node that told us of it is alive: the pause
    // after a failure ends.
    void want_header(const bitcoin::Hash256& hash);
    void want_template() { template_wanted_ = true; }
    void template_at_hand() { template_wanted_ = false; }
    void want_chain() { chain_at_ = SteadyTime::min(); }

  private:
    [[nodiscard]] std::optional<Call> next_look(SteadyTime now);
    void end(const Call& call);

    PollSettings settings_;
    std::optional<Call> look_;  // under way
    SteadyTime look_at_;
    bool template_under_way_ = false;
    std::optional<bitcoin::Hash256> header_wanted_;
    bool template_wanted_ = false;
    SteadyTime chain_at_ = SteadyTime::min();
    std::optional<SteadyTime> paused_until_;
    unsigned failures_ = 0;
};

}  // namespace lode::gbtmaker
