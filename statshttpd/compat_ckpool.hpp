// ckpool's status files as bodies: what scripts read from logs/pool and logs/users. Hash rates are
// text of three digits and a unit. Windows and counts that Lode does not keep are left out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "statshttpd/live_windows.hpp"

namespace lode::statshttpd {

// "1.23T"; below a thousand without a unit.
[[nodiscard]] std::string ckpool_rate(const Measured& measured);

struct CkpoolStatus {
    PoolRates rates;
    Active active;
    std::chrono::seconds uptime;
    UnixTime now;
};
// Three lines, an object each.
[[nodiscard]] std::string ckpool_status(const CkpoolStatus& status);

struct CkpoolUser {
    std::optional<UserRates> rates;  // none without a share in the last hour
    Measured day;
    std::optional<UnixTime> last_share;
    UnixTime first_seen;
    std::vector<WorkerRates> workers;
};
[[nodiscard]] std::string ckpool_user(const std::string& name, const CkpoolUser& user);

}  // namespace lode::statshttpd
