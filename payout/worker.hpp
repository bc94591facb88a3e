// payout's work on a thread of its own: keeps the lease, settles, pays and freezes the fees of
// days, and tells how it goes.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/executor.hpp"
#include "common/runtime/loop.hpp"
#include "payout/fee_day_reader.hpp"
#include "payout/passes.hpp"
#include "payout/probe.hpp"

namespace lode::payout {

struct WorkerStatus {
    enum class Role : std::uint8_t { none, standby, leader };
    Role role = Role::none;
    std::string trouble{};  // what keeps it from working, empty when nothing does
    std::string note{};     // what a person may want to know, such as why nothing is paid
    std::optional<SteadyTime> settled{};  // the last settlement that came to its end
};

class Worker {
  public:
    struct Options {
        Config config;
        const config::PoolConfig& pool;
        std::string instance;
        const Clock& clock;
    };
    // Malformed when a URL is none. Nothing is awaited.
    [[nodiscard]] static Result<std::unique_ptr<Worker>> open(Options options, Probe& probe);

    // What is under way ends first.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // A block has changed: settles soon, several times, for shares and cuts come a little later.
    void block_changed() { hurry_ = true; }
    [[nodiscard]] WorkerStatus status() const;
    // Ends what is under way at its next call, gives the lease back and calls `done` on `home`.
    void stop(Executor& home, Task done);

  private:
    Worker(Options options, Outside outside, FeeDayReader::Nodes fee_nodes, Probe& probe);
    void tick();
    [[nodiscard]] Result<void> work();
    [[nodiscard]] Result<void> keep_lease();
    [[nodiscard]] Result<void> settle();
    [[nodiscard]] Result<void> pay();
    void show_standing(Standing standing);
    [[nodiscard]] Result<void> ask_fee_day();
    [[nodiscard]] Result<void> preview();
    void fee_day_told(UnixTime day, const Result<std::optional<FeeDay>>& fees);
    void show_left_over(const PassReport& report);
    [[nodiscard]] Result<void> show_books();
    [[nodiscard]] Result<void> judge_reserve(Satoshi reserve);
    void fail(const Error& error);
    void change_status(const std::function<void(WorkerStatus&)>& change);
    [[nodiscard]] Lease::Now now() const {
        return {options_.clock.unix_now(), options_.clock.steady_now()};
    }

    Options options_;
    Probe& probe_;
    Outside outside_;
    std::atomic<bool> hurry_ = false;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    WorkerStatus status_;  // guarded

    // On the thread only.
    Lease lease_;
    std::unique_ptr<Passes> passes_;
    SteadyTime next_lease_{};
    SteadyTime next_settle_{};
    SteadyTime hurry_until_{};
    SteadyTime next_pay_{};
    SteadyTime next_fee_day_{};
    SteadyTime next_try_{};
    Duration try_after_;
    std::string complaint_;
    PreviewPace preview_pace_;
    Standing standing_ = Standing::stands;  // of our newest final block
    std::unique_ptr<Timer> timer_;

    runtime::Loop loop_;
    FeeDayReader fee_days_;  // answers on loop_
};

}  // namespace lode::payout
