// All lanes of a server: opened together, told together, looked at together. Made, used and
// destroyed on the context's loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "common/runtime/service.hpp"
#include "sserver/config.hpp"
#include "sserver/lane.hpp"
#include "sserver/server_lease.hpp"
#include "sserver/solved_outbox.hpp"

namespace lode::sserver {

// What all lanes use. All of it outlives them.
struct LaneSurroundings {
    const SessionRules& rules;  // with the server id
    SessionNumbers& numbers;
    ParkedSessions& parked;
    Guard& guard;
    SpoolBudget& spool;
    JobKeeper& jobs;
    // Called on the context's loop; `safe` is run there when the share is on disk or further.
    std::function<void(const SolvedPtr& share, Task safe)> solved;
};

class Lanes {
  public:
    // Both outlive it.
    Lanes(runtime::Context& context, const Config& config) : context_(context), config_(config) {}
    ~Lanes() { stop(); }
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;

    // One for each loop that the settings want. After a failure there is none.
    [[nodiscard]] Result<void> open(Identity identity, const LaneSurroundings& surroundings);
    [[nodiscard]] bool empty() const { return lanes_.empty(); }

    // As of each lane (lane.hpp).
    void job(const JobPtr& job, SteadyTime arrived);
    void tick();
    void no_work(const SharedText& farewell);
    void work_again();
    void close_all();
    void close_banned(const Ban& ban);
    void tell_miners(const Notice& notice);
    // The streams are from now on looked at by tick() alone.
    void drain();
    // Every lane has stopped before the first one goes: they call one another.
    void stop();

    [[nodiscard]] std::vector<net::Loop*> loops() const;
    [[nodiscard]] std::size_t connections() const;
    [[nodiscard]] std::size_t shares_under_way() const;
    // Of any of them.
    [[nodiscard]] bool stuck() const;
    [[nodiscard]] bool slow_bus() const;

  private:
    [[nodiscard]] Result<void> open_all(Identity identity, const LaneSurroundings& surroundings);
    void solved_safe(std::uint16_t lane, const std::string& block_hash);
    void look_after(std::uint16_t lane, Duration time);

    runtime::Context& context_;
    const Config& config_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::shared_ptr<const bool> alive_;          // while lanes may report solved shares
    std::vector<std::unique_ptr<Timer>> looks_;  // by lane; null before its first
};

}  // namespace lode::sserver
