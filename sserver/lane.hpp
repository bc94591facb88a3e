// One event loop with its sessions and its producer of shares. Lanes share nothing but jobs and
// session numbers.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/bus/bus.hpp"
#include "common/net/loop.hpp"
#include "common/runtime/service.hpp"
#include "sserver/job_keeper.hpp"
#include "sserver/loop_sessions.hpp"
#include "sserver/share_spool.hpp"

namespace lode::sserver {

// 64 of the system's random bits; from any thread.
[[nodiscard]] std::uint64_t random_bits();

struct LaneOptions {
    LoopSessionsOptions sessions;
    std::uint16_t number = 0;
    std::uint32_t partition = 0;  // of the share topic, for the stream's life
    // Of all spools, and outlives the lane. Null: there is no spool, and `spool_folder` is not
    // used.
    SpoolBudget* spool = nullptr;
    std::filesystem::path spool_folder;
    JobKeeper* jobs = nullptr;  // for the spool; outlives the lane
    // All lanes of the server, by number; fixed before the first connection and until all have
    // stopped.
    const std::vector<std::unique_ptr<class Lane>>* lanes = nullptr;
    net::ConnectionLimits limits{};
    // Both are called on the lane's thread; the second asks for a look() after this time.
    std::function<void(const std::shared_ptr<const v1::SolvedShare>&)> solved;
    std::function<void(Duration)> look_after;
};

// What the service's thread may know of a lane's stream.
struct StreamState {
    std::atomic<std::size_t> under_way{0};  // shares that are not durable
    std::atomic<bool> stuck{false};         // shares are refused
    std::atomic<bool> slow_bus{false};      // it makes shares go through the spool
};

class Lane final : public net::ConnectionHandler, public LoopPort, private ShareSpoolHandler {
  public:
    // The context outlives it.
    [[nodiscard]] static Result<std::unique_ptr<Lane>> start(runtime::Context& context,
                                                             LaneOptions options);
    ~Lane() override { stop(); }

    // ---- from the service's thread ----
    void job(const JobPtr& job, SteadyTime arrived);
    void solved_safe(const std::string& block_hash);
    // Twice a second or so; more often while the last shares are waited for.
    void tick();
    // What LaneOptions::look_after asks for.
    void look();
    // Shares are refused as stale, until there is work again; `farewell`, whole lines, goes to all.
    void no_work(const SharedText& farewell);
    void work_again();
    void close_all();
    void close_banned(const Ban& ban);
    void tell_miners(const Notice& notice);
    // From now on nothing of miners is answered or credited; a block in it still goes out.
    void drain() { draining_.store(true); }
    [[nodiscard]] const StreamState& stream() const { return state_; }
    // Closes every connection and joins; shares that are not durable stay unanswered.
    void stop();
    [[nodiscard]] net::Loop& loop() { return *loop_; }

  private:
    Lane(runtime::Context& context, LaneOptions options);
    bool admit(const net::Peer& peer) override;
    void turned_back(const net::Peer& peer, net::CloseReason reason) override;
    void opened(net::ConnectionId id, const net::Peer& peer) override;
    void line(net::ConnectionId id, std::string_view line) override;
    void late_line(net::ConnectionId id, std::string_view line) override;
    void deadline(net::ConnectionId id) override;
    void closed(net::ConnectionId id, net::CloseReason reason) override;

    void send(ClientId client, std::string_view text) override;
    void send(ClientId client, const SharedText& text) override;
    void close(ClientId client) override;
    void look_at(ClientId client, SteadyTime when) override;
    bool ask_to_let_go(const SessionId& session, ClientId client) override;
    Result<void> publish(const SharePtr& share) override;
    void spool(const SharePtr& share) override { spool_->append(share); }
    void read_spool(Sequence from, std::size_t count) override { spool_->read(from, count); }
    void forget_spooled(Sequence before) override { spool_->forget(before); }
    [[nodiscard]] bool spool_full() const override { return spool_->full(); }
    void solved(const std::shared_ptr<const v1::SolvedShare>& share) override;
    Result<void> keep_jobs(std::span<const SharePtr> shares) override {
        return options_.jobs->keep(shares);
    }
    void spooled(Sequence end) override;
    void spool_failed(const Error& error) override;
    void read_back(const std::vector<SharePtr>& shares) override;
    void read_failed() override { sessions_.stream().read_failed(); }
    [[nodiscard]] Moment moment();
    void show_stream();
    void ask_for_look();
    enum class Route : bool { bus, spool };
    void tell_route(Route route);
    void show_spool();
    void outcome(Sequence sequence, const Result<bus::Position>& place);

    const Clock& clock_;
    LaneOptions options_;
    std::string key_;  // of its shares on the bus
    LoopProbe probe_;
    metrics::Gauge spooled_shares_;
    metrics::Gauge spooled_seconds_;
    LoopSessions sessions_;
    std::atomic<bool> draining_{false};
    Route told_route_ = Route::bus;  // in the log, and when
    std::optional<SteadyTime> told_at_{};
    StreamState state_;
    bool look_to_come_ = false;
    Moment moment_{};  // the loop's
    std::unique_ptr<net::Loop> loop_;
    std::optional<bus::Producer<v1::Share>> shares_;
    std::unique_ptr<ShareSpool> spool_;
};

}  // namespace lode::sserver
