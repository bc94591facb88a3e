// Joins sockets, bus, disk, database and nodes to the sessions; the rules are elsewhere. The
// service's own thread takes jobs and sends solved shares; each lane has a thread with an event
// loop. Lanes open when there is a server id to serve under.
#include "sserver/service.hpp"

#include <cstdlib>

#include "common/base/log.hpp"
#include "common/config/url.hpp"
#include "common/runtime/run.hpp"
#include "common/stratum/response.hpp"
#include "sserver/config_rules.hpp"
#include "sserver/counter_file.hpp"
#include "sserver/defence.hpp"
#include "sserver/doors.hpp"
#include "sserver/heap_trim.hpp"
#include "sserver/job_feed.hpp"
#include "sserver/lanes.hpp"
#include "sserver/lease_keeper.hpp"
#include "sserver/node_watcher.hpp"
#include "sserver/order_feed.hpp"
#include "sserver/share_spool_replay.hpp"
#include "sserver/solved_ways.hpp"
#include "sserver/user_keeper.hpp"

namespace lode::sserver {
namespace {

constexpr auto tick_interval = std::chrono::milliseconds(500);
// A database in reach answers within this; a start does not wait longer for it.
constexpr auto first_lease_max = std::chrono::seconds(1);
// At a stop the id is given back if the database takes it within this.
constexpr auto release_max = std::chrono::seconds(2);
// Miners who are told another pool have this long to go there, their shares refused meanwhile.
constexpr auto farewell = std::chrono::seconds(10);
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
          jobs_(context, {rules_.origin.chain, config_.max_job_age}, probe_,
                [this](const JobPtr& job) { take_job(job); }),
          defence_(context, rules_.origin.chain, {guard_rules(config_), config_.log_addresses},
                   [this](const Ban& ban) { lanes_.close_banned(ban); }),
          orders_(context, [this](const Order& order) { obey(order); }),
          tips_(context.pool.chain().nodes.size()),
          doors_(config_, probe_),
          lanes_(context, config_) {}
    ~Sserver() override { close(); }

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;
    void reload() override { doors_.renew_certificates(); }

  private:
    Result<void> open_numbers();
    Result<void> open_spools();
    Result<void> open_lease();
    void lease_news(const Result<void>& outcome);
    Result<void> open_nodes();
    Result<void> open_lanes(Identity identity);
    void take_job(const JobPtr& job);
    void obey(const Order& order);
    std::string no_work() const;
    void send_away(const std::string& reason);
    void tick();
    void listen_or_not();
    void wait_for_shares(SteadyTime end, const std::function<void()>& stopped);
    void close();
    void release(std::function<void()> stopped);

