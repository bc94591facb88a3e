// Joins nodes, their announcements and the bus to the maker; the rules are elsewhere. Calls to a
// node block, so each node has a thread for each kind of them.
#include "gbtmaker/service.hpp"

#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/node/bitcoin_rpc.hpp"
#include "common/node/zmq_subscriber.hpp"
#include "common/runtime/loop.hpp"
#include "common/runtime/spreader.hpp"
#include "gbtmaker/config.hpp"
#include "gbtmaker/maker.hpp"
#include "gbtmaker/probe.hpp"

namespace lode::gbtmaker {
namespace {

// The grain of the maker's intervals.
constexpr auto tick_interval = std::chrono::milliseconds(100);
// Who reads the events later than a change learns how each node is.
constexpr auto repeat_interval = std::chrono::minutes(1);
// Bitcoin Core answers a long poll after a minute when there are new transactions; on a quiet
// chain it may take until the next block.
constexpr auto long_poll_timeout = std::chrono::minutes(10);

// Templates that wait for a slow receiver: a blkmaker needs the empty one as well as the full one
// that follows it.
constexpr std::size_t posts_waiting = 2;
// Templates, of megabytes each, that wait for a bus that refuses them: a minute's.
constexpr std::size_t templates_kept = 4;

MakerSettings maker_settings(const runtime::Context& context, const Config& config) {
    const config::ChainConfig& chain = context.pool.chain();
    MakerSettings settings;
    settings.chain = chain.name;
    settings.source = context.instance;
    settings.network = bitcoin::parse_network(chain.network).value();  // a checked choice
    for (const config::NodeConfig& node : chain.nodes) {
        settings.nodes.push_back({node.url, node.priority, node.zmq.has_value()});
    }
    settings.empty_on_new_block = config.empty_on_new_block;
    settings.poll.interval = config.poll_interval;
    settings.pulse.answer_max = config.answer_max;
    settings.template_interval = config.template_interval;
    settings.watch = {config.lag_after, config.failback_after};
    settings.publish.full_interval = config.full_interval;
    return settings;
}

std::vector<std::string> urls_of(const config::ChainConfig& chain) {
    std::vector<std::string> urls;
    for (const config::NodeConfig& node : chain.nodes) urls.push_back(node.url);
    return urls;
}

Result<Answer> ask(node::NodeRpc& rpc, const ReadChain&, Duration) {
    LODE_TRY(const auto info, rpc.get_blockchain_info());
    return Answer(ChainState{info.chain, info.blocks, info.headers, info.initial_block_download,
                             info.best_block_hash});
}

Result<Answer> ask(node::NodeRpc& rpc, const ReadHeader& call, Duration) {
    LODE_TRY(const auto info, rpc.get_block_header(call.hash));
    return Answer(TipHeader{info.hash, info.confirmations, static_cast<std::uint32_t>(info.height),
                            info.chainwork, info.time, info.median_time, info.bits});
}

Result<Answer> ask(node::NodeRpc& rpc, const ReadTemplate&, Duration timeout) {
    LODE_TRY(const auto json, rpc.get_block_template({.longpoll_id = {}, .timeout = timeout}));
    LODE_TRY(auto made, bitcoin::parse_block_template(json));
    return Answer(std::move(made));
}

Result<bitcoin::BlockTemplate> ask_long(node::NodeRpc& rpc, const std::string& id) {
    LODE_TRY(const auto json,
             rpc.get_block_template({.longpoll_id = id, .timeout = long_poll_timeout}));
    return bitcoin::parse_block_template(json);
}

class Gbtmaker final : public runtime::Service {
  public:
    Gbtmaker(runtime::Context& context, const Config& config)
        : context_(context),
          chain_(context.pool.chain()),
          config_(config),
          probe_(context.metrics, urls_of(chain_)),
          maker_(maker_settings(context, config)) {}
    ~Gbtmaker() override { close(); }

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;

  private:
    // One blocking connection and the thread that waits for it. The maker has at most one call
    // under way on each, so their queues hold at most one task.
    struct Line {
        std::unique_ptr<node::NodeRpc> rpc;
        std::unique_ptr<runtime::Loop> thread;
    };
    struct Node {
        Line pulse;
        Line looks;
        Line templates;
        Line long_poll;
        std::optional<node::ZmqSubscriber> announcements;
    };

