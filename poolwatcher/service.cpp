// Joins connections and bus to the board; the rules are elsewhere. Everything runs on the service's
// loop.
#include "poolwatcher/service.hpp"

#include <random>

#include "common/base/backoff.hpp"
#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/config/url.hpp"
#include "common/net/line_client.hpp"
#include "common/runtime/version.hpp"
#include "poolwatcher/announcement.hpp"
#include "poolwatcher/config.hpp"
#include "poolwatcher/pool_session.hpp"
#include "poolwatcher/probe.hpp"
#include "poolwatcher/tip_board.hpp"

namespace lode::poolwatcher {
namespace {

using std::chrono::seconds;

// Other pools are guests' grounds: patience between tries.
constexpr Duration reconnect_first = seconds(2);
constexpr Duration reconnect_longest = seconds(120);
// Pools send a new job at least every minute.
constexpr Duration read_timeout = seconds(120);
constexpr Duration tick_interval = seconds(1);
// Our newest template is younger than this while our node is well.
constexpr auto template_age = seconds(60);

std::vector<std::string> names_of(const Config& config) {
    std::vector<std::string> names;
    for (const WatchedPool& pool : config.pools) names.push_back(pool.name);
    return names;
}

class Poolwatcher final : public runtime::Service {
  public:
    Poolwatcher(runtime::Context& context, Config config)
        : context_(context),
          config_(std::move(config)),
          chain_(context.pool.chain().name),
          probe_(context.metrics, names_of(config_)),
          board_(config_.pools.size(), config_.fork_after) {}

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;

  private:
    struct Connection {
        config::Url url;
        PoolSession session;
        Backoff backoff{reconnect_first, reconnect_longest};
        std::unique_ptr<net::LineClient> client;
        std::unique_ptr<Timer> retry;
    };

    Result<void> open_bus();
    Result<void> open_pools();
    void connect(PoolIndex pool);
    void connected(PoolIndex pool);
    void line(PoolIndex pool, const std::string& line);
    void send(PoolIndex pool, std::string lines);
    void lost(PoolIndex pool, const std::string& reason);
    void records_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records);
    void perform(const Findings& findings);
    void perform(const Unknown& unknown);
    void perform(const Met& met);
    void perform(const Forked& forked);
    void perform(const Rejoined& rejoined);
    void publish(v1::PoolEvent event);
    [[nodiscard]] Origin origin(PoolIndex pool) const {
        return {chain_, config_.pools[pool].name, context_.clock.unix_now()};
    }
    [[nodiscard]] SteadyTime now() const { return context_.clock.steady_now(); }

    runtime::Context& context_;
    const Config config_;
    const std::string chain_;
    Probe probe_;
    TipBoard board_;
    std::mt19937_64 random_{std::random_device{}()};
    std::optional<bus::Producer<v1::TemplateMessage>> hints_;
    std::optional<bus::Producer<v1::PoolEvent>> events_;
    std::optional<bus::Consumer<v1::TemplateMessage>> templates_;
    std::optional<net::LineConnector> connector_;
    std::vector<Connection> pools_;
    std::unique_ptr<Timer> ticker_;
};

Result<void> Poolwatcher::start() {
    if (config_.pools.empty()) {
        log::info("no pools to watch");
        return success();
    }
    LODE_TRY_VOID(open_bus());
    LODE_TRY_VOID(open_pools());
    ticker_ = context_.loop.every(tick_interval, [this] { perform(board_.tick(now())); });
    return success();
}

Result<void> Poolwatcher::open_bus() {
    LODE_TRY(hints_, bus::Producer<v1::TemplateMessage>::open(
                         context_.bus, bus::topics::block_template, chain_, context_.loop));
    LODE_TRY(events_, bus::Producer<v1::PoolEvent>::open(context_.bus, bus::topics::event, "",
                                                         context_.loop));
    LODE_TRY(templates_,
             bus::Consumer<v1::TemplateMessage>::open(
                 context_.bus, bus::topics::block_template, chain_,
                 {.start = bus::StartAt::time, .since = context_.clock.unix_now() - template_age},
                 context_.loop, [this](const auto& records) { records_arrived(records); }));
    return success();
}

Result<void> Poolwatcher::open_pools() {
    pools_.reserve(config_.pools.size());
    for (const WatchedPool& pool : config_.pools) {
        LODE_TRY(auto url, config::parse_url(pool.url));
        pools_.push_back({std::move(url), PoolSession({.name = pool.name,
                                                       .user = pool.user,
                                                       .password = pool.password,
                                                       .agent = "lode-poolwatcher/" +
                                                                std::string(runtime::version())})});
    }
    connector_.emplace();
    for (PoolIndex pool = 0; pool < pools_.size(); ++pool) connect(pool);
    return success();
}

void Poolwatcher::connect(PoolIndex pool) {
    const config::Url& url = pools_[pool].url;
    pools_[pool].client = connector_->connect(
        {.host = url.host, .port = url.port.value_or(0), .read_timeout = read_timeout},
        context_.loop,
        {.connected = [this, pool] { connected(pool); },
         .line = [this, pool](const std::string& text) { line(pool, text); },
         .closed = [this, pool](const Error& reason) { lost(pool, reason.context); }});
}

void Poolwatcher::connected(PoolIndex pool) {
    log::info("watched pool connected", {{"pool", config_.pools[pool].name}});
    probe_.pools[pool].connected.set(1);
    send(pool, pools_[pool].session.greeting());
}

void Poolwatcher::line(PoolIndex pool, const std::string& line) {
    Step step = pools_[pool].session.line(line);
    if (step.part) return lost(pool, *step.part);
    if (!step.send.empty()) send(pool, std::move(step.send));
    if (!step.tip) return;
    pools_[pool].backoff.reset();
    perform(board_.seen(pool, *step.tip, now()));
}

void Poolwatcher::send(PoolIndex pool, std::string lines) {
    if (!pools_[pool].client) return;
    const auto sent = pools_[pool].client->send(std::move(lines));
    if (!sent) lost(pool, sent.error().context);
}

void Poolwatcher::lost(PoolIndex pool, const std::string& reason) {
    Connection& connection = pools_[pool];
    connection.client.reset();
    board_.lost(pool);
    probe_.pools[pool].connected.set(0);
    probe_.pools[pool].forked.set(0);
    probe_.pools[pool].losses.increment();
    const Duration wait = connection.backoff.next(random_());
    log::warn("watched pool lost",
              {{"pool", config_.pools[pool].name},
               {"reason", reason},
               {"retry_ms", std::chrono::floor<std::chrono::milliseconds>(wait).count()}});
    connection.retry = context_.loop.after(wait, [this, pool] { connect(pool); });
}

void Poolwatcher::records_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records) {
    for (const auto& record : records) {
        const auto tip = own_tip(*record.message);
        if (!tip) {
            log::error("template without a tip",
                       {{"offset", record.position.offset}, {"error", tip.error()}});
            continue;
        }
        if (tip.value()) perform(board_.own(*tip.value(), now()));
    }
}

