// From arguments to exit code. What can fail is a Result up to run(), which turns the first error
// into one line and a code.
#include "common/runtime/run.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/runtime/arguments.hpp"
#include "common/runtime/health_endpoint.hpp"
#include "common/runtime/intake.hpp"
#include "common/runtime/supervisor.hpp"
#include "common/runtime/version.hpp"

namespace lode::runtime {
namespace {

// Long enough for a last fsync and a last delivery report, shorter than a service manager waits
// before it kills.
constexpr auto stop_time = std::chrono::seconds(10);
constexpr auto stop_patience = std::chrono::seconds(1);

struct Configuration {
    config::Document document;
    config::PoolConfig pool;
    std::uint16_t health_port = 0;
};

Result<Configuration> load(std::span<const ServiceDefinition> services,
                           const std::filesystem::path& path) {
    LODE_TRY(auto document, config::Document::load(path));
    config::Sections sections{&config::pool_section().base()};
    std::vector<std::string_view> others(config::service_names.begin(),
                                         config::service_names.end());
    for (const ServiceDefinition& service : services) {
        if (service.settings == nullptr) continue;
        sections.push_back(service.settings);
        std::erase(others, service.settings->name());
    }
    LODE_TRY_VOID(config::check(document, sections, others));
    LODE_TRY(auto pool, config::pool_section().read(document));
    for (const ServiceDefinition& service : services) {
        if (!service.check) continue;
        LODE_TRY_VOID(service.check(document, pool));
    }
    LODE_TRY(const auto port, endpoint_port(services, document));
    return Configuration{std::move(document), std::move(pool), port};
}

ExitCode cannot_start(const Error& error) {
    log::error("cannot start", {{"reason", error}});
    return exit_code(error.code);
}

std::filesystem::path folder_of(std::string_view name, const config::PoolConfig& pool) {
    return pool.data_dir / name;
}

bool embedded_bus(const config::PoolConfig& pool) {
    return pool.bus.url == "embedded:";
}

Result<std::vector<FolderLock>> lock_folders(std::span<const ServiceDefinition> services,
                                             const config::PoolConfig& pool) {
    std::vector<FolderLock> locks;
    for (const ServiceDefinition& service : services) {
        LODE_TRY(auto lock, FolderLock::take(folder_of(service.name, pool)));
        locks.push_back(std::move(lock));
    }
    if (embedded_bus(pool)) {
        LODE_TRY(auto lock, FolderLock::take(folder_of("bus", pool)));
        locks.push_back(std::move(lock));
    }
    return locks;
}

std::vector<std::unique_ptr<Host>> make_hosts(std::span<const ServiceDefinition> services,
                                              const config::PoolConfig& pool,
                                              const http::Router& router) {
    std::vector<std::unique_ptr<Host>> hosts;
    for (const ServiceDefinition& service : services) {
        auto own_router =
            services.size() == 1 ? router : router.under("/" + std::string(service.name));
        hosts.push_back(
            std::make_unique<Host>(service, folder_of(service.name, pool), std::move(own_router)));
    }
    return hosts;
}

// Everything that is open while services run; goes away in the reverse order. An error is one from
// before the first service; later ones are told here, before the services are stopped.
Result<ExitCode> run_services(std::span<const ServiceDefinition> services,
                              const ProgramOptions& options, const Arguments& arguments) {
    auto loaded = load(services, arguments.config);
    // Whatever is wrong with it, a file that cannot be read included, is the configuration.
    if (!loaded) return failure(ErrorCode::malformed, loaded.error().context);
    const Configuration& configuration = loaded.value();
    const config::PoolConfig& pool = configuration.pool;
    LODE_TRY(const auto locks, lock_folders(services, pool));
    if (options.prepare) {
        LODE_TRY_VOID(options.prepare(configuration.document, pool));
    }

    StopSignal signal;  // before the first thread
    LODE_TRY(const auto bus, bus::open_bus({.config = pool.bus,
                                            .folder = folder_of("bus", pool).string(),
                                            .chains = {pool.chain().name}}));
    Loop health_loop("health");
    http::Router router;
    router.expect(http::Router::Routes::awaited);  // the endpoint tells of services that start
    const auto hosts = make_hosts(services, pool, router);
    add_health_routes(router, health_loop, {hosts, bus->metrics()});
    LODE_TRY(auto opened, http::Server::start({.address = pool.health_address,
                                               .port = configuration.health_port,
                                               .body_max = message_body_max},
                                              router));
    std::optional<http::Server> endpoint(std::move(opened));
    log::info("endpoint open", {{"port", endpoint->port()}, {"version", version()}});

    Supervisor supervisor(signal, hosts);
    const auto started = supervisor.start({configuration.document, pool, *bus, system_clock()});
    ExitCode code = exit_ok;
    if (started) {
        router.expect(http::Router::Routes::complete);
        log::info("running", {{"services", hosts.size()}});
        supervisor.wait_for_stop_signal();
    } else if (started.error().code != ErrorCode::cancelled) {
        code = cannot_start(started.error());
    }
    if (supervisor.stop({stop_time, stop_patience}) == Stopped::not_in_time)
        std::_Exit(exit_run_time);
    endpoint.reset();  // no handler calls into a service from here on
    health_loop.stop();
    supervisor.discard();
    return code;
}

}  // namespace

Result<std::uint16_t> endpoint_port(std::span<const ServiceDefinition> services,
                                    const config::Document& document) {
    const auto& holder = *std::ranges::min_element(
        services, {}, [](const ServiceDefinition& one) { return one.default_health_port; });
    if (holder.settings == nullptr) return holder.default_health_port;
    // The service's own section is known by its table only.
    const std::shared_ptr<void> object = holder.settings->defaults();
    LODE_TRY_VOID(holder.settings->read_into(document, object.get()));
    for (const config::Setting& setting : holder.settings->settings()) {
        if (setting.key != "health_port") continue;
        return static_cast<std::uint16_t>(
            std::get<std::int64_t>(setting.values(object.get()).front()));
    }
    return holder.default_health_port;
}

ExitCode exit_code(ErrorCode code) {
    if (code == ErrorCode::malformed) return exit_configuration;
    if (code == ErrorCode::conflict) return exit_taken;
    return exit_run_time;
}

int run(std::span<const ServiceDefinition> services, const ProgramOptions& options) {
    log::set_service(options.name);
    std::signal(SIGPIPE, SIG_IGN);  // a peer that has gone is an error of the write
    try {
        const auto parsed = parse_arguments(services, options);
        if (!parsed) {
            log::error("wrong arguments", {{"reason", parsed.error()}});
            return exit_configuration;
        }
        if (const auto* print = std::get_if<PrintOnly>(&parsed.value())) {
            std::fputs(print->text.c_str(), stdout);
            return exit_ok;
        }
        const auto& arguments = std::get<Arguments>(parsed.value());
        log::set_level(arguments.level);
        const auto result = run_services(services, options, arguments);
        return result ? result.value() : cannot_start(result.error());
    } catch (const std::exception& error) {
        return cannot_start({ErrorCode::internal, error.what()});
    }
}

std::vector<std::string> arguments_of(int argc, char** argv) {
    return {argv + 1, argv + argc};
}

}  // namespace lode::runtime
