// The heart of gbtmaker: what nodes answer and announce, and time, go in; calls to nodes, templates
// for the bus and changes of health come out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/address.hpp"
#include "common/bitcoin/block_template.hpp"
#include "common/messages/event.pb.h"
#include "common/messages/template.pb.h"
#include "gbtmaker/node_poll.hpp"
#include "gbtmaker/node_state.hpp"
#include "gbtmaker/node_watch.hpp"
#include "gbtmaker/publish_rule.hpp"
#include "gbtmaker/pulse.hpp"

namespace lode::gbtmaker {

struct NodeSettings {
    std::string url;  // without credentials
    std::int64_t priority = 0;
    // Its new tips are heard of over ZMQ. A node without that is asked to answer a long poll; one
    // with it is not, or it would make each new template twice, when it has least time.
    bool announces = false;
};

struct MakerSettings {
    std::string chain;   // the operator's name of it
    std::string source;  // this instance
    bitcoin::Network network = bitcoin::Network::main;
    std::vector<NodeSettings> nodes;
    bool empty_on_new_block = true;
    PollSettings poll;
    PulseSettings pulse;
    WatchSettings watch;
    PublishSettings publish;
    // The preferred node makes a template this often.
    Duration template_interval = std::chrono::seconds(5);
    // Any other one makes a template this often, to show that it still can.
    Duration standby_interval = std::chrono::seconds(30);
};

// Both clocks at once.
struct Moment {
    UnixTime wall;
    SteadyTime steady;
};

using Answer = std::variant<ChainState, TipHeader, bitcoin::BlockTemplate>;

struct NodeCall {
    NodeIndex node = 0;
    Call call;
};
// The shortest call there is, only to see whether the node answers.
struct PulseCall {
    NodeIndex node = 0;
};
struct LongPoll {
    NodeIndex node = 0;
    std::string id;
};

struct Actions {
    std::vector<NodeCall> calls;
    std::vector<PulseCall> pulses;
    std::vector<LongPoll> long_polls;
    std::vector<std::shared_ptr<const v1::TemplateMessage>> templates;
    std::vector<HealthChange> changes;
};

class Maker {
  public:
    explicit Maker(MakerSettings settings);

    // To be called each tenth of a second, the grain of its intervals.
    [[nodiscard]] Actions tick(const Moment& now);
    // A node announces a new tip.
    [[nodiscard]] Actions tip_heard(NodeIndex node, const bitcoin::Hash256& hash,
                                    const Moment& now);
    [[nodiscard]] Actions answered(const NodeCall& call, Result<Answer> answer, const Moment& now);
    // Any answer is one, a refusal too; unavailable is none.
    [[nodiscard]] Actions pulse_answered(NodeIndex node, const Result<void>& answer,
                                         const Moment& now);
    [[nodiscard]] Actions long_poll_answered(NodeIndex node, Result<bitcoin::BlockTemplate> answer,
                                             const Moment& now);
    // Another pool works on a tip that may be new to our nodes.
    [[nodiscard]] Actions hint(const v1::Hint& hint, const Moment& now);
    // A template has reached nobody.
    void template_lost() { rule_.forget(); }

    [[nodiscard]] v1::PoolEvent event_of(const HealthChange& change, UnixTime now) const;
    [[nodiscard]] std::optional<NodeIndex> preferred() const { return watch_.preferred(); }
    [[nodiscard]] bool usable(NodeIndex node) const {
        return watch_.health(node) == NodeHealth::usable;
    }

  private:
    struct Node {
        explicit Node(const MakerSettings& settings) : poll(settings.poll), pulse(settings.pulse) {}
        NodePoll poll;
        Pulse pulse;
        bool chain_known = false;  // the right one, and not in its first download
        std::optional<TipHeader> tip;
        std::optional<bitcoin::BlockTemplate> waiting;  // for the header of its prev_hash
        std::optional<bitcoin::BlockTemplate> last;     // without transactions
        std::chrono::milliseconds clock_offset{0};      // its clock minus ours
        std::optional<SteadyTime> template_at;          // the last one, also a refused one
        bool long_poll_open = false;
        unsigned unannounced = 0;  // new tips in a row that were found without an announcement
    };

    void read(NodeIndex node, const ChainState& chain, const Moment& now);
    void tip_found(NodeIndex node, const bitcoin::Hash256& hash);
    [[nodiscard]] bool template_due(NodeIndex node, const Moment& now) const;
    void read(NodeIndex node, const TipHeader& header, const Moment& now);
    void read(NodeIndex node, bitcoin::BlockTemplate made, const Moment& now);
    void failed(const NodeCall& call, const Error& error, const Moment& now);
    void notice_silence(NodeIndex node, const Moment& now);
    void lost(NodeIndex node, std::string reason, const Moment& now);
    void deliver(NodeIndex node, bitcoin::BlockTemplate made, const Moment& now);
    void publish_empty(NodeIndex node, const Moment& now);
    void publish(NodeIndex node, const bitcoin::BlockTemplate& made, TemplateKind kind,
                 const Moment& now);
    void report(HealthChange found, const Moment& now);
    void tell(const HealthChange& change);
    void follow_preference();
    [[nodiscard]] Actions finish(const Moment& now);

    MakerSettings settings_;
    std::vector<Node> nodes_;
    NodeWatch watch_;
    PublishRule rule_;
    std::optional<NodeIndex> preferred_;
    bitcoin::Hash256 last_hint_;
    Actions actions_;
};

}  // namespace lode::gbtmaker
