// The miner as a whole: connects, hands events between the connection, the session and the team,
// and comes back after every loss. Everything but the team's threads runs on the loop given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"
#include "common/base/executor.hpp"
#include "common/base/secret.hpp"
#include "common/net/line_client.hpp"
#include "miner/display.hpp"
#include "miner/session.hpp"
#include "miner/team.hpp"

namespace lode::miner {

struct MinerOptions {
    std::string host;
    std::uint16_t port = 0;
    std::string user;
    Secret password;
    std::string agent;
    TeamOptions team;
    std::uint64_t seed = 0;  // of the waits between connections
};

// Made, used and destroyed on the loop's thread (or once that stopped).
class Miner {
  public:
    // `refused` runs once, when the pool refuses the authorisation; the miner then rests.
    Miner(MinerOptions options, Scheduler& loop, const Clock& clock, Task refused);

    void start();
    [[nodiscard]] Status status() const;

  private:
    void connect();
    void perform(Actions actions);
    void perform(const Send& send);
    void perform(const SetWork& set);
    void perform(const ShareAccepted& accepted);
    void perform(const ShareRejected& rejected);
    void perform(const Close& close);
    void perform(const AuthorisationRefused& refusal);
    void found(const Found& found);
    void lost(const Close& close);
    void second_passed();

    const MinerOptions options_;
    Scheduler& loop_;
    const Clock& clock_;
    const Task refused_;
    Status status_;
    RateMeter rate_;
    Backoff backoff_;
    std::uint64_t random_;
    std::uint64_t connection_ = 0;
    std::uint16_t port_;
    SteadyTime rests_since_{};  // a block was found; epoch: hashing goes on
    std::unique_ptr<Session> session_;
    Team team_;
    net::LineConnector connector_;
    std::unique_ptr<net::LineClient> client_;
    std::unique_ptr<Timer> ticker_;
    std::unique_ptr<Timer> reconnect_;
};

}  // namespace lode::miner
