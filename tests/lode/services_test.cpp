// The list of services.
#include "lode/services.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/config/pool.hpp"

using namespace lode;
using namespace lode::launcher;

TEST_CASE("each service has its settings, under its own name and with its own port") {
    for (const auto& service : services()) {
        REQUIRE(service.settings != nullptr);
        CHECK(service.settings->name() == service.name);
        CHECK(service.default_health_port == config::default_health_port(service.name));
        CHECK(service.create);
    }
}

TEST_CASE("consumers start before those whose messages they take") {
    std::vector<std::string_view> names;
    for (const auto& service : services()) names.push_back(service.name);
    CHECK(names == std::vector<std::string_view>{"statshttpd", "payout", "sharelogger", "blkmaker",
                                                 "sserver", "jobmaker", "gbtmaker", "poolwatcher"});
}

TEST_CASE("the sections stand in the order of the flow, the common ones first") {
    std::vector<std::string_view> names;
    for (const auto* section : sections()) names.push_back(section->name());
    CHECK(names == std::vector<std::string_view>{"", "gbtmaker", "jobmaker", "sserver", "blkmaker",
                                                 "sharelogger", "payout", "poolwatcher",
                                                 "statshttpd"});
}
