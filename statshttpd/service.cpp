// Joins bus, database and HTTP to the live windows. Live data is touched on the service's loop
// only; requests come from the server's thread and history from the database's.
#include "statshttpd/service.hpp"

#include "common/base/log.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/event.pb.h"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "statshttpd/config.hpp"
#include "statshttpd/history_repository.hpp"
#include "statshttpd/routes/site.hpp"

namespace lode::statshttpd {
namespace {

// The bus keeps shares for an hour after they are counted; what was before comes from the
// database. The rest of the hour is room for rounding down to a bucket.
constexpr auto replay_time = std::chrono::minutes(45);
// Jobs come at least each few minutes; older ones say nothing about now.
constexpr auto job_replay_time = std::chrono::minutes(10);
// Events are shown for a day; each node is told of every minute.
constexpr auto event_replay_time = std::chrono::hours(24);
using SeedSlots = std::chrono::duration<std::int64_t, std::ratio<600>>;
static_assert(SeedSlots(1) == LiveWindows::seed_slot);
constexpr auto look_interval = std::chrono::seconds(10);
// The database gives up after 5 s in line and 5 s of a busy file.
constexpr auto answer_time = std::chrono::seconds(15);

class Statshttpd final : public runtime::Service {
  public:
    Statshttpd(runtime::Context& context, Config config)
        : context_(context),
          config_(std::move(config)),
          probe_(context.metrics),
          since_(std::chrono::floor<SeedSlots>(context.clock.unix_now() - replay_time)),
          windows_(since_),
          access_(database_, context.clock, config_.private_data),
          commander_(context),
          services_(context.pool.health_address, health_ports(context.document)),
          database_(
              {.database = context.pool.database, .data_folder = context.pool.data_dir.string()},
              context.clock),
          site_{.context = context_,
                .config = config_,
                .probe = probe_,
                .database = database_,
                .access = access_,
                .commander = commander_,
                .services = services_,
                .windows = windows_,
                .live = live_,
                .events = events_,
                .record = record_,
                .efforts = efforts_,
                .started = context.clock.steady_now()} {}

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;

  private:
    Result<void> open_consumers();
    void shares_arrived(const std::vector<bus::Record<v1::Share>>& records);
    template <class T>
    void take_all(const std::vector<bus::Record<T>>& records);
    void events_arrived(const std::vector<bus::Record<v1::PoolEvent>>& records);
    void blocks_arrived(const std::vector<bus::Record<v1::BlockEvent>>& records);
    void look();
    void read_record();

