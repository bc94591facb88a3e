// Joins sockets, bus, disk and blkmakers to the sessions; the rules are elsewhere. The service's
// own thread takes jobs and sends solved shares; each lane has a thread with an event loop.
#include "sserver/service.hpp"

#include <malloc.h>

#include <thread>

#include "common/base/log.hpp"
#include "common/bus/topics.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/solved.pb.h"
#include "sserver/config.hpp"
#include "sserver/counter_file.hpp"
#include "sserver/doors.hpp"
#include "sserver/job_gate.hpp"
#include "sserver/lane.hpp"
#include "sserver/share_spool_replay.hpp"
#include "sserver/solved_ways.hpp"

namespace lode::sserver {
namespace {

constexpr auto tick_interval = std::chrono::milliseconds(500);
// A small part of the least time after which shares are spooled.
constexpr auto spool_look = std::chrono::milliseconds(10);
// Jobs of the last hours are read at a start; the newest is in force if it is fresh.
constexpr auto job_history = std::chrono::hours(2);
// When so many more have left than stay, their memory goes back to the system.
constexpr std::size_t trim_connections = 500;
// At a stop shares under way get this long to become durable and be answered.
constexpr auto drain_max = std::chrono::seconds(5);
constexpr auto drain_look = std::chrono::milliseconds(10);

class Sserver final : public runtime::Service {
  public:
    Sserver(runtime::Context& context, Config config, SessionRules rules)
        : context_(context),
          config_(std::move(config)),
          rules_(std::move(rules)),
          probe_(context.metrics),
          gate_(config_.max_job_age),
          doors_(config_, probe_) {}
    ~Sserver() override { close(); }

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;

  private:
    Result<void> open_numbers();
    Result<void> open_spools();
    Result<void> open_lanes();
    Result<void> open_bus();
    void take_jobs(const std::vector<bus::Record<v1::JobMessage>>& records);
    void take_job(const JobPtr& job);
    void tick();
    void give_back_memory();
    void listen_or_not();
    void wait_for_shares(SteadyTime end, const std::function<void()>& stopped);
    void close();

