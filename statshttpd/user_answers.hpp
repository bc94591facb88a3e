// The bodies of the API that are about one user or about users. Names and types here are a promise
// to clients.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "statshttpd/live_windows.hpp"
#include "statshttpd/parameters.hpp"

namespace lode::statshttpd {

// What the database knows of a user.
struct UserRecord {
    UnixTime first_seen;
    std::optional<UnixTime> last_share;
    std::string scheme = "base";  // what his work is paid by now, as the database writes it
    std::int64_t blocks_found = 0;
    Measured day;  // the last 24 h
};

struct UserAnswer {
    std::string user;
    std::optional<UserRecord> record;  // none yet of a user whose first share just came
    std::optional<UserRates> rates;    // none without a share in the last hour
};

struct KnownWorker {
    std::string worker;
    UnixTime last_share;
};

struct KnownWorkers {
    std::int64_t total = 0;
    std::vector<KnownWorker> rows;
};

// online: a share within active_time; idle: within an hour; offline: longer ago.
struct UserWorker {
    KnownWorker known;
    std::optional<WorkerRates> rates;
};

struct UserWorkersAnswer {
    std::int64_t total = 0;
    std::vector<UserWorker> rows;
    UnixTime now;
};

[[nodiscard]] std::string to_json(const UserPage& users, const Page& page);
[[nodiscard]] std::string to_json(const UserAnswer& user);
[[nodiscard]] std::string to_json(const UserWorkersAnswer& workers, const Page& page);

}  // namespace lode::statshttpd
