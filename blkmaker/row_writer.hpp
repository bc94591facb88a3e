// The database side of blkmaker on a thread of its own: changes are written in order and tried
// again until the database takes them, so that a block never waits for a row.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blkmaker/block_repository.hpp"
#include "common/base/executor.hpp"
#include "common/runtime/loop.hpp"

namespace lode::blkmaker {

class RowWriter {
  public:
    // Changes waiting for the database; a block makes about ten, so this is a thousand blocks.
    static constexpr std::size_t waiting_max = 10'000;
    static constexpr auto retry_interval = std::chrono::seconds(1);

    struct Options {
        config::DatabaseConfig database;
        std::string data_folder;
        std::string chain;
    };

    // Once the database is there, and at each look(), `rows_seen` gets the rows to go on with, on
    // `home`.
    RowWriter(Options options, Executor& home,
              std::function<void(std::vector<StoredRow>)> rows_seen);

    // All return at once.
    // `told` runs on `home` with what became of the change.
    void change(RowChange change, UnixTime now,
                std::function<void(const RowChange&, const BlockRepository::Outcome&)> told);
    void record_answer(BlockRepository::Answer answer);
    void mark_published(const MarkPublished& event);
    // Reads the rows again, unless something waits for the database.
    void look();

    // Calls `done` on `home` when nothing waits or the database does not take more now.
    void drain(Task done);

    [[nodiscard]] bool ready() const { return ready_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

  private:
    using Change = std::function<Result<void>(BlockRepository&)>;

    void add(Change change);
    void work();
    [[nodiscard]] Result<void> connect();
    [[nodiscard]] Result<void> see_rows(BlockRepository& repository);

    Options options_;
    Executor& home_;
    std::function<void(std::vector<StoredRow>)> rows_seen_;
    std::atomic<bool> ready_ = false;
    std::atomic<std::size_t> waiting_ = 0;
    // Used on the loop's thread only.
    std::optional<BlockRepository> repository_;
    std::deque<Change> changes_;
    std::unique_ptr<Timer> retry_;
    std::string last_complaint_;
    runtime::Loop loop_;
};

}  // namespace lode::blkmaker
