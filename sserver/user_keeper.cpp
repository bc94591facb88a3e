// Readings of the table, one after another, on the keeper's thread.
#include "sserver/user_keeper.hpp"

#include "common/base/log.hpp"

namespace lode::sserver {

UserKeeperOptions user_keeper_options(runtime::Context& context) {
    return {.database = context.pool.database,
            .database_folder = context.pool.data_dir,
            .folder = context.data_folder,
            .clock = context.clock,
            .metrics = context.metrics};
}

UserKeeper::UserKeeper(UserKeeperOptions options)
    : options_(std::move(options)),
      known_(options_.metrics.gauge("users_registered", "Names that may log in.")),
      age_(options_.metrics.gauge("users_age_seconds",
                                  "Since the registered names were read from the database.")),
      loop_("users") {
    if (const auto record = recorded()) {
        directory_ = UserDirectory(record->names);
        read_ = record->read;
        recorded_names_ = record->names;
        show();
    }
    loop_.post([this] { round(); });
}

UserKeeper::~UserKeeper() {
    ending_ = true;
    loop_.stop();
    recorded_at_.reset();
    record();
}

std::optional<UserRecord> UserKeeper::recorded() const {
    const auto record = read_user_record(record_path());
    if (record) return record.value();
    log::error("registered users of before not read", {{"reason", record.error()}});
    return std::nullopt;
}

void UserKeeper::round() {
    const auto outcome = read();
    if (!outcome) {
        repository_.reset();
        if (!failing_) {
            log::warn("registered users wait for the database", {{"reason", outcome.error()}});
        }
    } else if (failing_) {
        log::info("registered users are read again", {});
    }
    failing_ = !outcome;
    show();
    record();
    timer_ = loop_.after(refresh, [this] { round(); });
}

Result<void> UserKeeper::read() {
    if (!repository_) {
        LODE_TRY(repository_, UserRepository::open(options_.database, options_.database_folder));
    }
    const UnixTime begun = options_.clock.unix_now();
    directory_.begin(now());
    auto reading = UserDirectory::Reading::goes_on;
    while (reading == UserDirectory::Reading::goes_on && !ending_) {
        LODE_TRY(const auto rows, repository_->page(directory_.after()));
        reading = directory_.page(rows);
    }
    if (reading == UserDirectory::Reading::finished) read_ = begun;
    return success();
}

void UserKeeper::show() {
    const bool overflowed = directory_.overflowed();
    if (overflowed && !std::exchange(overflowed_, overflowed)) {
        log::error("more users than are kept, the newest are not let in",
                   {{"kept", UserDirectory::names_max}});
    }
    overflowed_ = overflowed;
    const UserNamesPtr& names = directory_.names();
    if (!names) return;
    users_.set(names);
    known_.set(names->size());
    if (read_) {
        const std::chrono::duration<double> age = options_.clock.unix_now() - *read_;
        age_.set(age.count());
    }
}

void UserKeeper::record() {
    const UserNamesPtr& names = directory_.names();
    if (!names || !read_) return;
    if (recorded_at_ && now() - *recorded_at_ < record_pause) return;
    // What did not change is written now and then, for the age it has after a start.
    const bool fresh = recorded_at_ && now() - *recorded_at_ < UserDirectory::whole_interval;
    if (names == recorded_names_ && fresh) return;
    recorded_at_ = now();
    const auto written = write_user_record(record_path(), {*read_, names});
    if (written) {
        recorded_names_ = names;
    } else {
        log::error("registered users not recorded", {{"reason", written.error()}});
    }
}

}  // namespace lode::sserver