    Result<Line> open_line(const config::NodeConfig& node, std::string name);
    Result<void> open_nodes();
    Result<void> open_bus();
    void announced(NodeIndex node, const node::BlockNotice& notice);
    void records_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records);
    void perform(Actions actions);
    void call(const NodeCall& action);
    void pulse(const PulseCall& action);
    void long_poll(const LongPoll& action);
    void publish(std::shared_ptr<const v1::TemplateMessage> message);
    void tell(const HealthChange& change);
    void send_event(const HealthChange& change);
    void close();
    // The task runs on the service's loop unless the service is closed by then.
    void post_back(std::function<void()> task);
    Moment now() const { return {context_.clock.unix_now(), context_.clock.steady_now()}; }

    runtime::Context& context_;
    const config::ChainConfig& chain_;
    Config config_;
    Probe probe_;
    Maker maker_;
    bool published_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::unique_ptr<runtime::Spreader> templates_;
    std::optional<bus::Producer<v1::PoolEvent>> events_;
    std::optional<bus::Consumer<v1::TemplateMessage>> hints_;
    std::unique_ptr<Timer> timer_;
    std::unique_ptr<Timer> repeating_;
    std::map<NodeIndex, HealthChange> told_;  // the last of each node
    std::vector<Node> nodes_;
};

Result<void> Gbtmaker::start() {
    LODE_TRY_VOID(open_bus());
    LODE_TRY_VOID(open_nodes());
    timer_ = context_.loop.every(tick_interval, [this] { perform(maker_.tick(now())); });
    perform(maker_.tick(now()));
    repeating_ = context_.loop.every(repeat_interval, [this] {
        for (const auto& [node, change] : told_) send_event(change);
    });
    return success();
}

Result<Gbtmaker::Line> Gbtmaker::open_line(const config::NodeConfig& node, std::string name) {
    Line line;
    LODE_TRY(line.rpc, node::open_bitcoin_rpc({.url = node.url,
                                               .user = node.user,
                                               .password = node.password,
                                               .cookie_file = node.cookie_file.value_or(""),
                                               .timeout = config_.rpc_timeout}));
    line.thread = std::make_unique<runtime::Loop>(std::move(name));
    return line;
}

Result<void> Gbtmaker::open_nodes() {
    nodes_.reserve(chain_.nodes.size());
    for (NodeIndex i = 0; i < chain_.nodes.size(); ++i) {
        const config::NodeConfig& settings = chain_.nodes[i];
        const std::string number = std::to_string(i + 1);
        Node node;
        LODE_TRY(node.pulse, open_line(settings, "gbt-pulse" + number));
        LODE_TRY(node.looks, open_line(settings, "gbt-look" + number));
        LODE_TRY(node.templates, open_line(settings, "gbt-node" + number));
        LODE_TRY(node.long_poll, open_line(settings, "gbt-poll" + number));
        if (settings.zmq) {
            LODE_TRY(node.announcements,
                     node::ZmqSubscriber::start(
                         *settings.zmq, context_.loop,
                         [this, i](const node::BlockNotice& notice) { announced(i, notice); }));
        }
        nodes_.push_back(std::move(node));
    }
    return success();
}

Result<void> Gbtmaker::open_bus() {
    LODE_TRY(auto producer, context_.bus.raw_producer(
                                {bus::topics::block_template.spec, chain_.name}, context_.loop));
    LODE_TRY(templates_,
             runtime::Spreader::open(std::move(producer), context_.loop, context_.metrics,
                                     {.neighbours = config_.receivers,
                                      .path = "/v1/template",
                                      .secret = context_.pool.direct_secret,
                                      .key = chain_.name,
                                      .waiting_max = posts_waiting,
                                      .kept_max = templates_kept}));
    LODE_TRY(events_, bus::Producer<v1::PoolEvent>::open(context_.bus, bus::topics::event, "",
                                                         context_.loop));
    LODE_TRY(hints_, bus::Consumer<v1::TemplateMessage>::open(
                         context_.bus, bus::topics::block_template, chain_.name,
                         {.group = "", .start = bus::StartAt::latest, .offsets = {}}, context_.loop,
                         [this](const auto& records) { records_arrived(records); }));
    return success();
}

void Gbtmaker::announced(NodeIndex node, const node::BlockNotice& notice) {
    perform(maker_.tip_heard(node, notice.hash, now()));
}

void Gbtmaker::records_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records) {
    for (const auto& record : records) {
        if (!record.message->has_hint()) continue;
        probe_.hints.increment();
        perform(maker_.hint(record.message->hint(), now()));
    }
}

void Gbtmaker::perform(Actions actions) {
    for (auto& message : actions.templates) publish(std::move(message));
    for (const NodeCall& action : actions.calls) call(action);
    for (const PulseCall& action : actions.pulses) pulse(action);
    for (const LongPoll& action : actions.long_polls) long_poll(action);
    for (const HealthChange& change : actions.changes) tell(change);
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
        probe_.nodes[i].preferred.set(maker_.preferred() == i ? 1 : 0);
    }
}