    [[nodiscard]] Moment now() const {
        return {context_.clock.unix_now(), context_.clock.steady_now()};
    }
    runtime::Context& context_;
    Config config_;
    SessionRules rules_;
    Probe probe_;
    JobGate gate_;
    Doors doors_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::unique_ptr<SessionNumbers> numbers_;
    std::uint32_t epoch_ = 0;
    SpoolBudget spool_budget_;
    std::unique_ptr<ShareSpoolReplay> replay_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::unique_ptr<SolvedWays> solved_;
    std::optional<bus::Consumer<v1::JobMessage>> jobs_;
    bool caught_up_ = false;
    std::size_t connections_peak_ = 0;  // since memory was given back
    std::unique_ptr<Timer> timer_;
    std::unique_ptr<Timer> spool_timer_;
    std::unique_ptr<Timer> drain_timer_;
};

Result<void> Sserver::start() {
    LODE_TRY_VOID(doors_.take_ports());
    LODE_TRY_VOID(open_numbers());
    LODE_TRY_VOID(open_spools());
    LODE_TRY_VOID(open_lanes());
    LODE_TRY(solved_, SolvedWays::open(context_, config_.blkmakers));
    LODE_TRY_VOID(open_bus());
    timer_ = context_.loop.every(tick_interval, [this] { tick(); });
    return success();
}

// Both on disk before the first miner: no stream and no extranonce is ever used twice.
Result<void> Sserver::open_numbers() {
    LODE_TRY(epoch_, next_counter(context_.data_folder / "epoch"));
    const auto path = context_.data_folder / "session-numbers";
    LODE_TRY(const auto begin, read_counter(path));
    numbers_ = std::make_unique<SessionNumbers>(
        begin, [path](std::uint32_t end) { return write_counter(path, end); });
    return success();
}

// Before the lanes: what the folder holds now is of earlier runs.
Result<void> Sserver::open_spools() {
    spool_budget_.max = config_.spool_max.bytes;
    LODE_TRY(replay_, ShareSpoolReplay::start({.bus = context_.bus,
                                               .executor = context_.loop,
                                               .budget = spool_budget_,
                                               .clock = context_.clock,
                                               .metrics = context_.metrics,
                                               .folder = context_.data_folder / "spool",
                                               .chain = rules_.origin.chain}));
    return success();
}

Result<void> Sserver::open_lanes() {
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    const auto count = config_.loops.value_or(static_cast<std::uint16_t>(cores));
    LODE_TRY(const auto partitions,
             context_.bus.partitions({bus::topics::share.spec, rules_.origin.chain}));
    ShareStreamOptions stream = share_stream_options(config_, context_.pool.bus);
    std::vector<int> start_exponents;
    for (const ListenerConfig& listener : config_.listeners) {
        LODE_TRY(const int exponent, parse_exponent(listener.start_difficulty));
        start_exponents.push_back(exponent);
    }
    for (std::uint16_t i = 0; i < count; ++i) {
        const auto solved = [this, i, alive = std::weak_ptr(alive_)](const SolvedPtr& share) {
            context_.loop.post([this, i, share, alive] {
                if (!alive.lock()) return;
                solved_->add(share, [this, i, hash = share->block_hash()] {
                    if (i < lanes_.size()) lanes_[i]->solved_safe(hash);
                });
            });
        };
        stream.id = stream_id(config_.id, epoch_, i);
        const LoopSessionsOptions sessions{
            .rules = rules_, .numbers = *numbers_, .stream = stream, .job_life = config_.job_life};
        LODE_TRY(auto lane,
                 Lane::start(context_, {.sessions = sessions,
                                        .number = i,
                                        .start_exponents = start_exponents,
                                        .partition = partition_of(config_.id, i, partitions),
                                        .spool = stream.spool_after ? &spool_budget_ : nullptr,
                                        .spool_folder = context_.data_folder / "spool",
                                        .line_size_max = config_.max_line.bytes,
                                        .output_size_max = config_.max_unread.bytes,
                                        .solved = solved}));
        lanes_.push_back(std::move(lane));
    }
    if (stream.spool_after) {
        spool_timer_ = context_.loop.every(spool_look, [this] {
            for (auto& lane : lanes_) lane->look();
        });
    }
    return success();
}

Result<void> Sserver::open_bus() {
    bus::Bus& bus = context_.bus;
    const std::string& chain = rules_.origin.chain;
    bus::ConsumerOptions options;
    options.start = bus::StartAt::time;
    options.since = context_.clock.unix_now() - job_history;
    LODE_TRY(jobs_, bus::Consumer<v1::JobMessage>::open(
                        bus, bus::topics::job, chain, options, context_.loop,
                        [this](const auto& records) { take_jobs(records); }));
    jobs_->when_caught_up([this] {
        caught_up_ = true;
        if (gate_.current()) take_job(gate_.current());
    });
    return success();
}

void Sserver::take_jobs(const std::vector<bus::Record<v1::JobMessage>>& records) {
    const auto arrival = caught_up_ ? Arrival::live : Arrival::replayed;
    for (const auto& record : records) {
        const auto job = gate_.take(
            *record.message, {.offset = record.position.offset, .arrival = arrival, .now = now()});
        if (!job) {
            probe_.jobs_refused.increment();
            log::error("job refused", {{"topic", bus::topics::job.spec.name},
                                       {"offset", record.position.offset},
                                       {"reason", job.error()}});
        } else if (job.value() && caught_up_) {
            take_job(job.value());
        }
    }
    listen_or_not();
}

void Sserver::take_job(const JobPtr& job) {
    probe_.jobs.increment();
    const SteadyTime arrived = now().steady;
    for (auto& lane : lanes_) lane->job(job, arrived);
    listen_or_not();
}

void Sserver::tick() {
    for (auto& lane : lanes_) lane->tick();
    replay_->tick();
    solved_->retry();
    probe_.solved_unconfirmed.set(solved_->unconfirmed());
    listen_or_not();
    give_back_memory();
}

// The allocator keeps what many sessions have left, in pieces between those of the others.
void Sserver::give_back_memory() {
    std::size_t connections = 0;
    for (auto& lane : lanes_) connections += lane->loop().load();
    connections_peak_ = std::max(connections_peak_, connections);
    if (connections_peak_ < 2 * connections + trim_connections) return;
    ::malloc_trim(0);
    connections_peak_ = connections;
}

void Sserver::listen_or_not() {
    if (caught_up_ && gate_.fresh(now().steady)) {
        std::vector<net::Loop*> loops;
        for (auto& lane : lanes_) loops.push_back(&lane->loop());
        doors_.let_in(loops);
    } else if (doors_.open()) {
        log::error("no jobs come, miners are sent away", {});
        doors_.keep_out();
        for (auto& lane : lanes_) lane->close_all();
    }
}

runtime::Health Sserver::health() const {
    using runtime::Readiness;
    if (!gate_.current()) return {Readiness::not_ready, "no job yet, miners are not let in"};
    if (!gate_.fresh(now().steady)) return {Readiness::not_ready, "no jobs come, miners sent away"};
    if (!doors_.open()) return {Readiness::not_ready, "not listening"};
    for (const auto& lane : lanes_) {
        if (lane->stream().stuck) return {Readiness::not_ready, "shares cannot be stored"};
    }
    for (const auto& lane : lanes_) {
        if (lane->stream().slow_bus)
            return {Readiness::ready, "the bus is slow, shares are spooled"};
    }
    if (!replay_->done()) return {Readiness::ready, "spooled shares of before go to the bus"};
    return {Readiness::ready, ""};
}

void Sserver::stop(std::function<void()> stopped) {
    jobs_.reset();
    timer_.reset();
    spool_timer_.reset();
    doors_.give_up();
    for (auto& lane : lanes_) lane->drain();
    wait_for_shares(now().steady + drain_max, stopped);
}

void Sserver::wait_for_shares(SteadyTime end, const std::function<void()>& stopped) {
    std::size_t under_way = solved_ ? solved_->under_way() : 0;
    for (const auto& lane : lanes_) {
        lane->tick();
        under_way += lane->stream().under_way;
    }
    if (under_way > 0 && now().steady < end) {
        drain_timer_ = context_.loop.after(drain_look,
                                           [this, end, stopped] { wait_for_shares(end, stopped); });
        return;
    }
    if (under_way > 0) log::warn("shares left under way", {{"shares", under_way}});
    close();
    stopped();
}

void Sserver::close() {
    alive_.reset();
    replay_.reset();
    doors_.give_up();
    for (auto& lane : lanes_) lane->stop();
    lanes_.clear();
    solved_.reset();
}

}  // namespace

runtime::ServiceDefinition definition() {
    return {.name = "sserver",
            .summary = "Serves miners over Stratum.",
            .default_health_port = config::default_health_port("sserver"),
            .settings = &section().base(),
            .create = [](runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
                LODE_TRY(Config config, section().read(context.document));
                LODE_TRY(auto rules, session_rules(config, context.pool.chain()));
                return std::unique_ptr<runtime::Service>(
                    std::make_unique<Sserver>(context, std::move(config), std::move(rules)));
            }};
}

}  // namespace lode::sserver
