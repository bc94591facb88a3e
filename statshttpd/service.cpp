// Joins bus, database and HTTP to the live windows. Live data is touched on the service's loop
// only; requests come from the server's thread and history from the reader's.
#include "statshttpd/service.hpp"

#include "common/base/log.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "statshttpd/config.hpp"
#include "statshttpd/history_reader.hpp"
#include "statshttpd/probe.hpp"

namespace lode::statshttpd {
namespace {

// The bus keeps shares for an hour after they are counted; what was before comes from the
// database. The rest of the hour is room for rounding down to a bucket.
constexpr auto replay_time = std::chrono::minutes(45);
// Jobs come at least each few minutes; older ones say nothing about now.
constexpr auto job_replay_time = std::chrono::minutes(10);
using SeedSlots = std::chrono::duration<std::int64_t, std::ratio<600>>;
static_assert(SeedSlots(1) == LiveWindows::seed_slot);
constexpr auto look_interval = std::chrono::seconds(10);
// The database gives up after 5 s in line and 5 s of a busy file.
constexpr auto answer_time = std::chrono::seconds(15);

// What is wrong with the database is the operator's business and stands in the log.
http::Response answer_to(const Error& error) {
    if (error.code == ErrorCode::malformed) return http::error_response(400, error.context);
    const bool busy = error.code == ErrorCode::exhausted;
    return http::error_response(503, busy ? error.context : "the database does not answer");
}

class Statshttpd final : public runtime::Service {
  public:
    Statshttpd(runtime::Context& context, Config config)
        : context_(context),
          config_(std::move(config)),
          probe_(context.metrics),
          started_(context.clock.steady_now()),
          since_(std::chrono::floor<SeedSlots>(context.clock.unix_now() - replay_time)),
          windows_(since_),
          history_(std::in_place,
                   HistoryReader::Options{.database = context.pool.database,
                                          .data_folder = context.pool.data_dir.string(),
                                          .chain = context.pool.chain().name},
                   context.clock) {}

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;

  private:
    Result<void> open_consumers();
    [[nodiscard]] http::Router routes();

    void shares_arrived(const std::vector<bus::Record<v1::Share>>& records);
    template <class T>
    void take_all(const std::vector<bus::Record<T>>& records);
    void look();

    void answer_pool(const http::Request& request, const http::Responder& responder);
    void answer_workers(const http::Request& request, const http::Responder& responder);
    void answer_blocks(const http::Request& request, const http::Responder& responder);

    runtime::Context& context_;
    const Config config_;
    Probe probe_;
    const SteadyTime started_;
    const UnixTime since_;
    LiveWindows windows_;
    LivePool live_;
    bool seeded_ = false;
    std::optional<bus::Consumer<v1::Share>> shares_;
    std::optional<bus::Consumer<v1::JobMessage>> jobs_;
    std::optional<bus::Consumer<v1::BlockEvent>> blocks_;
    std::unique_ptr<Timer> looking_;
    std::optional<HistoryReader> history_;
    std::optional<http::Server> server_;
};

Result<void> Statshttpd::start() {
    LODE_TRY(auto server, http::Server::start({.address = config_.address,
                                               .port = config_.port,
                                               .body_max = 16 * 1024,  // no method here wants one
                                               .handler_timeout = answer_time},
                                              routes()));
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
    history_.reset();
    shares_.reset();
    jobs_.reset();
    blocks_.reset();
    // After what the server and the reader have posted.
    context_.loop.post(std::move(stopped));
}

runtime::Health Statshttpd::health() const {
    if (history_ && history_->ready()) return {runtime::Readiness::ready, {}};
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
                                                 [this](auto records) { take_all(records); }));
    blocks_.emplace(std::move(blocks));
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

// Each few seconds: old workers go, and the database is asked for what it can tell.
void Statshttpd::look() {
    windows_.forget_old(context_.clock.unix_now());
    probe_.workers.set(windows_.tracked());
    if (seeded_) return history_->look();
    history_->sums(since_ - std::chrono::hours(24), since_, [this](auto sums) {
        context_.loop.post([this, sums = std::move(sums)] {
            if (!sums) return probe_.history_failures.increment();
            if (seeded_) return;
            windows_.seed(sums.value());
            seeded_ = true;
        });
    });
}

// ---- requests ------------------------------------------------------------------------------

http::Router Statshttpd::routes() {
    http::Router router;
    const auto on_loop = [this](auto answer) {
        return [this, answer](const http::Request& request, const http::Responder& responder) {
            context_.loop.post(
                [this, answer, request, responder] { (this->*answer)(request, responder); });
        };
    };
    router.add(http::Method::get, "/api/v1/pool", on_loop(&Statshttpd::answer_pool));
    router.add(http::Method::get, "/api/v1/workers", on_loop(&Statshttpd::answer_workers));
    router.add(http::Method::get, "/api/v1/blocks", on_loop(&Statshttpd::answer_blocks));
    return router;
}

void Statshttpd::answer_pool(const http::Request& request, const http::Responder& responder) {
    const auto query = parse_pool_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const UnixTime now = context_.clock.unix_now();
    const config::ChainConfig& chain = context_.pool.chain();
    const auto uptime = context_.clock.steady_now() - started_;
    responder.send(
        {.body = to_json({.chain = chain.name,
                          .coin = chain.coin,
                          .network = chain.network,
                          .rates = windows_.pool(now),
                          .active = windows_.active(now),
                          .job = live_.job(),
                          .last_block = live_.last_block(),
                          .now = now,
                          .uptime = std::chrono::floor<std::chrono::milliseconds>(uptime)})});
}

void Statshttpd::answer_workers(const http::Request& request, const http::Responder& responder) {
    const auto query = parse_workers_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const auto& [page, user] = query.value();
    const auto workers = windows_.workers(
        {.user = user, .offset = page.offset, .limit = page.limit}, context_.clock.unix_now());
    responder.send({.body = to_json(workers, page)});
}

void Statshttpd::answer_blocks(const http::Request& request, const http::Responder& responder) {
    const auto query = parse_blocks_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    if (!history_) return responder.send(http::error_response(503, "the API is being closed"));
    history_->blocks(query.value(), [probe = probe_, responder, page = query.value().page](
                                        const Result<BlocksPage>& blocks) mutable {
        if (blocks) return responder.send({.body = to_json(blocks.value(), page)});
        probe.history_failures.increment();
        responder.send(answer_to(blocks.error()));
    });
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