void Gbtmaker::call(const NodeCall& action) {
    Node& node = nodes_[action.node];
    Line& line = std::holds_alternative<ReadTemplate>(action.call) ? node.templates : node.looks;
    line.thread->post([this, action, &rpc = *line.rpc] {
        const SteadyTime begun = context_.clock.steady_now();
        auto answer = std::visit(
            [&](const auto& one) { return ask(rpc, one, config_.rpc_timeout); }, action.call);
        probe_.nodes[action.node].rpc.observe(context_.clock.steady_now() - begun);
        auto shared = std::make_shared<Result<Answer>>(std::move(answer));
        post_back([this, action, shared] {
            perform(maker_.answered(action, std::move(*shared), now()));
        });
    });
}

void Gbtmaker::pulse(const PulseCall& action) {
    Line& line = nodes_[action.node].pulse;
    line.thread->post([this, action, &rpc = *line.rpc] {
        const auto uptime = rpc.uptime();
        const auto answer = uptime ? success() : Result<void>(uptime.error());
        post_back([this, node = action.node, answer] {
            perform(maker_.pulse_answered(node, answer, now()));
        });
    });
}

void Gbtmaker::long_poll(const LongPoll& action) {
    Line& line = nodes_[action.node].long_poll;
    line.thread->post([this, action, &rpc = *line.rpc] {
        auto shared = std::make_shared<Result<bitcoin::BlockTemplate>>(ask_long(rpc, action.id));
        post_back([this, node = action.node, shared] {
            perform(maker_.long_poll_answered(node, std::move(*shared), now()));
        });
    });
}

void Gbtmaker::publish(std::shared_ptr<const v1::TemplateMessage> message) {
    const v1::BitcoinTemplate& body = message->template_().bitcoin();
    (body.empty() ? probe_.empty : probe_.full).increment();
    probe_.height.set(body.height());
    log::debug("template published", {{"height", body.height()},
                                      {"transactions", body.transactions_size()},
                                      {"empty", body.empty()},
                                      {"reward", body.coinbase_value()},
                                      {"node", message->template_().node()}});
    templates_->send(std::move(message), runtime::Again::until_delivered,
                     [this](const Result<void>& had) {
                         if (had) {
                             published_ = true;
                             return;
                         }
                         log::error("template reached nobody", {{"error", had.error()}});
                         maker_.template_lost();
                     });
}

void Gbtmaker::tell(const HealthChange& change) {
    probe_.nodes[change.node].unusable.set(change.health == NodeHealth::usable ? 0 : 1);
    told_[change.node] = change;
    send_event(change);
}

void Gbtmaker::send_event(const HealthChange& change) {
    auto event =
        std::make_shared<const v1::PoolEvent>(maker_.event_of(change, context_.clock.unix_now()));
    const auto sent =
        events_->send(0, context_.instance, std::move(event), [](const auto& delivered) {
            if (!delivered) log::warn("event not delivered", {{"error", delivered.error()}});
        });
    if (!sent) log::warn("event not sent", {{"error", sent.error()}});
}

void Gbtmaker::post_back(std::function<void()> task) {
    context_.loop.post([weak = std::weak_ptr(alive_), task = std::move(task)] {
        if (weak.lock()) task();
    });
}

runtime::Health Gbtmaker::health() const {
    if (!maker_.preferred()) return {runtime::Readiness::not_ready, "no node is usable"};
    if (!published_) return {runtime::Readiness::not_ready, "no template is published yet"};
    return {runtime::Readiness::ready, ""};
}

void Gbtmaker::stop(std::function<void()> stopped) {
    close();
    stopped();
}

void Gbtmaker::close() {
    alive_.reset();
    timer_.reset();
    repeating_.reset();
    hints_.reset();
    templates_.reset();
    for (Node& node : nodes_) {
        node.announcements.reset();
        for (Line* line : {&node.pulse, &node.looks, &node.templates, &node.long_poll}) {
            line->rpc->cancel();
        }
    }
    // Waits for each thread's running call, which cancel() has ended.
    nodes_.clear();
}

}  // namespace

runtime::ServiceDefinition definition() {
    return {
        .name = "gbtmaker",
        .summary = "Asks the nodes for block templates.",
        .default_health_port = config::default_health_port("gbtmaker"),
        .settings = &section().base(),
        .create = [](runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
            LODE_TRY(const Config config, section().read(context.document));
            return std::unique_ptr<runtime::Service>(std::make_unique<Gbtmaker>(context, config));
        }};
}

}  // namespace lode::gbtmaker
