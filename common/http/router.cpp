// The table of routes, read by the server's thread while services add to it.
#include <shared_mutex>

#include "common/base/assert.hpp"
#include "common/http/server.hpp"

namespace lode::http {

struct Router::Table {
    std::shared_mutex mutex;
    Routes routes = Routes::complete;
    std::map<std::string, std::map<Method, Handler>, std::less<>> paths;
};

Router::Router() : table_(std::make_shared<Table>()) {}

void Router::add(Method method, std::string_view path, Handler handler) {
    const std::unique_lock lock(table_->mutex);
    auto& methods = table_->paths[prefix_ + std::string(path)];
    const bool added = methods.emplace(method, std::move(handler)).second;
    LODE_ASSERT(added);
}

void Router::expect(Routes routes) {
    const std::unique_lock lock(table_->mutex);
    table_->routes = routes;
}

Router Router::under(std::string_view prefix) const {
    Router inner = *this;
    inner.prefix_ += prefix;
    return inner;
}

void Router::handle(const Request& request, Responder responder) const {
    Handler handler;
    {
        const std::shared_lock lock(table_->mutex);
        const auto path = table_->paths.find(request.path);
        if (path == table_->paths.end()) {
            responder.send(table_->routes == Routes::awaited
                               ? error_response(503, "services start")
                               : error_response(404, "there is nothing at this path"));
            return;
        }
        const auto method = path->second.find(request.method);
        if (method == path->second.end()) {
            responder.send(error_response(405, "this path has other methods"));
            return;
        }
        handler = method->second;
    }
    handler(request, std::move(responder));
}

}  // namespace lode::http
