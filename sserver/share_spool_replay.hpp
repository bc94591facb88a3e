// Hands the spools that earlier runs left to the bus, one stream after the other, under their own
// streams, sequences and partitions, while new streams serve. A spool whose shares are all on the
// bus is deleted.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "common/bus/bus.hpp"
#include "common/metrics/metrics.hpp"
#include "sserver/share_spool.hpp"

namespace lode::sserver {

// All of it outlives the replay.
struct ShareSpoolReplayOptions {
    bus::Bus& bus;
    Executor& executor;
    SpoolBudget& budget;
    const Clock& clock;
    metrics::Registry& metrics;
    std::filesystem::path folder;
    std::string chain;
};

class ShareSpoolReplay final : private SharePort, private ShareSpoolHandler {
  public:
    // Looks what is in the folder and begins. No stream of this run has a file there yet.
    [[nodiscard]] static Result<std::unique_ptr<ShareSpoolReplay>> start(
        const ShareSpoolReplayOptions& options);
    // On the executor's thread. What is not on the bus stays for the next run.
    ~ShareSpoolReplay() override;

    // Twice a second or so: what was refused or failed is tried again.
    void tick();

    [[nodiscard]] bool done() const { return streams_ == 0; }
    // Of old shares, as far as their files are read, that the bus does not have.
    [[nodiscard]] std::uint64_t backlog() const;

  private:
    explicit ShareSpoolReplay(const ShareSpoolReplayOptions& options);
    void read_all(const std::vector<StreamId>& streams);
    void recovered(Result<ShareSpoolFiles> files);
    void begin_next();
    void end_when_done();

    Result<void> publish(const SharePtr& share) override;
    void spool(const SharePtr& share) override;
    void read_spool(Sequence from, std::size_t count) override { spool_->read(from, count); }
    void forget_spooled(Sequence before) override { spool_->forget(before); }
    [[nodiscard]] bool spool_full() const override { return true; }
    Result<void> keep_jobs(std::span<const SharePtr> shares) override;
    void spooled(Sequence end) override;
    void spool_failed(const Error& error) override;
    void read_back(const std::vector<SharePtr>& shares) override { stream_->read_back(shares); }
    void read_failed() override { stream_->read_failed(); }

    const ShareSpoolReplayOptions options_;
    metrics::Gauge bytes_;
    metrics::Gauge shares_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::optional<bus::Producer<v1::Share>> producer_;
    std::size_t streams_ = 0;              // not at their end
    std::deque<ShareSpoolFiles> waiting_;  // read, and their turn has not come
    std::uint32_t partition_ = 0;
    std::string key_;
    std::unique_ptr<ShareSpool> spool_;
    std::unique_ptr<ShareStream> stream_;
    std::atomic<bool> cancelled_{false};
    std::thread reader_;  // finds where each spool ends, which takes seconds for gigabytes
};

}  // namespace lode::sserver
