// One endpoint after the other.
#include "statshttpd/service_watch.hpp"

#include <algorithm>

#include "common/config/pool.hpp"
#include "common/http/client.hpp"
#include "common/json/require.hpp"

namespace lode::statshttpd {
namespace {

constexpr auto answer_time = std::chrono::seconds(2);  // an endpoint waits 1 s for its services

}  // namespace

std::vector<std::uint16_t> health_ports(const config::Document& document) {
    std::vector<std::uint16_t> ports;
    for (const std::string_view name : config::service_names) {
        std::int64_t port = config::default_health_port(name);
        if (const config::Entry* section = document.root().find(name); section != nullptr) {
            const config::Entry* setting = section->node.find("health_port");
            if (setting != nullptr) port = setting->node.integer;
        }
        ports.push_back(static_cast<std::uint16_t>(port));
    }
    std::ranges::sort(ports);
    const auto repeated = std::ranges::unique(ports);
    ports.erase(repeated.begin(), repeated.end());
    return ports;
}

Result<std::vector<ServiceState>> read_health(std::string_view body, const std::string& address) {
    LODE_TRY(const auto document, json::Document::parse(body));
    LODE_TRY(const auto services, json::require_object(document.root(), "services"));
    std::vector<ServiceState> states;
    for (const auto& [name, service] : services.members()) {
        LODE_TRY(const bool ready, json::require_bool(service, "ready"));
        LODE_TRY(const auto detail, json::require_string(service, "detail"));
        states.push_back({.name = std::string(name),
                          .ready = ready,
                          .detail = std::string(detail),
                          .address = address});
    }
    return states;
}

std::vector<ServiceState> ServiceWatch::ask_all() const {
    std::vector<ServiceState> all;
    for (const std::uint16_t port : ports_) {
        http::Client client({.host = host_, .port = port});
        const auto answer = client.request({.target = "/healthz"}, answer_time);
        if (!answer) continue;
        const auto states = read_health(answer.value().body, host_ + ":" + std::to_string(port));
        if (states) all.insert(all.end(), states.value().begin(), states.value().end());
    }
    std::ranges::sort(all, {}, &ServiceState::name);
    return all;
}

void ServiceWatch::look(Told told) {
    if (waiting_.fetch_add(1) >= waiting_max) {
        --waiting_;
        return told(failure(ErrorCode::exhausted, "too many requests wait for the services"));
    }
    loop_.post([this, told = std::move(told)] {
        told(ask_all());
        --waiting_;
    });
}

}  // namespace lode::statshttpd
