// GET /healthz and GET /metrics over all services of the process.
#pragma once

#include <span>

#include "common/http/server.hpp"
#include "common/runtime/host.hpp"

namespace lode::runtime {

// /healthz is 200 when every service is ready, else 503, with
// {"ready":…,"services":{"<name>":{"ready":…,"detail":"…"},…}}. A service whose loop does not
// answer within a second is not ready. `scheduler` runs the gathering; it and what is `watched`
// outlive the server behind `router`.
struct Watched {
    std::span<const std::unique_ptr<Host>> hosts;
    const metrics::Registry& bus;
};
void add_health_routes(http::Router& router, Scheduler& scheduler, const Watched& watched);

}  // namespace lode::runtime
