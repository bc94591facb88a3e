// Bodies in the shapes of public-pool's API, which widgets and home dashboards are written to. What
// Lode does not keep (user agents, best difficulties, sessions) is empty or null, never made up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "statshttpd/answers.hpp"
#include "statshttpd/live_windows.hpp"
#include "statshttpd/work_answers.hpp"

namespace lode::statshttpd {

// "2026-11-21T10:00:00.000Z"
[[nodiscard]] std::string iso_time(UnixTime time);

[[nodiscard]] std::string public_pool_info(const BlocksPage& newest, UnixTime started);
struct PublicPool {
    Measured hour;
    Active active;
    std::optional<CurrentJob> job;
};
[[nodiscard]] std::string public_pool_pool(const PublicPool& pool, const BlocksPage& newest);
// The fields of the node's getmininginfo that the pool knows.
[[nodiscard]] std::string public_pool_network(const std::optional<CurrentJob>& job,
                                              std::string_view network);
// A point a step of ten minutes: {"label": its beginning, "data": hash rate}.
[[nodiscard]] std::string public_pool_chart(const WorkPoints& points, const Span& span,
                                            const SpanTime& time);
[[nodiscard]] std::string public_pool_client(const std::vector<WorkerRates>& workers);
[[nodiscard]] std::string public_pool_worker(const WorkerRates& worker);

}  // namespace lode::statshttpd
