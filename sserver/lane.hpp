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
#include "sserver/loop_sessions.hpp"

namespace lode::sserver {

struct LaneOptions {
    LoopSessionsOptions sessions;
    std::uint16_t number = 0;
    std::vector<int> start_exponents;  // by listener
    std::uint32_t partition = 0;       // of the share topic, for the stream's life
    std::size_t line_size_max = 0;
    std::size_t output_size_max = 0;
    // Called on the lane's thread.
    std::function<void(const std::shared_ptr<const v1::SolvedShare>&)> solved;
};

class Lane final : public net::ConnectionHandler, public LoopPort {
  public:
    // The context outlives it.
    [[nodiscard]] static Result<std::unique_ptr<Lane>> start(runtime::Context& context,
                                                             LaneOptions options);
    ~Lane() override { stop(); }

    // ---- from the service's thread ----
    void job(const JobPtr& job, SteadyTime arrived);
    void solved_safe(const std::string& block_hash);
    void tick();
    void close_all();
    // From now on nothing of miners is read.
    void drain() { draining_.store(true); }
    [[nodiscard]] std::size_t shares_under_way() const { return under_way_.load(); }
    // The bus failed to store shares that wait for it.
    [[nodiscard]] bool stuck() const { return stuck_.load(); }
    // Closes every connection and joins; shares still under way stay unanswered.
    void stop();
    [[nodiscard]] net::Loop& loop() { return *loop_; }

  private:
    Lane(runtime::Context& context, LaneOptions options);
    void opened(net::ConnectionId id, const net::Peer& peer) override;
    void line(net::ConnectionId id, std::string_view line) override;
    void deadline(net::ConnectionId id) override;
    void closed(net::ConnectionId id, net::CloseReason reason) override;

    void send(ClientId client, std::string_view text) override;
    void send(ClientId client, const SharedText& text) override;
    void close(ClientId client) override;
    void look_at(ClientId client, SteadyTime when) override;
    Result<void> publish(const std::shared_ptr<const v1::Share>& share) override;
    void solved(const std::shared_ptr<const v1::SolvedShare>& share) override;
    void show_stream();
    void outcome(Sequence sequence, const Result<bus::Position>& place);

    const Clock& clock_;
    LaneOptions options_;
    std::string key_;  // of its shares on the bus
    LoopProbe probe_;
    LoopSessions sessions_;
    std::atomic<bool> draining_{false};
    std::atomic<std::size_t> under_way_{0};
    std::atomic<bool> stuck_{false};
    std::unique_ptr<net::Loop> loop_;
    std::optional<bus::Producer<v1::Share>> shares_;
};

}  // namespace lode::sserver
