// One connection to the pool as pure logic: what happened goes in, what to do comes out. A new
// connection has a new Session.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/secret.hpp"
#include "common/stratum/client.hpp"
#include "miner/work.hpp"

namespace lode::miner {

struct SessionOptions {
    std::string user;
    Secret password;
    std::string host;              // connected to
    std::string agent;             // how this program names itself
    std::string resume_id;         // of the session before, if the pool gave one
    std::uint64_t connection = 0;  // counts connections
};

struct Send {
    std::string lines;
};
struct SetWork {
    WorkPtr work;
};
struct ShareAccepted {};
struct ShareRejected {
    stratum::Rejection rejection;
};
// The connection is of no more use; come back later, and where the pool says so not before a time
// and on another port.
struct Close {
    std::string reason;
    std::uint16_t port = 0;  // 0: the usual one
    Duration wait{};
};
// The pool does not want this user: trying again would not help.
struct AuthorisationRefused {
    stratum::Rejection rejection;
};
using Action =
    std::variant<Send, SetWork, ShareAccepted, ShareRejected, Close, AuthorisationRefused>;
using Actions = std::vector<Action>;

class Session {
  public:
    explicit Session(SessionOptions options);

    // The connection stands: asks for version rolling, a subscription and authorisation at once.
    [[nodiscard]] Actions connected(SteadyTime now);
    [[nodiscard]] Actions line(std::string_view line);
    [[nodiscard]] Actions found(const Found& found, SteadyTime now);
    // To be called about once a second: gives a pool up that does not answer.
    [[nodiscard]] Actions tick(SteadyTime now);

    [[nodiscard]] bool authorised() const { return authorised_; }
    [[nodiscard]] const std::string& session_id() const { return session_id_; }
    // As the pool last said it, in decimal.
    [[nodiscard]] std::string difficulty() const;

  private:
    enum class Asked : std::uint8_t { configure, subscribe, authorize, submit };
    struct Pending {
        Asked what;
        SteadyTime since;
    };

    std::uint64_t ask(Asked what, SteadyTime now);
    Actions answer(const stratum::Answer& answer);
    Actions subscribed(const stratum::Answer& answer);
    Actions authorisation(const stratum::Answer& answer);
    Actions job(stratum::PoolJob job);
    Actions reconnect(const stratum::ReconnectTo& to) const;
    // The newest job as work, once subscribed and authorised.
    [[nodiscard]] Actions current_work() const;

    SessionOptions options_;
    std::uint64_t next_id_ = 1;
    // Requests without an answer: three for the handshake, and the team's limit of submits.
    std::map<std::uint64_t, Pending> pending_;
    bool subscribed_ = false;
    bool authorised_ = false;
    std::string session_id_;
    Bytes extranonce1_;
    std::size_t extranonce2_size_ = 0;
    std::uint32_t version_mask_ = 0;
    bitcoin::Difficulty difficulty_;  // 1 until the pool says otherwise
    WorkPtr work_;                    // of the newest job; extranonce and limits of its arrival
    std::uint64_t tip_ = 0;
};

}  // namespace lode::miner