void Poolwatcher::perform(const Findings& findings) {
    for (const Finding& finding : findings) {
        std::visit([this](const auto& one) { perform(one); }, finding);
    }
}

void Poolwatcher::perform(const Unknown& unknown) {
    probe_.pools[unknown.pool].hints.increment();
    log::info("a watched pool has a tip we do not have",
              {{"pool", config_.pools[unknown.pool].name},
               {"prev_hash", bitcoin::to_display_hex(unknown.tip.prev_hash)}});
    auto message =
        std::make_shared<const v1::TemplateMessage>(hint_message(unknown, origin(unknown.pool)));
    const auto sent = hints_->send(0, chain_, std::move(message), [](const auto& delivered) {
        if (!delivered) log::warn("hint not delivered", {{"error", delivered.error()}});
    });
    if (!sent) log::warn("hint not sent", {{"error", sent.error()}});
}

void Poolwatcher::perform(const Met& met) {
    probe_.pools[met.pool].lag.set(std::chrono::duration<double>(met.lag).count());
    publish(watch_event(met, origin(met.pool)));
}

void Poolwatcher::perform(const Forked& forked) {
    probe_.pools[forked.pool].forked.set(1);
    log::error("a watched pool stays on another tip than ours",
               {{"pool", config_.pools[forked.pool].name},
                {"prev_hash", bitcoin::to_display_hex(forked.prev_hash)},
                {"ours", bitcoin::to_display_hex(forked.ours)}});
    publish(watch_event(forked, origin(forked.pool)));
    publish(alert_event(forked, origin(forked.pool)));
}

void Poolwatcher::perform(const Rejoined& rejoined) {
    probe_.pools[rejoined.pool].forked.set(0);
    log::info("a watched pool is on our tip again", {{"pool", config_.pools[rejoined.pool].name}});
    publish(watch_event(rejoined, origin(rejoined.pool)));
}

void Poolwatcher::publish(v1::PoolEvent event) {
    auto message = std::make_shared<const v1::PoolEvent>(std::move(event));
    const auto sent =
        events_->send(0, "poolwatcher", std::move(message), [](const auto& delivered) {
            if (!delivered) log::warn("event not delivered", {{"error", delivered.error()}});
        });
    if (!sent) log::warn("event not sent", {{"error", sent.error()}});
}

void Poolwatcher::stop(std::function<void()> stopped) {
    ticker_.reset();
    templates_.reset();
    pools_.clear();
    stopped();
}

runtime::Health Poolwatcher::health() const {
    if (config_.pools.empty()) return {runtime::Readiness::ready, "no pools to watch"};
    std::size_t connected = 0;
    for (const PoolProbe& pool : probe_.pools) {
        if (pool.connected.value() > 0) ++connected;
    }
    // Another pool's outage is no fault of ours.
    return {runtime::Readiness::ready, std::to_string(connected) + " of " +
                                           std::to_string(probe_.pools.size()) +
                                           " watched pools are connected"};
}

}  // namespace

runtime::ServiceDefinition definition() {
    return {.name = "poolwatcher",
            .summary = "Follows the tips of other pools.",
            .default_health_port = config::default_health_port("poolwatcher"),
            .settings = &section().base(),
            .create = [](runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
                LODE_TRY(Config config, section().read(context.document));
                return std::unique_ptr<runtime::Service>(
                    std::make_unique<Poolwatcher>(context, std::move(config)));
            }};
}

}  // namespace lode::poolwatcher
