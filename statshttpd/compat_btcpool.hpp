// Bodies in the shapes of btcpool's statshttpd, for dashboards that were written for it: always
// valid JSON with status 200, errors by err_no. Windows are of 1, 5 and 15 minutes and an hour, in
// units of share difficulty 1, 2^32 hashes. Ids are names here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "statshttpd/live_windows.hpp"
#include "statshttpd/parameters.hpp"

namespace lode::statshttpd {

[[nodiscard]] std::string btcpool_pool(const PoolRates& rates, const Active& active,
                                       std::chrono::seconds uptime);

struct WorkerStatusQuery {
    // A query names a few workers; more than one page's are wrong.
    static constexpr std::size_t workers_max = 1'000;
    std::string user;
    std::vector<std::string> workers;  // "0" is the whole user
    bool merged = false;               // one sum of all
};
// Nothing for arguments that make no sense.
[[nodiscard]] std::optional<WorkerStatusQuery> parse_worker_status_query(const Query& query);

// What is known of one worker, or of a whole user; of one without a share nothing is.
struct WorkerStatus {
    bitcoin::Work five_minutes;
    bitcoin::Work fifteen_minutes;
    bitcoin::Work hour;
    std::int64_t shares = 0;  // of the hour
    UnixTime last_share;
    std::int64_t workers = 0;

    WorkerStatus& operator+=(const WorkerStatus& other);
};
[[nodiscard]] WorkerStatus status_of(const WorkerRates& worker);
[[nodiscard]] WorkerStatus status_of(const UserRates& user);

// By worker as asked for, or under "merge".
[[nodiscard]] std::string btcpool_workers(const std::map<std::string, WorkerStatus>& workers);

// Whole seconds; zero when nothing is known to be written.
[[nodiscard]] std::string btcpool_flush_time(UnixTime newest);

[[nodiscard]] std::string btcpool_invalid_arguments();

}  // namespace lode::statshttpd
