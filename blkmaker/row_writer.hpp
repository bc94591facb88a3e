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

    // Once the database is there, `unfinished` gets the rows to go on with, on `home`.
    RowWriter(Options options, Executor& home,
              std::function<void(std::vector<BlockRow>)> unfinished);

    // All return at once.
    // `missing` runs on `home` when the block has no row.
    void when_missing(const bitcoin::Hash256& block, Task missing);
    void insert(const BlockRow& row, UnixTime now);
    void record_answer(BlockRepository::Answer answer);
    // `changed` runs on `home` when this call changed the row.
    void change_state(const ChangeState& change, UnixTime now, Task changed);
    void mark_published(const bitcoin::Hash256& block, BlockState state);

    // Calls `done` on `home` when nothing waits or the database does not take more now.
    void drain(Task done);

    [[nodiscard]] bool ready() const { return ready_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

  private:
    using Change = std::function<Result<void>(BlockRepository&)>;

    void add(Change change);
    void work();
    [[nodiscard]] Result<void> connect();

    Options options_;
    Executor& home_;
    std::function<void(std::vector<BlockRow>)> unfinished_;
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
