// How many shares a second are archived and written, behind as after an outage: full batches of
// shares of many workers over all partitions. Beside a floor: the same shares only parsed, summed
// and packed, nothing written. On a busy machine the processor's time says more than the rate: that
// of this process; a server of the database has its own.
//   sharelogger_bench [WORKERS] [BATCHES]   the database is SQLite in the temporary folder, or
//                                           LODE_TEST_DATABASE (and ..._PASSWORD), which must
//                                           be an empty one
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>

#include "common/bitcoin/target.hpp"
#include "common/messages/share.pb.h"
#include "sharelogger/accountant.hpp"
#include "sharelogger/archive.hpp"
#include "sharelogger/share_repository.hpp"

namespace {

using namespace lode;
using namespace lode::sharelogger;

constexpr std::uint32_t partitions = 12;
constexpr std::size_t batch_size = 32'000;
constexpr auto begin = from_unix_ms(1'795'262'400'000);
constexpr std::int64_t shares_per_second = 10'000;  // when they were accepted

std::string name_of(std::size_t worker) {
    return "bc1qar0srrr7xfkvy5l643lydnw9re59gt" + std::to_string(1'000'000 + worker / 4);
}

// Shares as sserver publishes them, each with a share on a stream of its partition.
class Topic {
  public:
    explicit Topic(std::size_t workers) : workers_(workers) {}

    std::vector<ShareRecord> next_batch() {
        std::vector<ShareRecord> records;
        records.reserve(batch_size);
        for (std::size_t i = 0; i < batch_size; ++i) records.push_back(next());
        return records;
    }

