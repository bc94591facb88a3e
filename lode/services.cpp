// The list; a new service is one line here.
#include "lode/services.hpp"

#include <algorithm>

#include "blkmaker/service.hpp"
#include "common/config/pool.hpp"
#include "gbtmaker/service.hpp"
#include "jobmaker/service.hpp"
#include "payout/service.hpp"
#include "poolwatcher/service.hpp"
#include "sharelogger/service.hpp"
#include "sserver/service.hpp"
#include "statshttpd/service.hpp"

namespace lode::launcher {

std::vector<runtime::ServiceDefinition> services() {
    return {statshttpd::definition(), payout::definition(),     sharelogger::definition(),
            blkmaker::definition(),   sserver::definition(),    jobmaker::definition(),
            gbtmaker::definition(),   poolwatcher::definition()};
}

config::Sections sections() {
    config::Sections all{&config::pool_section().base()};
    auto list = services();
    std::ranges::sort(list, {}, &runtime::ServiceDefinition::default_health_port);
    for (const runtime::ServiceDefinition& service : list) all.push_back(service.settings);
    return all;
}

}  // namespace lode::launcher
