// The archive read beside what the database has committed.
#include "lode/sharelog_command.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "common/base/assert.hpp"
#include "common/base/clock.hpp"
#include "common/db/db.hpp"
#include "common/messages/share.pb.h"
#include "common/runtime/run.hpp"
#include "lode/configuration.hpp"
#include "lode/operator.hpp"
#include "lode/share_line.hpp"
#include "sharelogger/config.hpp"
#include "sharelogger/gap_repository.hpp"
#include "sharelogger/share_repository.hpp"
#include "sharelogger/sharelog.hpp"
#include "sharelogger/sum_check.hpp"
#include "sharelogger/sum_repository.hpp"

namespace lode::launcher {
namespace {

using sharelogger::ShareRepository;
using Committed = std::map<std::uint32_t, ShareRepository::Committed>;

// A broken disk makes every share bad; a person needs to see only the first.
constexpr std::int64_t bad_lines_max = 100;

Result<Committed> committed_of(const config::PoolConfig& pool) {
    LODE_TRY(auto connection, db::Connection::open(pool.database, pool.data_dir.string()));
    return ShareRepository(connection, pool.chain().name).committed();
}

struct Opened {
    sharelogger::SharelogPlace place;
    Committed committed;
};

Result<Opened> open(const Options& options) {
    LODE_TRY(const auto configuration, load(options.config));
    LODE_TRY(const auto settings, sharelogger::section().read(configuration.document));
    const config::PoolConfig& pool = configuration.pool;
    auto committed = committed_of(pool);
    if (!committed) return at_run_time(committed.error());
    Opened opened{.place = {.folder = sharelogger::archive_folder(settings, pool),
                            .chain = pool.chain().name,
                            .day = options.day,
                            .committed = {}},
                  .committed = std::move(committed).value()};
    for (const auto& [partition, state] : opened.committed) {
        opened.place.committed.emplace(partition, state.next);
    }
    return opened;
}

void print(const std::string& line) {
    std::printf("%s\n", line.c_str());
}

std::string words(const sharelogger::ShareTotal& total) {
    return std::to_string(total.shares) + " shares (work " + total.work.to_decimal() + ')';
}

// Prints where archive and database differ, and returns in how many partitions.
int compare(const Committed& committed, const sharelogger::SharelogTotals& archive) {
    int differences = 0;
    for (const auto& [partition, state] : committed) {
        const auto found = archive.partitions.find(partition);
        const auto archived =
            found == archive.partitions.end() ? sharelogger::ShareTotal{} : found->second;
        if (archived == state.total) continue;
        ++differences;
        print("partition " + std::to_string(partition) + ": the archive has " + words(archived) +
              ", the database " + words(state.total));
    }
    return differences;
}

}  // namespace

Result<int> sharelog_dump(const Options& options) {
    LODE_TRY(const auto opened, open(options));
    const auto read = sharelogger::read_sharelog(
        opened.place, [&options](const v1::Share& share, const Result<bitcoin::Hash256>& proof) {
            print(share_line(share, proof, options.format));
        });
    if (!read) return at_run_time(read.error());
    return runtime::exit_ok;
}

Result<int> sharelog_verify(const Options& options) {
    LODE_TRY(const auto opened, open(options));
    std::int64_t bad = 0;
    const auto read = sharelogger::read_sharelog(
        opened.place, [&bad](const v1::Share& share, const Result<bitcoin::Hash256>& proof) {
            if (!proof && ++bad <= bad_lines_max) print(share_line(share, proof, Format::text));
        });
    if (!read) return at_run_time(read.error());
    const auto& totals = read.value();
    int differences = 0;
    // The database sums by the time of the share and the archive is by the day of writing, so only
    // the whole can be compared.
    if (!options.day) {
        differences = compare(opened.committed, totals);
        if (differences == 0) print("the sums in the database are the same");
    }
    if (totals.frames_ahead > 0) {
        print("newer batches, not committed by the database and left for the next time: " +
              std::to_string(totals.frames_ahead));
    }
    print("verified " + words(totals.total()) + " of " + std::to_string(totals.jobs) + " jobs, " +
          std::to_string(totals.bad) + " bad");
    return totals.bad == 0 && differences == 0 ? runtime::exit_ok : runtime::exit_run_time;
}

// ---- recompute -----------------------------------------------------------------------------

namespace {

// All there is, or one day; the text was checked by the command line.
sharelogger::TimeRange range_of(const std::optional<std::string>& day) {
    if (!day) return {UnixTime::min(), UnixTime::max()};
    int year = 0;
    unsigned month = 0;
    unsigned date = 0;
    LODE_ASSERT(std::sscanf(day->c_str(), "%d-%u-%u", &year, &month, &date) == 3);
    const UnixTime from = std::chrono::sys_days(std::chrono::year(year) /
                                                std::chrono::month(month) / std::chrono::day(date));
    return {from, from + std::chrono::days(1)};
}

std::string words(const sharelogger::WorkSum& sum) {
    return words(sharelogger::ShareTotal{sum.shares, sum.work});
}

std::string words(std::uint32_t partition, const sharelogger::SumDifference& difference) {
    const sharelogger::UserBucketKey& key = difference.key;
    return "partition " + std::to_string(partition) + ", user " + key.user + ", begins " +
           std::to_string(to_unix_ms(key.start)) + ", bits " + std::to_string(key.bits) +
           ", height epoch " + std::to_string(key.height_epoch) + ", scheme " +
           to_string(key.scheme) + ": the archive has " + words(difference.archived) +
           ", the database " + words(difference.stored);
}

using Stored = sharelogger::SumRepository::Stored;

Result<Stored> stored_sums(const config::PoolConfig& pool, const sharelogger::TimeRange& time) {
    LODE_TRY(auto connection, db::Connection::open(pool.database, pool.data_dir.string()));
    return sharelogger::SumRepository(connection, pool.chain().name).read(time);
}

// Prints where archive and database differ, and returns in how many sums.
Result<std::int64_t> check_sums(const Stored& stored, sharelogger::CountedPlace place,
                                const sharelogger::TimeRange& time, std::uint32_t halving) {
    std::map<std::uint32_t, sharelogger::SumCheck> checks;
    for (const auto& [partition, sums] : stored.partitions) {
        place.committed.emplace(partition, sums.next);
        checks.try_emplace(partition, sums, stored.blocks, time);
    }
    LODE_TRY_VOID(sharelogger::read_counted(
        place, [&](std::uint32_t partition, const sharelogger::CountedShare& share) {
            checks.at(partition).add(share, sharelogger::height_epoch(share.height, halving));
        }));
    std::int64_t differences = 0;
    for (const auto& [partition, check] : checks) {
        for (const auto& difference : check.differences()) {
            if (++differences <= bad_lines_max) print(words(partition, difference));
        }
    }
    return differences;
}

}  // namespace

Result<int> sharelog_recompute(const Options& options) {
    LODE_TRY(const auto configuration, load(options.config));
    LODE_TRY(const auto settings, sharelogger::section().read(configuration.document));
    const config::PoolConfig& pool = configuration.pool;
    sharelogger::TimeRange time = range_of(options.day);
    const auto stored = stored_sums(pool, time);
    if (!stored) return at_run_time(stored.error());
    time.from = std::max(time.from, stored.value().kept_from);
    sharelogger::CountedPlace place{.folder = sharelogger::archive_folder(settings, pool),
                                    .chain = pool.chain().name,
                                    .committed = {},
                                    .first_day = {}};
    // A share is written when it comes: at most a minute before its time, by a clock ahead.
    if (options.day) place.first_day = utc_day(time.from - std::chrono::hours(1));
    const auto differences = check_sums(stored.value(), std::move(place), time,
                                        sharelogger::halving_interval_of(pool.chain()));
    if (!differences) return at_run_time(differences.error());
    print(differences.value() == 0 ? "users' sums in the database are those of the archive"
                                   : std::to_string(differences.value()) +
                                         " of users' sums differ; nothing was changed");
    return differences.value() == 0 ? runtime::exit_ok : runtime::exit_run_time;
}

Result<int> sharelog_accept_gap(const Options& options) {
    LODE_TRY(const auto configuration, load(options.config));
    const config::PoolConfig& pool = configuration.pool;
    auto connection = db::Connection::open(pool.database, pool.data_dir.string());
    if (!connection) return at_run_time(connection.error());
    sharelogger::GapRepository gaps(connection.value(), pool.chain().name);
    const sharelogger::Gap gap{StreamId(options.gap.stream), Sequence(options.gap.from),
                               Sequence(options.gap.to)};
    const auto partition =
        gaps.accept(gap, {operator_name(), options.gap.reason, system_clock().unix_now()});
    if (!partition) return at_run_time(partition.error());
    print("accepted: partition " + std::to_string(partition.value()) +
          " goes on without these shares as soon as its sharelogger looks again");
    return runtime::exit_ok;
}

}  // namespace lode::launcher