  private:
    ShareRecord next() {
        const std::size_t worker = count_ * 7919 % workers_;
        const auto partition = static_cast<std::uint32_t>(worker % partitions);  // of its sserver
        const auto at = begin + std::chrono::milliseconds(static_cast<std::int64_t>(count_) * 1000 /
                                                          shares_per_second);
        ++count_;
        const std::int64_t offset = offsets_[partition]++;
        auto share = std::make_shared<v1::Share>();
        share->set_produced_unix_ms(to_unix_ms(at));
        share->set_source("sserver-1a2b3c4d");
        share->set_chain("btc");
        share->set_stream(partition);
        share->set_sequence(static_cast<std::uint64_t>(offset) + 1);
        share->set_user(name_of(worker));
        share->set_worker("rig" + std::to_string(worker % 4));
        share->set_job_id(1);
        share->set_height(900'000);
        share->set_target(std::string(32, '\x3f'));
        share->set_work(std::string(as_chars(work_)));
        auto& proof = *share->mutable_bitcoin();
        proof.set_extranonce1(std::string(4, static_cast<char>(worker)));
        proof.set_extranonce2(std::string(8, static_cast<char>(count_)));
        proof.set_ntime(1'795'262'400);
        proof.set_nonce(static_cast<std::uint32_t>(count_ * 2'654'435'761U));
        proof.set_bits(0x17034219);
        return {partition, offset, at, std::move(share)};
    }

    std::size_t workers_;
    std::size_t count_ = 0;
    std::int64_t offsets_[partitions] = {};
    decltype(bitcoin::Work().to_bytes()) work_ = bitcoin::Work(0, 1ULL << 44).to_bytes();
};

// Takes everything and keeps nothing.
class NoStore final : public AccountStore {
  public:
    Result<PartitionAccount::State> load(std::uint32_t partition) override {
        return PartitionAccount::State{partition, 0, {}};
    }
    Result<void> commit(const std::vector<PartitionBatch>&, UnixTime) override { return success(); }
    Result<std::vector<UnixTime>> found_blocks() override { return std::vector<UnixTime>(); }
    Result<std::vector<UnixTime>> uncut_blocks(std::uint32_t, std::size_t) override {
        return std::vector<UnixTime>();
    }
    Result<UserBuckets> rows(std::uint32_t, const TimeRange&) override { return UserBuckets(); }
    Result<void> cut(const std::vector<PartitionCut>&) override { return success(); }
};

class NoArchive final : public FrameArchive {
  public:
    Result<void> recover(FrameKind, std::uint32_t, std::int64_t) override { return success(); }
    Result<void> append(const Frame&, UnixTime) override { return success(); }
    Result<void> read_back(std::uint32_t, UnixTime, const StretchVisitor&) override {
        return success();
    }
};

struct Ends {
    AccountStore& store;
    FrameArchive& archive;
};

struct Speed {
    double rate = 0;  // shares a second
    double cpu = 0;   // of this process, microseconds a share
};

double cpu_seconds() {
    timespec spent{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

Result<Speed> run(Ends ends, std::size_t workers, int batches) {
    Accountant accountant(ends.store, ends.archive, 210'000);
    std::vector<std::uint32_t> all;
    for (std::uint32_t p = 0; p < partitions; ++p) all.push_back(p);
    LODE_TRY_VOID(accountant.assign(all));
    JobShelf jobs;
    jobs.add(JobId(1));
    Topic topic(workers);
    // The first batches give ids to all workers, as happens once in their lives.
    const auto warm = static_cast<int>(workers / batch_size) + 1;
    Duration spent{};
    double cpu = 0;
    for (int i = 0; i < warm + batches; ++i) {
        auto records = topic.next_batch();
        const double cpu_before = cpu_seconds();
        const auto started = std::chrono::steady_clock::now();
        // Of one moment, so that a commit is as large on a busy machine as on an idle one.
        LODE_TRY_VOID(accountant.take(std::move(records), jobs, {begin, SteadyTime()}));
        const bool last = i == warm - 1 || i == warm + batches - 1;
        if (last) {
            LODE_TRY_VOID(accountant.flush({begin, SteadyTime()}));
        }
        if (i < warm) continue;
        spent += std::chrono::steady_clock::now() - started;
        cpu += cpu_seconds() - cpu_before;
    }
    const double shares = batches * double{batch_size};
    return Speed{shares / std::chrono::duration<double>(spent).count(), 1e6 * cpu / shares};
}

Result<void> run_all(const std::filesystem::path& folder, std::size_t workers, int batches) {
    config::DatabaseConfig config;
    if (const char* url = std::getenv("LODE_TEST_DATABASE")) config.url = url;
    if (const char* password = std::getenv("LODE_TEST_DATABASE_PASSWORD")) {
        config.password = Secret(password);
    }
    LODE_TRY(auto connection, db::Connection::open(config, folder.string()));
    LODE_TRY_VOID(db::migrate(connection));
    ShareRepository store(connection, "btc");
    ArchiveWriter archive({folder, "btc", "sharelogger-1"});
    NoStore no_store;
    NoArchive no_archive;
    double floor = 0;
    const auto measure = [&](const char* what, Ends ends) -> Result<void> {
        LODE_TRY(const Speed speed, run(ends, workers, batches));
        if (floor == 0) floor = speed.rate;
        std::printf("%-34s %8.0f shares/s %5.2f of the floor %6.2f us of own CPU\n", what,
                    speed.rate, speed.rate / floor, speed.cpu);
        return success();
    };
    LODE_TRY_VOID(measure("floor: parsed, summed and packed", {no_store, no_archive}));
    LODE_TRY_VOID(measure("archived", {no_store, archive}));
    LODE_TRY_VOID(measure("in the database", {store, no_archive}));
    LODE_TRY_VOID(connection.execute("UPDATE consumer_offset SET next_offset = 0"));
    LODE_TRY_VOID(connection.execute("DELETE FROM stream_sequence"));
    return measure("archived, in the database", {store, archive});
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t workers = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
    const int batches = argc > 2 ? std::atoi(argv[2]) : 50;
    const auto folder = std::filesystem::temp_directory_path() / "lode-sharelogger-bench";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const auto done = run_all(folder, workers, batches);
    std::filesystem::remove_all(folder);
    if (done) return 0;
    std::fprintf(stderr, "sharelogger_bench: %s\n", done.error().context.c_str());
    return 1;
}
