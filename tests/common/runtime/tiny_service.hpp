// A service that does what a test tells it, and the surroundings it needs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/config/pool.hpp"
#include "common/runtime/host.hpp"
#include "tests/support/temporary_folder.hpp"

namespace lode::test {

struct TinyBehaviour {
    std::function<Result<void>(runtime::Context&)> start = [](runtime::Context&) {
        return Result<void>(success());
    };
    std::function<void(std::function<void()> stopped)> stop = [](const auto& stopped) {
        stopped();
    };
    std::function<runtime::Health()> health = [] {
        return runtime::Health{.readiness = runtime::Readiness::ready};
    };
    std::function<void()> reload = [] {};
    std::function<void()> destroyed = [] {};
};

// Its section has the one setting health_port, 0 (any free port) by default.
[[nodiscard]] runtime::ServiceDefinition tiny_service(std::string_view name,
                                                      TinyBehaviour behaviour = {});

// A complete configuration with its data in `folder`; `more` is appended.
[[nodiscard]] std::string tiny_configuration(const TemporaryFolder& folder,
                                             std::string_view more = "");

// What hosts share, with an embedded bus in a folder of its own.
struct TinyPool {
    TemporaryFolder folder;
    config::Document document =
        config::Document::parse(tiny_configuration(folder), "lode.toml").value();
    config::PoolConfig pool = config::pool_section().read(document).value();
    std::unique_ptr<bus::Bus> bus =
        bus::open_bus({.folder = (folder.path() / "bus").string()}).value();
    runtime::Shared shared{document, pool, *bus, system_clock()};

    // Without routes of its own the service may have a router that nobody serves.
    [[nodiscard]] std::unique_ptr<runtime::Host> host(
        const runtime::ServiceDefinition& definition) const {
        return std::make_unique<runtime::Host>(definition, folder.path() / definition.name,
                                               http::Router());
    }
};

}  // namespace lode::test
