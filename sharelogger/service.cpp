// Joins bus, archive and database to the accounts. Whatever fails, everything in memory is
// dropped and read anew from the database: there is no other repair.
#include "sharelogger/service.hpp"

#include <deque>

#include "common/base/log.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/config/pool.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "sharelogger/archive.hpp"
#include "sharelogger/config.hpp"
#include "sharelogger/job_shelf.hpp"
#include "sharelogger/partition_account.hpp"
#include "sharelogger/probe.hpp"
#include "sharelogger/share_repository.hpp"

namespace lode::sharelogger {
namespace {

using JobRecords = std::vector<bus::Record<v1::JobMessage>>;
using ShareRecords = std::vector<bus::Record<v1::Share>>;

// Shares waiting for a job that is on its way; it was on the bus before them, so this is a matter
// of milliseconds, and more than this many batches means that it is lost.
constexpr std::size_t held_max = 64;
constexpr auto reopen_first = std::chrono::seconds(1);
constexpr auto reopen_max = std::chrono::seconds(10);

std::uint32_t halving_interval_of(const config::ChainConfig& chain) {
    return chain.network == "regtest" ? bitcoin::regtest_halving_interval
                                      : bitcoin::halving_interval;
}

class Sharelogger final : public runtime::Service {
  public:
    Sharelogger(runtime::Context& context, const Config& config)
        : context_(context),
          chain_(context.pool.chain()),
          probe_(context.metrics),
          archive_({archive_folder(config, context.pool), chain_.name, config.instance}) {}

    Result<void> start() override {
        reopen();
        return success();
    }
    void stop(std::function<void()> stopped) override {
        retry_.reset();
        close();
        stopped();
    }
    runtime::Health health() const override;

  private:
    void reopen();
    Result<void> open();
    Result<void> open_jobs();
    Result<void> open_shares();
    void close();
    void fail(const Error& error);

    void jobs_arrived(const JobRecords& records);
    Result<void> archive_jobs(const JobRecords& records);
    void shares_arrived(ShareRecords records);
    // The records from the first whose job is not archived yet are left in `held_`.
    Result<void> process(ShareRecords records);
    void count(PartitionAccount& account, const bus::Record<v1::Share>& record,
               const Result<CountedShare>& share);
    Result<void> write();
    void release_held();

