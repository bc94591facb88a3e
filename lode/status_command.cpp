// Which endpoints there are is told by the configuration: all services in one process share the
// first's; a service on its own has one of its own.
#include "lode/status_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <span>

#include "common/http/client.hpp"
#include "common/runtime/run.hpp"
#include "common/runtime/stop_signal.hpp"
#include "lode/configuration.hpp"
#include "lode/services.hpp"
#include "lode/status.hpp"
#include "statshttpd/config.hpp"

namespace lode::launcher {
namespace {

// An endpoint answers within a second, whatever its services do.
constexpr auto answer_time = std::chrono::seconds(5);
constexpr auto watch_interval = std::chrono::seconds(2);
constexpr const char* clear_screen = "\x1b[H\x1b[2J";

struct Place {
    std::string host;
    std::uint16_t port = 0;
};

// Where the configuration puts what is asked.
struct Places {
    Place shared;
    std::vector<std::pair<std::string, Place>> services;  // by name, in their order
    Place api;
};

// An address that stands for all of a machine's is asked on its loopback.
std::string reachable(const std::string& address) {
    if (address == "0.0.0.0") return "127.0.0.1";
    return address == "::" ? "::1" : address;
}

Result<Places> places_of(const Configuration& configuration) {
    const auto definitions = services();
    const std::string host = reachable(configuration.pool.health_address);
    Places places;
    places.shared.host = host;
    LODE_TRY(places.shared.port, runtime::endpoint_port(definitions, configuration.document));
    for (const auto& definition : definitions) {
        LODE_TRY(const auto port,
                 runtime::endpoint_port(std::span(&definition, 1), configuration.document));
        places.services.push_back({std::string(definition.name), {host, port}});
    }
    LODE_TRY(const auto api, statshttpd::section().read(configuration.document));
    places.api = {reachable(api.address), api.port};
    return places;
}

Result<std::vector<ServiceStatus>> ask_services(const Place& place) {
    http::Client client({.host = place.host, .port = place.port});
    LODE_TRY(const auto response, client.request({.target = "/healthz"}, answer_time));
    auto services = read_services(response.body);
    if (!services) return failure_in("the answer of /healthz", services.error());
    return services;
}

// Empty while the API does not answer this.
std::string ask_api(const Place& place, const std::string& target) {
    http::Client client({.host = place.host, .port = place.port});
    const auto response = client.request({.target = target}, answer_time);
    return response && response.value().status == 200 ? response.value().body : std::string();
}

// First the endpoint that all share; a service that is not in its answer may be on its own.
Result<Picture> look(const Places& places) {
    Picture picture;
    auto shared = ask_services(places.shared);
    if (shared) picture.services = shared.value();
    bool anyone = shared.has_value();
    for (const auto& [name, place] : places.services) {
        if (std::ranges::find(picture.services, name, &ServiceStatus::name) !=
            picture.services.end()) {
            continue;
        }
        const auto alone = ask_services(place);
        anyone = anyone || alone.has_value();
        picture.services.push_back(alone && alone.value().size() == 1
                                       ? alone.value().front()
                                       : ServiceStatus{.name = name});
    }
    if (!anyone) return shared.error();
    picture.pool = ask_api(places.api, "/api/v1/pool");
    picture.blocks = ask_api(places.api, "/api/v1/blocks?limit=5");
    return picture;
}

int show(const Picture& picture, const Options& options) {
    const std::string text = options.format == Format::json
                                 ? to_json(picture)
                                 : to_text(picture, system_clock().unix_now());
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
    return all_ready(picture) ? runtime::exit_ok : runtime::exit_run_time;
}

// Until a signal; a pool that is gone is said to be, and looked for again.
Result<int> watch(const Places& places, const Options& options) {
    runtime::StopSignal signal;
    const bool screen = options.format == Format::text && isatty(STDOUT_FILENO) == 1;
    do {
        const auto picture = look(places);
        if (screen) std::fputs(clear_screen, stdout);
        if (picture) {
            (void)show(picture.value(), options);
        } else {
            std::fprintf(stderr, "lode: %s\n", picture.error().context.c_str());
        }
    } while (signal.wait(system_clock().steady_now() + watch_interval) !=
             runtime::Wake::stop_signal);
    return runtime::exit_ok;
}

}  // namespace

Result<int> status(const Options& options) {
    LODE_TRY(const auto configuration, load(options.config));
    LODE_TRY(const auto places, places_of(configuration));
    if (options.watch) return watch(places, options);
    LODE_TRY(const auto picture, look(places));
    return show(picture, options);
}

}  // namespace lode::launcher
