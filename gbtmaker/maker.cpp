// Order of events for a new block: announcement, header (an empty template goes out), template (the
// full one goes out). Without an announcement the poll finds the new tip and goes the same way.
#include "gbtmaker/maker.hpp"

#include <utility>

#include "common/base/log.hpp"
#include "gbtmaker/empty_template.hpp"

namespace lode::gbtmaker {
namespace {

// New tips in a row that came without an announcement: then the node's ZMQ address is wrong.
constexpr unsigned unannounced_max = 3;

std::vector<std::int64_t> priorities(const std::vector<NodeSettings>& nodes) {
    std::vector<std::int64_t> list;
    for (const NodeSettings& node : nodes) list.push_back(node.priority);
    return list;
}

// On the public networks a node in its first download knows too little. On regtest and an own
// signet it says so also when its newest block is merely a day old, and there would never be
// another if the pool waited for one.
bool downloads(const ChainState& chain, bitcoin::Network network) {
    const bool own = network == bitcoin::Network::regtest || network == bitcoin::Network::signet;
    return chain.initial_block_download && (!own || chain.headers > chain.blocks);
}

}  // namespace

Maker::Maker(MakerSettings settings)
    : settings_(std::move(settings)),
      watch_(priorities(settings_.nodes), settings_.watch),
      rule_(settings_.publish) {
    for (std::size_t i = 0; i < settings_.nodes.size(); ++i) {
        nodes_.emplace_back(settings_);
    }
}

Actions Maker::tick(const Moment& now) {
    for (NodeIndex i = 0; i < nodes_.size(); ++i) notice_silence(i, now);
    for (const HealthChange& change : watch_.tick(now.steady)) tell(change);
    follow_preference();
    return finish(now);
}

Actions Maker::tip_heard(NodeIndex node, const bitcoin::Hash256& hash, const Moment& now) {
    Node& of = nodes_[node];
    const bool news = !of.tip || of.tip->hash != hash;
    of.unannounced = 0;
    if (!of.chain_known) {
        of.poll.want_chain();
    } else if (news) {
        of.poll.want_header(hash);
    }
    return finish(now);
}

Actions Maker::answered(const NodeCall& call, Result<Answer> answer, const Moment& now) {
    if (!answer) {
        failed(call, answer.error(), now);
        return finish(now);
    }
    nodes_[call.node].poll.answered(call.call);
    std::visit([&](auto&& one) { read(call.node, std::forward<decltype(one)>(one), now); },
               std::move(answer).value());
    return finish(now);
}

Actions Maker::pulse_answered(NodeIndex node, const Result<void>& answer, const Moment& now) {
    Node& of = nodes_[node];
    of.pulse.ended();
    const bool gone = !answer && answer.error().code == ErrorCode::unavailable;
    if (gone && of.chain_known) lost(node, answer.error().context, now);
    return finish(now);
}

void Maker::notice_silence(NodeIndex node, const Moment& now) {
    const Node& of = nodes_[node];
    if (!of.chain_known) return;  // then it is known to be of no use
    if (of.pulse.silent(now.steady)) return lost(node, "it does not answer", now);
    if (of.poll.overdue(now.steady)) lost(node, "it answers only calls that need no chain", now);
}

// The look that follows, or the one under way, ends when the node is back.
void Maker::lost(NodeIndex node, std::string reason, const Moment& now) {
    Node& of = nodes_[node];
    of.chain_known = false;
    of.waiting.reset();
    of.poll.want_chain();
    report({node, NodeHealth::down, std::move(reason)}, now);
}

Actions Maker::long_poll_answered(NodeIndex node, Result<bitcoin::BlockTemplate> answer,
                                  const Moment& now) {
    Node& of = nodes_[node];
    of.long_poll_open = false;
    if (!answer || !of.chain_known) {
        // Either nothing new for a long time or a lost node: the poll finds out which.
        of.poll.want_chain();
        return finish(now);
    }
    if (of.tip && of.tip->hash == answer.value().prev_hash) {
        read(node, std::move(answer).value(), now);
        return finish(now);
    }
    return tip_heard(node, answer.value().prev_hash, now);
}

Actions Maker::hint(const v1::Hint& hint, const Moment& now) {
    const auto hash = bitcoin::hash256_from_bytes(as_bytes(hint.prev_hash()));
    if (!hash || hash.value() == last_hint_) return finish(now);
    last_hint_ = hash.value();
    for (Node& node : nodes_) {
        if (!node.tip || node.tip->hash != hash.value()) node.poll.want_chain();
    }
    return finish(now);
}

void Maker::read(NodeIndex node, const ChainState& chain, const Moment& now) {
    Node& of = nodes_[node];
    const std::string expected = bitcoin::to_string(settings_.network);
    of.chain_known = false;
    if (chain.chain != expected) {
        return report({node, NodeHealth::wrong_chain,
                       "it is on chain " + chain.chain + ", configured is " + expected},
                      now);
    }
    if (downloads(chain, settings_.network)) {
        return report({node, NodeHealth::initial_download, "it is in initial block download"}, now);
    }
    of.chain_known = true;
    if (!of.tip || of.tip->hash != chain.tip) return tip_found(node, chain.tip);
    if (template_due(node, now)) of.poll.want_template();
}

void Maker::tip_found(NodeIndex node, const bitcoin::Hash256& hash) {
    Node& of = nodes_[node];
    of.poll.want_header(hash);
    // A single one may just be about to be announced.
    if (!settings_.nodes[node].announces || !of.tip || ++of.unannounced != unannounced_max) return;
    log::warn("node announces no new blocks", {{"node", settings_.nodes[node].url}});
}

bool Maker::template_due(NodeIndex node, const Moment& now) const {
    const auto& asked_at = nodes_[node].template_at;
    const NodeHealth health = watch_.health(node);
    if (!asked_at || health == NodeHealth::down) return true;
    const bool standby = health == NodeHealth::usable && node != watch_.preferred();
    const Duration interval = standby ? settings_.standby_interval : settings_.template_interval;
    return now.steady - *asked_at >= interval;
}

void Maker::read(NodeIndex node, const TipHeader& header, const Moment& now) {
    Node& of = nodes_[node];
    if (!of.chain_known) return;
    auto waiting = std::exchange(of.waiting, std::nullopt);
    // With 1 it is the tip. A template may also wait for a block that has just got a successor,
    // but one that was begun before the tip we know is of no use.
    const bool awaited = waiting && waiting->prev_hash == header.hash;
    const bool passed = of.tip && of.tip->chainwork > header.chainwork;
    if (header.confirmations < 1 || (header.confirmations > 1 && (!awaited || passed))) {
        if (awaited) of.poll.want_template();
        return of.poll.want_chain();
    }
    of.tip = header;
    watch_.tip(node, header.chainwork, now.steady);
    if (awaited) return deliver(node, std::move(*waiting), now);
    publish_empty(node, now);
    of.poll.want_template();
}

void Maker::read(NodeIndex node, bitcoin::BlockTemplate made, const Moment& now) {
    Node& of = nodes_[node];
    if (!of.chain_known) return;
    of.template_at = now.steady;
    if (auto minable = bitcoin::check_minable(made); !minable) {
        return report({node, NodeHealth::refused, minable.error().context}, now);
    }
    if (!of.tip || of.tip->hash != made.prev_hash) {
        of.poll.want_header(made.prev_hash);
        of.waiting = std::move(made);
        return;
    }
    deliver(node, std::move(made), now);
}

void Maker::failed(const NodeCall& call, const Error& error, const Moment& now) {
    if (error.code == ErrorCode::cancelled) return;
    const NodeIndex node = call.node;
    Node& of = nodes_[node];
    if (error.code == ErrorCode::rejected && std::holds_alternative<ReadHeader>(call.call)) {
        // It does not know that block: the announcement was another node's. The poll goes on.
        of.waiting.reset();
        return of.poll.answered(call.call);
    }
    of.poll.failed(call.call, now.steady);
    // Once the chain is known, a node that says no or talks nonsense is there but refuses us.
    const bool there = of.chain_known && error.code != ErrorCode::unavailable;
    if (there) of.template_at = now.steady;
    of.chain_known = false;
    of.waiting.reset();
    report({node, there ? NodeHealth::refused : NodeHealth::down, error.context}, now);
}

void Maker::deliver(NodeIndex node, bitcoin::BlockTemplate made, const Moment& now) {
    Node& of = nodes_[node];
    of.clock_offset = node_time(made, now.wall) - now.wall;
    report({node, NodeHealth::usable, ""}, now);
    of.poll.template_at_hand();
    publish(node, made, TemplateKind::from_node, now);
    const bool announces = settings_.nodes[node].announces;
    if (!announces && !of.long_poll_open && !made.longpoll_id.empty()) {
        of.long_poll_open = true;
        actions_.long_polls.push_back({node, made.longpoll_id});
    }
    made.transactions.clear();
    of.last = std::move(made);
}

void Maker::publish_empty(NodeIndex node, const Moment& now) {
    const Node& of = nodes_[node];
    if (!settings_.empty_on_new_block || !of.last) return;
    if (of.last->prev_hash == of.tip->hash) return;
    const auto made = empty_template({.network = settings_.network,
                                      .tip = *of.tip,
                                      .last = *of.last,
                                      .node_time = now.wall + of.clock_offset});
    if (made) publish(node, *made, TemplateKind::empty_before_full, now);
}

void Maker::publish(NodeIndex node, const bitcoin::BlockTemplate& made, TemplateKind kind,
                    const Moment& now) {
    const TemplateFacts facts{made.prev_hash, made.coinbase_value, kind};
    if (!watch_.may_publish(node) || rule_.decide(facts, now.steady) == Publish::hold) return;
    const Node& of = nodes_[node];
    actions_.templates.push_back(encode_template(made, {.chain = settings_.chain,
                                                        .source = settings_.source,
                                                        .node = settings_.nodes[node].url,
                                                        .chainwork = of.tip->chainwork,
                                                        .now = now.wall,
                                                        .node_time = now.wall + of.clock_offset,
                                                        .kind = kind}));
    rule_.published(facts, now.steady);
}

void Maker::report(HealthChange found, const Moment& now) {
    if (const auto change = watch_.report(std::move(found), now.steady)) tell(*change);
    follow_preference();
}

void Maker::follow_preference() {
    if (preferred_ == watch_.preferred()) return;
    preferred_ = watch_.preferred();
    rule_.forget();
    if (!preferred_) return;
    log::info("node preferred", {{"node", settings_.nodes[*preferred_].url}});
    nodes_[*preferred_].poll.want_template();
}

void Maker::tell(const HealthChange& change) {
    const std::string& url = settings_.nodes[change.node].url;
    if (change.health == NodeHealth::usable) {
        log::info("node usable", {{"node", url}});
    } else {
        using std::chrono::seconds;
        const auto retry = std::chrono::duration_cast<seconds>(settings_.poll.retry_max).count();
        log::error("node unusable", {{"node", url},
                                     {"health", to_string(change.health)},
                                     {"reason", change.reason},
                                     {"retried_within_s", retry}});
    }
    actions_.changes.push_back(change);
}

Actions Maker::finish(const Moment& now) {
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
        Node& of = nodes_[i];
        while (auto call = of.poll.next(now.steady)) actions_.calls.push_back({i, *call});
        if (of.chain_known && of.pulse.begin(now.steady)) actions_.pulses.push_back({i});
    }
    return std::exchange(actions_, {});
}

v1::PoolEvent Maker::event_of(const HealthChange& change, UnixTime now) const {
    v1::PoolEvent event;
    event.set_produced_unix_ms(to_unix_ms(now));
    event.set_source(settings_.source);
    event.set_chain(settings_.chain);
    v1::NodeEvent& node = *event.mutable_node();
    node.set_node(settings_.nodes[change.node].url);
    node.set_usable(change.health == NodeHealth::usable);
    node.set_reason(change.reason);
    return event;
}

}  // namespace lode::gbtmaker