    runtime::Context& context_;
    const config::ChainConfig& chain_;
    Probe probe_;
    ArchiveWriter archive_;
    JobShelf shelf_;
    std::optional<ShareRepository> repository_;
    std::map<std::uint32_t, PartitionAccount> accounts_;
    std::map<std::uint32_t, std::vector<std::string>> to_archive_;  // by partition
    std::int64_t next_job_ = 0;
    std::deque<ShareRecords> held_;
    std::optional<bus::Consumer<v1::JobMessage>> jobs_;
    std::optional<bus::Consumer<v1::Share>> shares_;
    std::unique_ptr<Timer> retry_;
    Duration reopen_after_ = reopen_first;
    std::string waiting_for_ = "the database";
};

void Sharelogger::reopen() {
    if (const auto opened = open(); !opened) fail(opened.error());
}

Result<void> Sharelogger::open() {
    LODE_TRY(auto connection,
             db::Connection::open(context_.pool.database, context_.pool.data_dir.string()));
    repository_.emplace(std::move(connection), chain_.name);
    LODE_TRY(const auto version, repository_->schema_version());
    if (version < db::newest_schema_version()) {
        return failure(ErrorCode::unavailable,
                       "the database has an older schema, waiting for lode db migrate");
    }
    LODE_TRY(const auto partitions,
             context_.bus.partitions({bus::topics::share.spec, chain_.name}));
    for (std::uint32_t partition = 0; partition < partitions; ++partition) {
        LODE_TRY(auto state, repository_->load(partition));
        LODE_TRY_VOID(archive_.recover(FrameKind::share, partition, state.next));
        accounts_.emplace(partition,
                          PartitionAccount(std::move(state), halving_interval_of(chain_)));
    }
    LODE_TRY(next_job_, repository_->load_job_offset());
    LODE_TRY_VOID(archive_.recover(FrameKind::job, 0, next_job_));
    return open_jobs();
}

Result<void> Sharelogger::open_jobs() {
    // From the oldest kept job, to know which are archived already.
    LODE_TRY(auto jobs,
             bus::Consumer<v1::JobMessage>::open(
                 context_.bus, bus::topics::job, chain_.name,
                 {.group = "sharelogger", .start = bus::StartAt::earliest}, context_.loop,
                 [this](const JobRecords& records) { jobs_arrived(records); }));
    jobs_ = std::move(jobs);
    jobs_->when_caught_up([this] {
        if (const auto opened = open_shares(); !opened) fail(opened.error());
    });
    return success();
}

Result<void> Sharelogger::open_shares() {
    bus::ConsumerOptions options{.group = "sharelogger", .start = bus::StartAt::offsets};
    for (const auto& [partition, account] : accounts_) options.offsets[partition] = account.next();
    LODE_TRY(auto shares,
             bus::Consumer<v1::Share>::open(
                 context_.bus, bus::topics::share, chain_.name, std::move(options), context_.loop,
                 [this](ShareRecords records) { shares_arrived(std::move(records)); }));
    shares_ = std::move(shares);
    reopen_after_ = reopen_first;
    waiting_for_.clear();
    log::info("accounts opened", {{"partitions", accounts_.size()}});
    return success();
}

void Sharelogger::close() {
    shares_.reset();
    jobs_.reset();
    held_.clear();
    accounts_.clear();
    to_archive_.clear();
    repository_.reset();
}

void Sharelogger::fail(const Error& error) {
    log::error(
        "accounts stopped, opening them again",
        {{"error", error},
         {"in_ms", std::chrono::duration_cast<std::chrono::milliseconds>(reopen_after_).count()}});
    waiting_for_ = error.context;
    probe_.restarts.increment();
    close();
    retry_ = context_.loop.after(reopen_after_, [this] { reopen(); });
    reopen_after_ = std::min<Duration>(reopen_after_ * 2, reopen_max);
}

// ---- jobs ----------------------------------------------------------------------------------

void Sharelogger::jobs_arrived(const JobRecords& records) {
    if (!repository_) return;
    if (const auto archived = archive_jobs(records); !archived) return fail(archived.error());
    for (const auto& record : records) {
        if (record.message->has_job()) shelf_.add(JobId(record.message->job().job_id()));
    }
    release_held();
}

Result<void> Sharelogger::archive_jobs(const JobRecords& records) {
    const std::int64_t next = records.back().position.offset + 1;
    if (next <= next_job_) return success();
    Frame frame{{.kind = FrameKind::job, .partition = 0, .first = next_job_, .next = next}, {}};
    for (const auto& record : records) {
        if (record.position.offset < next_job_ || !record.message->has_job()) continue;
        frame.messages.push_back(record.message->SerializeAsString());
    }
    LODE_TRY_VOID(archive_.append(frame, context_.clock.unix_now()));
    LODE_TRY_VOID(repository_->move_job_offset(next_job_, next));
    next_job_ = next;
    probe_.jobs.increment(frame.messages.size());
    return jobs_->commit({0, next});
}

// ---- shares --------------------------------------------------------------------------------

void Sharelogger::shares_arrived(ShareRecords records) {
    if (!repository_) return;
    if (!held_.empty()) {
        held_.push_back(std::move(records));
        if (held_.size() > held_max) {
            fail(
                {ErrorCode::internal, "shares wait for a job that does not come: " +
                                          std::to_string(held_.front().front().message->job_id())});
        }
        return;
    }
    if (const auto processed = process(std::move(records)); !processed) fail(processed.error());
}

void Sharelogger::release_held() {
    auto held = std::move(held_);
    held_.clear();
    while (!held.empty()) {
        auto records = std::move(held.front());
        held.pop_front();
        if (const auto processed = process(std::move(records)); !processed) {
            return fail(processed.error());
        }
        if (!held_.empty()) {
            held_.insert(held_.end(), std::make_move_iterator(held.begin()),
                         std::make_move_iterator(held.end()));
            return;
        }
    }
}

Result<void> Sharelogger::process(ShareRecords records) {
    auto record = records.begin();
    for (; record != records.end(); ++record) {
        PartitionAccount& account = accounts_.at(record->position.partition);
        if (record->position.offset < account.next()) continue;
        const auto share = parse_share(*record->message, record->appended);
        if (share && account.stopped().empty() && !shelf_.has(share.value().job)) break;
        count(account, *record, share);
    }
    if (record != records.end()) {
        held_.emplace_back(std::make_move_iterator(record), std::make_move_iterator(records.end()));
    }
    return write();
}

void Sharelogger::count(PartitionAccount& account, const bus::Record<v1::Share>& record,
                        const Result<CountedShare>& share) {
    const bool ran = account.stopped().empty();
    if (!share) {
        account.stop("offset " + std::to_string(record.position.offset) + ": " +
                     share.error().context);
    } else {
        switch (account.add(record.position.offset, share.value())) {
            case Verdict::counted:
                probe_.counted.increment();
                to_archive_[record.position.partition].push_back(
                    record.message->SerializeAsString());
                break;
            case Verdict::already_counted:
                probe_.repeated.increment();
                break;
            case Verdict::gap:
            case Verdict::stopped:
                break;
        }
    }
    if (ran && !account.stopped().empty()) {
        probe_.stopped.increment();
        log::error("a partition of shares stands still",
                   {{"partition", record.position.partition}, {"reason", account.stopped()}});
    }
}

Result<void> Sharelogger::write() {
    const auto begun = context_.clock.steady_now();
    std::vector<PartitionBatch> batches;
    UnixTime newest{};
    for (auto& [partition, account] : accounts_) {
        PartitionBatch batch = account.take_batch();
        if (batch.empty()) continue;
        Frame frame{{.kind = FrameKind::share,
                     .partition = partition,
                     .first = batch.expected,
                     .next = batch.next},
                    std::move(to_archive_[partition])};
        LODE_TRY_VOID(archive_.append(frame, context_.clock.unix_now()));
        for (const auto& [key, sum] : batch.users) newest = std::max(newest, sum.last_share);
        batches.push_back(std::move(batch));
    }
    to_archive_.clear();
    if (batches.empty()) return success();
    LODE_TRY_VOID(repository_->commit(batches, context_.clock.unix_now()));
    for (const PartitionBatch& batch : batches) {
        LODE_TRY_VOID(shares_->commit({batch.partition, batch.next}));
    }
    probe_.batch_time.observe(context_.clock.steady_now() - begun);
    probe_.lag.set(std::chrono::duration<double>(context_.clock.unix_now() - newest).count());
    return success();
}

runtime::Health Sharelogger::health() const {
    if (!waiting_for_.empty()) return {runtime::Readiness::not_ready, waiting_for_};
    for (const auto& [partition, account] : accounts_) {
        if (!account.stopped().empty()) {
            return {runtime::Readiness::not_ready,
                    "partition " + std::to_string(partition) + ": " + account.stopped()};
        }
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
