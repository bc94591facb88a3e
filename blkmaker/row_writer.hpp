// The database side of blkmaker on a thread of its own: what waits is written in batches, a
// transaction each, and tried again until the database takes it, so that a block never waits for
// a row.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blkmaker/block_repository.hpp"
#include "blkmaker/row_backlog.hpp"
#include "common/base/executor.hpp"
#include "common/runtime/loop.hpp"

namespace lode::blkmaker {

class RowWriter {
  public:
    static constexpr auto retry_interval = std::chrono::seconds(1);
    // Blocks in one transaction: enough that its commit is the smaller part of its cost, few
    // enough that it takes some 100 ms on a slow server, for it holds up whoever stops us.
    static constexpr std::size_t batch_max = 200;

    struct Options {
        config::DatabaseConfig database;
        std::string data_folder;
        std::string chain;
        std::size_t blocks_max = RowBacklog::blocks_max;
    };
    // What became of a change, once it is committed.
    struct Told {
        RowChange change;
        BlockRepository::Outcome outcome;
    };
    // All are called on `home`.
    struct Listener {
        // Once the database is there, and at each look(): the rows to go on with.
        std::function<void(std::vector<StoredRow>)> rows_seen;
        std::function<void(const std::vector<Told>&)> told;
        // Too many blocks waited and some of their work was dropped; there is room again now.
        std::function<void()> missed;
    };

    RowWriter(Options options, Executor& home, Listener listener);
    ~RowWriter() { give_up(); }

    // All return at once.
    void change(const RowChange& change, UnixTime now);
    void record_answer(const BlockRepository::Answer& answer);
    void mark_published(const MarkPublished& event);
    // Reads the rows again behind what waits, once the database is there.
    void look();

    // Calls `done` on `home` when nothing waits or the database does not take more now.
    void drain(Task done);
    // From now on no transaction is begun: what waits is written by the next start.
    void give_up() { given_up_ = true; }

    [[nodiscard]] bool ready() const { return ready_; }
    // Blocks of which something waits for the database.
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

  private:
    // `use` has the backlog alone; then what waits is written.
    void add(const std::function<void(RowBacklog&)>& use);
    void wake();
    void work();
    [[nodiscard]] Result<void> connect();
    [[nodiscard]] Result<void> write_batches();
    [[nodiscard]] Result<void> write(std::vector<RowWork>& work);
    [[nodiscard]] Result<void> write_each(std::vector<RowWork>& work, std::vector<Told>& told);
    [[nodiscard]] Result<void> in_transaction(std::span<RowWork> work, std::vector<Told>& told);
    [[nodiscard]] Result<void> write_one(RowWork& work, std::vector<Told>& told);
    [[nodiscard]] Result<void> see_rows();
    void complain(const Error& error);

    Options options_;
    Executor& home_;
    Listener listener_;
    std::atomic<bool> ready_ = false;
    std::atomic<bool> given_up_ = false;
    std::atomic<std::size_t> waiting_ = 0;
    std::mutex mutex_;  // guards the next three
    RowBacklog backlog_;
    bool look_wanted_ = true;
    bool woken_ = false;  // work() is posted, or waits to try again
    // Used on the loop's thread only.
    std::optional<BlockRepository> repository_;
    std::unique_ptr<Timer> retry_;
    std::string last_complaint_;
    runtime::Loop loop_;
};

}  // namespace lode::blkmaker
