// Joins bus, archive and database to the accounts. Whatever fails, everything in memory is
// dropped and read anew from the database: there is no other repair.
#include "sharelogger/service.hpp"

#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "sharelogger/accountant.hpp"
#include "sharelogger/archive.hpp"
#include "sharelogger/config.hpp"
#include "sharelogger/job_log.hpp"
#include "sharelogger/probe.hpp"
#include "sharelogger/share_repository.hpp"
#include "sharelogger/share_retention.hpp"
#include "sharelogger/standstill.hpp"

namespace lode::sharelogger {
namespace {

using JobRecords = std::vector<bus::Record<v1::JobMessage>>;
using BlockRecords = std::vector<bus::Record<v1::BlockEvent>>;
using ShareRecords = std::vector<bus::Record<v1::Share>>;

// What the bus hands over at a time, some 30 MB; behind, the accountant writes several together.
constexpr std::size_t batch_max = 32'000;
constexpr auto reopen_first = std::chrono::seconds(1);
constexpr auto reopen_max = std::chrono::seconds(10);
// While the database is away the same is said only so often.
constexpr auto complaint_interval = std::chrono::minutes(1);
constexpr auto tick = std::chrono::seconds(1);
// How often stopped partitions are looked at again, and workers' last shares are noted.
constexpr auto upkeep_interval = std::chrono::seconds(10);
// Blocks that were told so long before the start may not be in the table yet.
constexpr auto block_history = std::chrono::minutes(1);
// How often old rows are looked for when there were none.
constexpr auto retention_interval = std::chrono::seconds(60);

// What is open while the database can be reached.
struct Books {
    Books(db::Connection opened, const std::string& chain)
        : connection(std::move(opened)),
          shares(connection, chain),
          gaps(connection, chain),
          retention(connection, chain) {}

    db::Connection connection;
    ShareRepository shares;
    GapRepository gaps;
    ShareRetention retention;
};

class Sharelogger final : public runtime::Service {
  public:
    Sharelogger(runtime::Context& context, const Config& config)
        : context_(context),
          chain_(context.pool.chain()),
          probe_(context.metrics),
          archive_({archive_folder(config, context.pool), chain_.name, context.instance}),
          jobs_log_(archive_),
          standstill_(probe_, context.instance) {}

    Result<void> start() override {
        reopen();
        tick_ = context_.loop.every(tick, [this] { on_tick(); });
        return success();
    }
    void stop(std::function<void()> stopped) override {
        tick_.reset();
        retry_.reset();
        close();
        jobs_.reset();
        blocks_.reset();
        stopped();
    }
    runtime::Health health() const override;

  private:
    void reopen();
    Result<void> open_jobs();
    Result<void> open_blocks();
    Result<void> open_shares();
    void close();
    void complain(const Error& error);
    void fail(const Error& error);

    void jobs_arrived(const JobRecords& records);
    bus::Offsets assigned(const std::vector<std::uint32_t>& partitions);
    void revoked(bus::Revocation how);
    void shares_arrived(ShareRecords records);
    void blocks_arrived(const BlockRecords& records);
    void finish(const Result<Accountant::Written>& written, SteadyTime begun);
    Result<void> note_stops();

    void on_tick();
    Result<void> upkeep();
    void ask_reach();
    void tidy();

    [[nodiscard]] Accountant::Now now() const {
        return {context_.clock.unix_now(), context_.clock.steady_now()};
    }

