// What every service is to the program that runs it: how it is made, started, asked and stopped.
// All calls come on the service's own loop thread, create and the destructor included.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/executor.hpp"
#include "common/base/result.hpp"
#include "common/bus/bus.hpp"
#include "common/http/server.hpp"
#include "common/metrics/metrics.hpp"

namespace lode::config {
class Document;
struct PoolConfig;
class SectionBase;
}  // namespace lode::config

namespace lode::runtime {

// All of it outlives the service.
struct Context {
    const config::Document& document;
    const config::PoolConfig& pool;
    // <data_dir>/<service>: exists, and is locked for this process.
    std::filesystem::path data_folder;
    // Names this instance wherever there may be several: "<service>-" and 8 hex digits, made at
    // the first start in the data folder.
    std::string instance;
    // Nothing runs on it once the service is destroyed: what is posted to it needs no guard against
    // that, only against the end of an object that lives shorter.
    Scheduler& loop;
    bus::Bus& bus;
    const Clock& clock;
    metrics::Registry& metrics;
    // The service's endpoint; /healthz and /metrics are there already. Handlers run on the http
    // thread and post to `loop`. Where several services share a process, each one's paths stand
    // under its name: /blkmaker/v1/solved.
    http::Router& router;
};

enum class Readiness : std::uint8_t { not_ready, ready };

struct Health {
    Readiness readiness = Readiness::not_ready;
    std::string detail;  // one phrase for a person: what is waited for
};

class Service {
  public:
    virtual ~Service() = default;

    // Opens consumers and listeners; does not wait for neighbours (a node that is down is
    // not_ready, not an error). An error ends the program: conflict with exit code 3, malformed
    // with 2, any other with 1.
    [[nodiscard]] virtual Result<void> start() = 0;

    // Called once, also after a failed start: take in nothing more, bring what is under way to
    // its end, then call `stopped` (on this thread). There are 10 s.
    virtual void stop(std::function<void()> stopped) = 0;

    // SIGHUP, once all have started: files that may change while it runs, such as certificates,
    // are read again. The configuration is not.
    virtual void reload() {}

    [[nodiscard]] virtual Health health() const = 0;
};

struct ServiceDefinition {
    std::string_view name;     // "gbtmaker": of the program, its section and its folder
    std::string_view summary;  // one line for --help
    std::uint16_t default_health_port = 0;
    const config::SectionBase* settings = nullptr;  // its table, for --help and the check
    std::function<Result<std::unique_ptr<Service>>(Context&)> create{};
    // What its table cannot tell, such as an address of another network: asked before anything is
    // opened, and by `lode config check`. None: the table tells all.
    std::function<Result<void>(const config::Document&, const config::PoolConfig&)> check{};
};

}  // namespace lode::runtime
