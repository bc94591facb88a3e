// Rounds with the table, one after another, on the keeper's thread.
#include "sserver/lease_keeper.hpp"

#include <sys/stat.h>
#include <sys/statfs.h>

#include <cstring>

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "sserver/counter_file.hpp"
#include "sserver/lease_record.hpp"

namespace lode::sserver {
namespace {

// Between two tries while the database is away: there are miners to be let in, or hours left.
constexpr auto retry_without_identity = std::chrono::seconds(2);
constexpr auto retry_with_identity = std::chrono::seconds(10);
// All ids are taken, or ours is free in some minutes.
constexpr auto retry_when_taken = std::chrono::seconds(10);

std::filesystem::path epoch_path(const std::filesystem::path& folder) {
    return folder / "epoch";
}
std::filesystem::path record_path(const std::filesystem::path& folder) {
    return folder / "lease";
}

auto system_failure(const std::filesystem::path& path) {
    return failure(ErrorCode::unavailable, path.string() + ": " + std::strerror(errno));
}

// Without one (a bare container) folder and file system still tell copies apart.
std::string machine_id() {
    for (const char* path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
        const auto text = read_file(path);
        if (!text) continue;
        std::string id = text.value().substr(0, text.value().find('\n'));
        constexpr std::size_t digits = 32;
        if (id.size() == digits) return id;
    }
    return "no-machine-id";
}

}  // namespace

Result<std::string> holder_of(const std::filesystem::path& folder) {
    const auto path = folder / "lock";
    struct stat file {};
    struct statfs system {};
    if (::stat(path.c_str(), &file) != 0 || ::statfs(path.c_str(), &system) != 0) {
        return system_failure(path);
    }
    std::uint64_t id = 0;
    static_assert(sizeof system.f_fsid == sizeof id);
    std::memcpy(&id, &system.f_fsid, sizeof id);
    char place[48];
    std::snprintf(place, sizeof place, ":%016llx:%llu", static_cast<unsigned long long>(id),
                  static_cast<unsigned long long>(file.st_ino));
    return machine_id() + place;
}

LeaseKeeperOptions lease_keeper_options(const runtime::Context& context,
                                        std::optional<std::uint16_t> id) {
    return {.id = id,
            .database = context.pool.database,
            .database_folder = context.pool.data_dir,
            .folder = context.data_folder,
            .clock = context.clock};
}

LeaseKeeper::LeaseKeeper(LeaseKeeperOptions options, ServerLease lease, Executor& home,
                         std::function<void(Result<void>)> news)
    : options_(std::move(options)),
      home_(home),
      news_(std::move(news)),
      lease_(lease),
      shown_(std::move(lease)),
      loop_("server-lease") {}

Result<std::unique_ptr<LeaseKeeper>> LeaseKeeper::open(LeaseKeeperOptions options, Executor& home,
                                                       std::function<void(Result<void>)> news) {
    LODE_TRY(auto holder, holder_of(options.folder));
    LODE_TRY(auto record, read_lease_record(record_path(options.folder)));
    LODE_TRY(const auto epoch, read_counter(epoch_path(options.folder)));
    const Moment now{options.clock.unix_now(), options.clock.steady_now()};
    LODE_TRY(auto lease, ServerLease::begin({.id = options.id,
                                             .holder = std::move(holder),
                                             .record = std::move(record),
                                             .epoch = epoch},
                                            now));
    std::unique_ptr<LeaseKeeper> keeper(
        new LeaseKeeper(std::move(options), std::move(lease), home, std::move(news)));
    keeper->durable_epoch_ = epoch;
    keeper->loop_.post([raw = keeper.get()] { raw->round(); });
    return keeper;
}

Result<void> LeaseKeeper::await_first(Duration longest) {
    auto first = first_.get_future();
    if (first.wait_for(longest) != std::future_status::ready) return success();
    return first.get();
}

std::optional<Identity> LeaseKeeper::identity() const {
    const std::lock_guard lock(mutex_);
    return shown_.identity(now());
}

std::string LeaseKeeper::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

void LeaseKeeper::round() {
    if (over_) return;
    const auto next = ask(now());
    if (!next && next.error().code == ErrorCode::conflict) {
        over_ = true;
        return tell(next.error());
    }
    if (!next) {
        without_database(next.error());
    } else if (failing_) {
        failing_ = false;
        log::info("the database answers again", {});
    }
    show();
    if (next || lease_.held() || !first_told_) tell(success());
    const auto wait = next                                 ? next.value()
                      : lease_.identity(now()).has_value() ? Duration(retry_with_identity)
                                                           : Duration(retry_without_identity);
    timer_ = loop_.after(wait, [this] { round(); });
}

// Gives when to ask again.
Result<Duration> LeaseKeeper::ask(Moment planned) {
    if (!repository_) {
        LODE_TRY(repository_, LeaseRepository::open(options_.database, options_.database_folder));
    }
    LODE_TRY(const auto rows, repository_->rows());
    LODE_TRY(const auto change, lease_.plan(rows, planned));
    if (change) return carry_out(*change, planned);
    const std::lock_guard lock(mutex_);
    trouble_ = "waiting for a server id: those of others are not free yet";
    return Duration(retry_when_taken);
}

Result<Duration> LeaseKeeper::carry_out(const LeaseChange& change, Moment planned) {
    LODE_TRY_VOID(make_epoch_durable(change.to.epoch));
    const auto outcome = repository_->change(change);
    if (!outcome) {
        lease_.uncertain(change);
        return outcome.error();
    }
    if (outcome.value() == LeaseRepository::Outcome::lost_race) return Duration::zero();
    if (!lease_.held()) {
        log::info("server id leased", {{"id", change.to.id}, {"epoch", change.to.epoch}});
    }
    lease_.made(change, planned);
    // Without it a start that finds no database waits for it.
    const auto written = write_lease_record(record_path(options_.folder), change.to);
    if (!written) log::error("lease not recorded", {{"reason", written.error()}});
    return Duration(lease_renewal);
}

void LeaseKeeper::without_database(const Error& error) {
    repository_.reset();
    if (!failing_) log::warn("the server id's lease waits for the database", {{"reason", error}});
    failing_ = true;
    {
        const std::lock_guard lock(mutex_);
        trouble_ = "waiting for the database to lease a server id";
    }
    if (lease_.held()) return;
    ServerLease alone = lease_;
    alone.serve_without_database(now());
    if (!alone.held()) return;
    const auto durable = make_epoch_durable(alone.epoch());
    if (!durable) {
        log::error("epoch not stored, miners are not let in", {{"reason", durable.error()}});
        return;
    }
    lease_ = std::move(alone);
    log::warn("serving without the database", {{"epoch", lease_.epoch()}});
}

Result<void> LeaseKeeper::make_epoch_durable(std::uint32_t epoch) {
    if (epoch <= durable_epoch_) return success();
    const auto written = write_counter(epoch_path(options_.folder), epoch);
    // It is the folder's disk, not the table: nothing to start again for.
    if (!written) return failure(ErrorCode::unavailable, written.error().context);
    durable_epoch_ = epoch;
    return success();
}

void LeaseKeeper::show() {
    const std::lock_guard lock(mutex_);
    shown_ = lease_;
}

void LeaseKeeper::tell(Result<void> outcome) {
    if (!first_told_) first_.set_value(outcome);
    first_told_ = true;
    home_.post([this, outcome = std::move(outcome), alive = std::weak_ptr(alive_)] {
        if (alive.lock()) news_(outcome);
    });
}

void LeaseKeeper::release(Task done) {
    loop_.post([this, done = std::move(done)] {
        give_back();
        home_.post([done, alive = std::weak_ptr(alive_)] {
            if (alive.lock()) done();
        });
    });
}

void LeaseKeeper::give_back() {
    over_ = true;
    timer_.reset();
    // The record first: it must not give leave to serve when the table says the id is free. Where
    // the database is away neither changes, and the next start has the rest of the lease.
    if (failing_ || !repository_) return;
    const auto change = lease_.release(options_.clock.unix_now());
    show();
    if (!change) return;
    const auto written = write_lease_record(record_path(options_.folder), change->to);
    if (!written) {
        log::warn("server id not given back", {{"reason", written.error()}});
        return;
    }
    const auto outcome = repository_->change(*change);
    if (!outcome) {
        log::warn("server id not given back", {{"reason", outcome.error()}});
    } else if (outcome.value() == LeaseRepository::Outcome::made) {
        log::info("server id given back", {{"id", change->to.id}});
    }
}

}  // namespace lode::sserver