    runtime::Context& context_;
    const Config config_;
    Probe probe_;
    const UnixTime since_;
    LiveWindows windows_;
    LivePool live_;
    LiveEvents events_;
    PoolRecord record_;
    EffortShelf efforts_;
    bool seeded_ = false;
    std::optional<bus::Consumer<v1::Share>> shares_;
    std::optional<bus::Consumer<v1::JobMessage>> jobs_;
    std::optional<bus::Consumer<v1::BlockEvent>> blocks_;
    std::optional<bus::Consumer<v1::PoolEvent>> pool_events_;
    std::unique_ptr<Timer> looking_;
    // Both outlive the database's thread, which calls them.
    Access access_;
    Commander commander_;
    ServiceWatch services_;
    DatabaseThread database_;
    Site site_;
    std::optional<http::Server> server_;
};

Result<void> Statshttpd::start() {
    LODE_TRY_VOID(commander_.open());
    http::Router router;
    add_asset_routes(router, site_);
    add_compat_routes(router, site_);
    add_pool_routes(router, site_);
    add_user_routes(router, site_);
    add_money_routes(router, site_);
    add_access_routes(router, site_);
    add_admin_routes(router, site_);
    add_settings_routes(router, site_);
    add_event_routes(router, site_);
    LODE_TRY(auto server, http::Server::start({.address = config_.address,
                                               .port = config_.port,
                                               .body_max = 16 * 1024,  // no method here wants one
                                               .policy = policy_of(config_),
                                               .handler_timeout = answer_time},
                                              std::move(router)));
    server_.emplace(std::move(server));
    log::info("API open", {{"address", config_.address}, {"port", server_->port()}});
    LODE_TRY_VOID(open_consumers());
    look();
    looking_ = context_.loop.every(look_interval, [this] { look(); });
    return success();
}

void Statshttpd::stop(std::function<void()> stopped) {
    looking_.reset();
    server_.reset();
    commander_.close();
    database_.stop();
    shares_.reset();
    jobs_.reset();
    blocks_.reset();
    pool_events_.reset();
    // After what the server and the database have posted.
    context_.loop.post(std::move(stopped));
}

runtime::Health Statshttpd::health() const {
    if (database_.ready()) return {runtime::Readiness::ready, {}};
    return {runtime::Readiness::not_ready, "the database does not answer; live data is served"};
}

// ---- the bus -------------------------------------------------------------------------------

Result<void> Statshttpd::open_consumers() {
    const std::string& chain = context_.pool.chain().name;
    LODE_TRY(auto shares, bus::Consumer<v1::Share>::open(
                              context_.bus, bus::topics::share, chain,
                              {.start = bus::StartAt::time, .since = since_}, context_.loop,
                              [this](auto records) { shares_arrived(records); }));
    shares_.emplace(std::move(shares));
    const UnixTime jobs_since = context_.clock.unix_now() - job_replay_time;
    LODE_TRY(auto jobs, bus::Consumer<v1::JobMessage>::open(
                            context_.bus, bus::topics::job, chain,
                            {.start = bus::StartAt::time, .since = jobs_since}, context_.loop,
                            [this](auto records) { take_all(records); }));
    jobs_.emplace(std::move(jobs));
    LODE_TRY(auto blocks,
             bus::Consumer<v1::BlockEvent>::open(context_.bus, bus::topics::block, chain,
                                                 {.start = bus::StartAt::earliest}, context_.loop,
                                                 [this](auto records) {
                                                     take_all(records);
                                                     blocks_arrived(records);
                                                 }));
    blocks_.emplace(std::move(blocks));
    const UnixTime events_since = context_.clock.unix_now() - event_replay_time;
    LODE_TRY(auto events, bus::Consumer<v1::PoolEvent>::open(
                              context_.bus, bus::topics::event, "",
                              {.start = bus::StartAt::time, .since = events_since}, context_.loop,
                              [this](auto records) { events_arrived(records); }));
    pool_events_.emplace(std::move(events));
    return success();
}

void Statshttpd::shares_arrived(const std::vector<bus::Record<v1::Share>>& records) {
    const UnixTime now = context_.clock.unix_now();
    for (const auto& record : records) {
        const auto share = parse_share(*record.message);
        if (!share) {
            probe_.refused.increment();
            continue;
        }
        probe_.shares.increment();
        if (windows_.add(share.value(), now) == Tracked::no) probe_.untracked.increment();
    }
    probe_.workers.set(windows_.tracked());
}

template <class T>
void Statshttpd::take_all(const std::vector<bus::Record<T>>& records) {
    for (const auto& record : records) {
        if (const auto taken = live_.take(*record.message); !taken) {
            probe_.refused.increment();
            log::warn("a message could not be read",
                      {{"offset", record.position.offset}, {"error", taken.error()}});
        }
    }
}

void Statshttpd::blocks_arrived(const std::vector<bus::Record<v1::BlockEvent>>& records) {
    const UnixTime since = context_.clock.unix_now() - event_replay_time;
    for (const auto& record : records) {
        if (record.message->produced_unix_ms() < to_unix_ms(since)) continue;
        // One that cannot be read was refused as a last block already.
        (void)events_.take(*record.message);
    }
}

// Each few seconds: old workers go, and the database is asked for what it can tell.
void Statshttpd::look() {
    windows_.forget_old(context_.clock.unix_now());
    probe_.workers.set(windows_.tracked());
    read_record();
    if (seeded_) return;
    using Sums = std::map<UnixTime, Sum>;
    database_.ask<Sums>(
        [chain = context_.pool.chain().name, until = since_](db::Connection& connection) {
            return HistoryRepository(connection, chain).sums(until - std::chrono::hours(24), until);
        },
        [this](const Result<Sums>& sums) {
            context_.loop.post([this, sums] {
                if (!sums) return probe_.history_failures.increment();
                if (seeded_) return;
                windows_.seed(sums.value());
                seeded_ = true;
            });
        });
}

// Also finds out whether the database is there.
void Statshttpd::read_record() {
    database_.ask<PoolRecord>(
        [this](db::Connection& connection) {
            return EffortRepository(connection, context_.pool.chain().name, efforts_)
                .pool(context_.clock.unix_now());
        },
        [this](const Result<PoolRecord>& record) {
            context_.loop.post([this, record] {
                if (record) record_ = record.value();
            });
        });
}

void Statshttpd::events_arrived(const std::vector<bus::Record<v1::PoolEvent>>& records) {
    for (const auto& record : records) {
        const std::string& chain = record.message->chain();
        if (!chain.empty() && chain != context_.pool.chain().name) continue;
        if (!events_.take(*record.message)) probe_.refused.increment();
    }
}

}  // namespace

runtime::ServiceDefinition definition() {
    return {.name = "statshttpd",
            .summary = "Serves the JSON API of the pool.",
            .default_health_port = config::default_health_port("statshttpd"),
            .settings = &section().base(),
            .create = [](runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
                LODE_TRY(Config config, section().read(context.document));
                return std::unique_ptr<runtime::Service>(
                    std::make_unique<Statshttpd>(context, std::move(config)));
            }};
}

}  // namespace lode::statshttpd