    runtime::Context& context_;
    const config::ChainConfig& chain_;
    Probe probe_;
    ArchiveWriter archive_;
    JobLog jobs_log_;
    std::unique_ptr<Books> books_;
    std::unique_ptr<Accountant> accountant_;  // refers to books_
    Standstill standstill_;
    std::optional<bus::Consumer<v1::JobMessage>> jobs_;
    std::optional<bus::Consumer<v1::BlockEvent>> blocks_;
    std::optional<bus::Consumer<v1::Share>> shares_;
    std::uint64_t tenure_ = 0;  // another one for each set of partitions
    std::unique_ptr<Timer> tick_;
    std::unique_ptr<Timer> retry_;
    std::unique_ptr<Timer> flush_;  // while counted shares wait for more
    SteadyTime next_upkeep_{};
    SteadyTime next_retention_{};
    Duration reopen_after_ = reopen_first;
    std::string complaint_;  // the last one of accounts that stopped
    SteadyTime complained_{};
    std::string waiting_for_ = "the job topic";
};

// ---- opening and closing -------------------------------------------------------------------

void Sharelogger::reopen() {
    if (const auto opened = jobs_ ? open_shares() : open_jobs(); !opened) fail(opened.error());
}

Result<void> Sharelogger::open_jobs() {
    LODE_TRY(const auto next, jobs_log_.open());
    // The group is this instance's own: it archives every job.
    LODE_TRY(
        auto jobs,
        bus::Consumer<v1::JobMessage>::open(
            context_.bus, bus::topics::job, chain_.name,
            {.group = context_.instance, .start = bus::StartAt::offsets, .offsets = {{0, next}}},
            context_.loop, [this](const JobRecords& records) { jobs_arrived(records); }));
    jobs_ = std::move(jobs);
    // Shares on jobs that are on the bus already need not wait for them one by one.
    jobs_->when_caught_up([this] { reopen(); });
    return success();
}

// Heard before the table is read, so that none is missed between.
Result<void> Sharelogger::open_blocks() {
    if (blocks_) return success();
    LODE_TRY(blocks_,
             bus::Consumer<v1::BlockEvent>::open(
                 context_.bus, bus::topics::block, chain_.name,
                 {.start = bus::StartAt::time, .since = context_.clock.unix_now() - block_history},
                 context_.loop, [this](const BlockRecords& records) { blocks_arrived(records); }));
    return success();
}

// The group is joined only once the database answers: while it is away the others are not
// disturbed, and a partition goes to one who can count.
Result<void> Sharelogger::open_shares() {
    waiting_for_ = "the database";
    LODE_TRY_VOID(open_blocks());
    LODE_TRY(auto connection,
             db::Connection::open(context_.pool.database, context_.pool.data_dir.string()));
    LODE_TRY_VOID(db::need_schema(connection, db::newest_schema_version()));
    books_ = std::make_unique<Books>(std::move(connection), chain_.name);
    accountant_ =
        std::make_unique<Accountant>(books_->shares, archive_, halving_interval_of(chain_));
    bus::ConsumerOptions options{
        .group = "sharelogger",
        .member = bus::Membership{
            .assigned = [this](const auto& partitions) -> bus::Offsets {
                return assigned(partitions);
            },
            .revoked = [this](bus::Revocation how) { revoked(how); },
            .past_end = [this](std::uint32_t partition,
                               const Error& why) { standstill_.past_end(partition, why.context); }},
        .batch_max = batch_max};
    LODE_TRY(auto shares,
             bus::Consumer<v1::Share>::open(
                 context_.bus, bus::topics::share, chain_.name, std::move(options), context_.loop,
                 [this](ShareRecords records) { shares_arrived(std::move(records)); }));
    shares_ = std::move(shares);
    waiting_for_.clear();
    return success();
}

void Sharelogger::close() {
    ++tenure_;
    flush_.reset();
    shares_.reset();
    accountant_.reset();
    books_.reset();
    standstill_.clear();
    probe_.assigned.set(0);
    probe_.held.set(0);
}

void Sharelogger::complain(const Error& error) {
    const auto at = now().steady;
    if (error.context == complaint_ && at - complained_ < complaint_interval) return;
    complaint_ = error.context;
    complained_ = at;
    log::warn("accounts stopped, opened again until they are open", {{"error", error}});
}

void Sharelogger::fail(const Error& error) {
    complain(error);
    waiting_for_ = error.context;
    probe_.restarts.increment();
    close();
    retry_ = context_.loop.after(reopen_after_, [this] { reopen(); });
    reopen_after_ = std::min<Duration>(reopen_after_ * 2, reopen_max);
}

// ---- jobs ----------------------------------------------------------------------------------

void Sharelogger::jobs_arrived(const JobRecords& records) {
    std::vector<JobRecord> jobs;
    jobs.reserve(records.size());
    for (const auto& record : records) jobs.push_back({record.position.offset, record.message});
    const auto begun = context_.clock.steady_now();
    const auto archived = jobs_log_.take(jobs, context_.clock.unix_now());
    if (!archived) {
        jobs_.reset();
        return fail(archived.error());
    }
    probe_.jobs.increment(archived.value());
    if (const auto noted = jobs_->commit({0, jobs_log_.next()}); !noted) {
        jobs_.reset();
        return fail(noted.error());
    }
    if (accountant_) finish(accountant_->release(jobs_log_.shelf(), now()), begun);
}

// ---- shares --------------------------------------------------------------------------------

bus::Offsets Sharelogger::assigned(const std::vector<std::uint32_t>& partitions) {
    ++tenure_;
    const auto offsets = accountant_->assign(partitions);
    standstill_.clear();
    probe_.assigned.set(accountant_->accounts().partitions());
    if (!offsets) {
        // Not within the consumer's own call. Until then every record is passed over.
        retry_ =
            context_.loop.after(Duration::zero(), [this, error = offsets.error()] { fail(error); });
        return {};
    }
    log::info("partitions of shares assigned", {{"partitions", partitions.size()}});
    return offsets.value();
}

void Sharelogger::revoked(bus::Revocation how) {
    ++tenure_;
    accountant_->drop();
    standstill_.clear();
    probe_.assigned.set(0);
    probe_.held.set(0);
    log::info("partitions of shares revoked",
              {{"how", how == bus::Revocation::lost ? "lost" : "orderly"}});
}

void Sharelogger::shares_arrived(ShareRecords records) {
    const auto begun = context_.clock.steady_now();
    std::vector<ShareRecord> shares;
    shares.reserve(records.size());
    for (auto& record : records) {
        standstill_.record_came(record.position.partition);
        shares.push_back({record.position.partition, record.position.offset, record.appended,
                          std::move(record.message)});
    }
    finish(accountant_->take(std::move(shares), jobs_log_.shelf(), now()), begun);
    if (!accountant_ || !accountant_->waiting() || flush_) return;
    flush_ = context_.loop.after(Grouping{}.time, [this] {
        flush_.reset();
        if (accountant_->waiting()) finish(accountant_->flush(now()), context_.clock.steady_now());
    });
}

void Sharelogger::finish(const Result<Accountant::Written>& written, SteadyTime begun) {
    if (!written) return fail(written.error());
    const Accountant::Written& done = written.value();
    probe_.counted.increment(done.counted);
    probe_.repeated.increment(done.repeated);
    probe_.cuts.increment(done.cuts);
    probe_.inexact_cuts.increment(done.inexact_cuts);
    probe_.held.set(accountant_->accounts().held());
    if (!done.next.empty()) {
        reopen_after_ = reopen_first;
        probe_.batch_time.observe(context_.clock.steady_now() - begun);
    }
    if (done.counted > 0) {
        const auto lag = context_.clock.unix_now() - done.newest;
        probe_.lag.set(std::chrono::duration<double>(lag).count());
    }
    for (const auto& [partition, next] : done.next) {
        if (const auto noted = shares_->commit({partition, next}); !noted) {
            return fail(noted.error());
        }
    }
    if (const auto noted = note_stops(); !noted) fail(noted.error());
}

// In any state: a block that is lost later cuts in vain, which does no harm.
void Sharelogger::blocks_arrived(const BlockRecords& records) {
    if (!accountant_) return;  // it reads the table first
    for (const auto& record : records) {
        const std::int64_t found = record.message->found_unix_ms();
        if (found > 0) accountant_->found_block(from_unix_ms(found));
    }
}

Result<void> Sharelogger::note_stops() {
    return standstill_.note(accountant_->accounts().stops(), books_->gaps,
                            context_.clock.unix_now());
}

// ---- upkeep --------------------------------------------------------------------------------

void Sharelogger::on_tick() {
    if (!shares_) return;
    if (const auto done = upkeep(); !done) fail(done.error());
}

Result<void> Sharelogger::upkeep() {
    const SteadyTime steady = now().steady;
    accountant_->give_up(steady);
    LODE_TRY_VOID(note_stops());
    if (accountant_->cuts_wait()) finish(accountant_->make_cuts(now()), steady);
    if (!shares_) return success();
    tidy();
    if (steady < next_upkeep_) return success();
    next_upkeep_ = steady + upkeep_interval;
    ask_reach();
    LODE_TRY_VOID(books_->shares.note_last_shares());
    LODE_TRY(const auto partition, standstill_.can_go_on(books_->gaps, jobs_log_.shelf()));
    if (!partition) return success();
    log::info("what a partition waited for is there, opening the accounts again",
              {{"partition", *partition}});
    close();
    return open_shares();
}

// What is on the bus now is counted once all of it was handed over, unless it waits for a job.
void Sharelogger::ask_reach() {
    shares_->when_caught_up([this, then = now().unix, tenure = tenure_] {
        if (tenure == tenure_ && accountant_->waiting()) {
            finish(accountant_->flush(now()), now().steady);
        }
        if (tenure != tenure_) return;
        const auto partitions = accountant_->accounts().without_backlog();
        if (const auto noted = books_->shares.note_reach(partitions, then); !noted) {
            fail(noted.error());
        }
    });
}

void Sharelogger::tidy() {
    if (context_.clock.steady_now() < next_retention_) return;
    const auto left = books_->retention.tidy_some(context_.clock.unix_now());
    if (!left) {
        log::warn("old rows are moved later", {{"error", left.error()}});  // another is at them
    }
    if (!left || left.value() == ShareRetention::Left::nothing) {
        next_retention_ = context_.clock.steady_now() + retention_interval;
    }
}

runtime::Health Sharelogger::health() const {
    if (!waiting_for_.empty()) return {runtime::Readiness::not_ready, waiting_for_};
    if (std::string reason = standstill_.reason(); !reason.empty()) {
        return {runtime::Readiness::not_ready, std::move(reason)};
    }
    return {runtime::Readiness::ready, {}};
}

}  // namespace

runtime::ServiceDefinition definition() {
    return {.name = "sharelogger",
            .summary = "Counts each share once and archives it.",
            .default_health_port = config::default_health_port("sharelogger"),
            .settings = &section().base(),
            .create = [](runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
                LODE_TRY(const Config config, section().read(context.document));
                return std::unique_ptr<runtime::Service>(
                    std::make_unique<Sharelogger>(context, config));
            }};
}

}  // namespace lode::sharelogger
