// One service within a process: its loop, its metrics, its part of the endpoint. The service
// itself is touched on its loop only.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "common/runtime/loop.hpp"
#include "common/runtime/service.hpp"

namespace lode::runtime {

// What the services of a process share.
struct Shared {
    const config::Document& document;
    const config::PoolConfig& pool;
    bus::Bus& bus;
    const Clock& clock;
};

class Host {
  public:
    Host(const ServiceDefinition& definition, std::filesystem::path data_folder,
         http::Router router);
    // The service is gone by then (discard), or was never made.
    ~Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    [[nodiscard]] std::string_view name() const { return definition_.name; }
    [[nodiscard]] const metrics::Registry& metrics() const { return metrics_; }

    // Each returns at once; `done` runs later on the service's loop. An exception of the service
    // is an error of code internal.
    void start(const Shared& shared, std::function<void(Result<void>)> done);
    // After a successful start.
    void reload();
    void stop(Task done);
    // Destroys the service; what it, its threads or others have posted or post to its loop is
    // dropped from then on.
    void discard(Task done);
    void ask_health(std::function<void(Health)> answer);

  private:
    Result<void> create_and_start(const Shared& shared);

    const ServiceDefinition& definition_;
    std::filesystem::path data_folder_;
    http::Router router_;
    metrics::Registry metrics_;
    Loop loop_;
    std::optional<Context> context_;
    std::unique_ptr<Service> service_;
};

}  // namespace lode::runtime