    [[nodiscard]] Moment now() const {
        return {context_.clock.unix_now(), context_.clock.steady_now()};
    }
    runtime::Context& context_;
    Config config_;
    SessionRules rules_;
    Probe probe_;
    std::unique_ptr<JobKeeper> keeper_;
    JobFeed jobs_;
    Defence defence_;  // outlives the lanes
    OrderFeed orders_;
    TipWatch tips_;
    Doors doors_;
    SharedText farewell_line_;  // null: miners are closed at once
    std::unique_ptr<SessionNumbers> numbers_;
    std::unique_ptr<ParkedSessions> parked_;
    SpoolBudget spool_budget_;
    std::unique_ptr<ShareSpoolReplay> replay_;
    std::unique_ptr<LeaseKeeper> lease_;
    std::unique_ptr<NodeWatcher> watcher_;
    std::unique_ptr<UserKeeper> users_;  // where users are registered
    Lanes lanes_;
    std::unique_ptr<SolvedWays> solved_;
    bool dead_work_ = false;
    std::optional<SteadyTime> away_since_{};  // miners were sent away
    HeapTrim heap_;
    std::unique_ptr<Timer> timer_;
    std::unique_ptr<Timer> drain_timer_;
};

Result<void> Sserver::start() {
    if (config_.backup) {
        LODE_TRY(const auto backup, config::parse_url(*config_.backup));
        farewell_line_ = std::make_shared<const std::string>(
            stratum::reconnect_line({.host = backup.host, .port = backup.port.value_or(0)}));
    }
    LODE_TRY_VOID(doors_.take_ports());
    LODE_TRY_VOID(open_lease());
    if (rules_.users.mode == UserMode::registered) {
        users_ = std::make_unique<UserKeeper>(user_keeper_options(context_));
        rules_.users.registered = &users_->users();
    }
    LODE_TRY_VOID(open_numbers());
    LODE_TRY_VOID(defence_.open());
    // Before the spools: shares of an earlier run need its jobs.
    LODE_TRY(keeper_, JobKeeper::open(context_));
    LODE_TRY_VOID(open_spools());
    LODE_TRY(solved_, SolvedWays::open(context_, config_.blkmakers));
    LODE_TRY_VOID(jobs_.open(*keeper_));
    LODE_TRY_VOID(orders_.open());
    LODE_TRY_VOID(open_nodes());
    LODE_TRY_VOID(lease_->await_first(first_lease_max));
    lease_news(success());
    timer_ = context_.loop.every(tick_interval, [this] { tick(); });
    return success();
}

Result<void> Sserver::open_lease() {
    LODE_TRY(lease_, LeaseKeeper::open(lease_keeper_options(context_, config_.id), context_.loop,
                                       [this](const auto& outcome) { lease_news(outcome); }));
    return success();
}

// A conflict later than the start's: another serves under our id, so nothing more may go out
// under it. What is on disk is found by the next start.
void Sserver::lease_news(const Result<void>& outcome) {
    if (!outcome) {
        close();
        log::error("server id lost, the process ends", {{"reason", outcome.error()}});
        std::_Exit(runtime::exit_code(outcome.error().code));
    }
    const auto identity = lease_->identity();
    if (identity && lanes_.empty()) {
        const auto opened = open_lanes(*identity);
        if (!opened) {
            log::error("no loops for miners, trying on", {{"reason", opened.error()}});
        } else if (const JobPtr job = jobs_.current()) {
            take_job(job);
        }
    }
    listen_or_not();
}

// Reserved on disk before the first miner: no extranonce is ever used twice.
Result<void> Sserver::open_numbers() {
    const auto path = context_.data_folder / "session-numbers";
    LODE_TRY(const auto begin, read_counter(path));
    numbers_ = std::make_unique<SessionNumbers>(
        begin, [path](std::uint32_t end) { return write_counter(path, end); });
    parked_ = std::make_unique<ParkedSessions>(parking_limits(config_), *numbers_, random_bits);
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

Result<void> Sserver::open_nodes() {
    if (!config_.watch_nodes) return success();
    LODE_TRY(watcher_, NodeWatcher::open(context_.pool.chain().nodes, context_.loop,
                                         [this](std::size_t node, const auto& tip) {
                                             tips_.report(node, tip, now().steady);
                                         }));
    return success();
}

Result<void> Sserver::open_lanes(Identity identity) {
    rules_.server_id = identity.id;
    rules_.origin.source = "sserver-" + std::to_string(identity.id);
    return lanes_.open(identity, {.rules = rules_,
                                  .numbers = *numbers_,
                                  .parked = *parked_,
                                  .guard = defence_.guard(),
                                  .spool = spool_budget_,
                                  .jobs = *keeper_,
                                  .solved = [this](const SolvedPtr& share, Task safe) {
                                      solved_->add(share, std::move(safe));
                                  }});
}

void Sserver::take_job(const JobPtr& job) {
    probe_.jobs.increment();
    const SteadyTime arrived = now().steady;
    tips_.job(job->height, job->prev_hash, arrived);
    lanes_.job(job, arrived);
    listen_or_not();
}

void Sserver::obey(const Order& order) {
    const auto shown_line = [](const std::string& text) {
        return std::make_shared<const std::string>(stratum::show_message_line(text));
    };
    Guard& guard = defence_.guard();
    Result<void> done = success();
    if (const auto* ban = std::get_if<BanOrder>(&order)) {
        done = guard.ban(ban->address, ban->time, ban->reason, now().steady);
    } else if (const auto* unban = std::get_if<UnbanOrder>(&order)) {
        done = guard.unban(unban->address, now().steady);
    } else if (const auto* leave = std::get_if<DisconnectOrder>(&order)) {
        lanes_.tell_miners({.user = leave->user,
                            .worker = leave->worker,
                            .line = shown_line("the operator ended this connection"),
                            .then = Notice::Then::close});
    } else if (const auto* message = std::get_if<MessageOrder>(&order)) {
        lanes_.tell_miners(
            {.user = message->user, .worker = {}, .line = shown_line(message->text)});
    } else {
        listen_or_not();  // mining was stopped or goes on
    }
    if (!done) log::warn("a command without effect", {{"reason", done.error()}});
}

void Sserver::tick() {
    lanes_.tick();
    jobs_.tick();
    defence_.tick();
    replay_->tick();
    solved_->retry();
    probe_.solved_unconfirmed.set(solved_->unconfirmed());
    parked_->expire(now().steady);
    probe_.sessions_parked.set(parked_->size());
    probe_.sessions_parked_bytes.set(parked_->bytes());
    dead_work_ = tips_.dead_work(now().steady);
    if (lanes_.empty()) lease_news(success());
    listen_or_not();
    if (away_since_ && now().steady - *away_since_ >= farewell) {
        lanes_.close_all();
    }
    heap_.look(lanes_.connections());
}

// Empty while miners' work is worth something.
std::string Sserver::no_work() const {
    if (!lease_ || !lease_->identity()) {
        const std::string trouble = lease_ ? lease_->trouble() : "";
        return trouble.empty() ? "no server id yet" : trouble;
    }
    if (users_ && !users_->users().names()) return "registered users are not known yet";
    if (!orders_.stopped().empty()) return "the operator stopped mining: " + orders_.stopped();
    if (!jobs_.current()) return "no job yet, miners are not let in";
    if (!jobs_.fresh()) return "no jobs come, miners sent away";
    if (dead_work_) return "a node has a newer block than jobs build on, miners sent away";
    if (lanes_.empty()) return "no loops for miners";
    return "";
}

void Sserver::listen_or_not() {
    if (const std::string reason = no_work(); !reason.empty()) {
        if (doors_.open()) send_away(reason);
        return;
    }
    if (away_since_) {
        lanes_.work_again();
        away_since_.reset();
    }
    doors_.let_in(lanes_.loops());
}

void Sserver::send_away(const std::string& reason) {
    log::error("miners are sent away", {{"reason", reason}});
    doors_.keep_out();
    away_since_ = farewell_line_ ? now().steady : now().steady - farewell;
    const auto lines = std::make_shared<const std::string>(stratum::show_message_line(reason) +
                                                           (farewell_line_ ? *farewell_line_ : ""));
    lanes_.no_work(lines);
    if (!farewell_line_) lanes_.close_all();
}

runtime::Health Sserver::health() const {
    using runtime::Readiness;
    if (std::string reason = no_work(); !reason.empty()) {
        return {Readiness::not_ready, std::move(reason)};
    }
    if (!doors_.open()) return {Readiness::not_ready, "not listening"};
    if (lanes_.stuck()) return {Readiness::not_ready, "shares cannot be stored"};
    if (lanes_.slow_bus()) return {Readiness::ready, "the bus is slow, shares are spooled"};
    if (!replay_->done()) return {Readiness::ready, "spooled shares of before go to the bus"};
    return {Readiness::ready, ""};
}

void Sserver::stop(std::function<void()> stopped) {
    jobs_.close();
    orders_.close();
    watcher_.reset();
    timer_.reset();
    doors_.give_up();
    lanes_.drain();
    wait_for_shares(now().steady + drain_max, stopped);
}

void Sserver::wait_for_shares(SteadyTime end, const std::function<void()>& stopped) {
    lanes_.tick();
    const std::size_t under_way = lanes_.shares_under_way() + (solved_ ? solved_->under_way() : 0);
    if (under_way > 0 && now().steady < end) {
        drain_timer_ = context_.loop.after(drain_look,
                                           [this, end, stopped] { wait_for_shares(end, stopped); });
        return;
    }
    if (under_way > 0) log::warn("shares left under way", {{"shares", under_way}});
    close();
    release(stopped);
}

// Whichever comes first ends the wait: the database's answer or the time for it.
void Sserver::release(std::function<void()> stopped) {
    if (!lease_) return stopped();
    const auto once = std::make_shared<std::function<void()>>(std::move(stopped));
    const auto end = [this, once] {
        drain_timer_.reset();
        if (const auto call = std::exchange(*once, nullptr)) call();
    };
    drain_timer_ = context_.loop.after(release_max, end);
    lease_->release(end);
}

void Sserver::close() {
    jobs_.close();
    orders_.close();
    replay_.reset();
    doors_.give_up();
    lanes_.stop();
    solved_.reset();
    keeper_.reset();
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
