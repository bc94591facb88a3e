// Reads /healthz (common/runtime/health_endpoint.hpp).
#include "lode/status.hpp"

#include <algorithm>

#include "common/http/client.hpp"
#include "common/json/require.hpp"

namespace lode::launcher {
namespace {

// The endpoint itself answers within a second, whatever its services do.
constexpr auto answer_time = std::chrono::seconds(5);

}  // namespace

Result<Status> read_status(std::string_view healthz) {
    LODE_TRY(const auto document, json::Document::parse(healthz));
    LODE_TRY(const bool ready, json::require_bool(document.root(), "ready"));
    LODE_TRY(const auto services, json::require_object(document.root(), "services"));
    std::size_t width = 0;
    for (const auto& [name, service] : services.members()) width = std::max(width, name.size());
    Status status{.ready = ready ? Status::Ready::yes : Status::Ready::no, .text = {}};
    for (const auto& [name, service] : services.members()) {
        LODE_TRY(const bool service_ready, json::require_bool(service, "ready"));
        LODE_TRY(const auto detail, json::require_string(service, "detail"));
        status.text += std::string(name) + std::string(width - name.size() + 2, ' ') +
                       (service_ready ? "ready" : "not ready");
        if (!detail.empty()) status.text += ": " + std::string(detail);
        status.text += '\n';
    }
    return status;
}

Result<Status> ask_status(std::uint16_t port) {
    http::Client client({.host = "127.0.0.1", .port = port});
    LODE_TRY(const auto response, client.request({.target = "/healthz"}, answer_time));
    auto status = read_status(response.body);
    if (!status) return failure_in("the answer of /healthz", status.error());
    return status;
}

}  // namespace lode::launcher
