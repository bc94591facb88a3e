// Answers given once, and the table of routes, read by the server's thread while services add to
// it.
#include <algorithm>
#include <atomic>
#include <shared_mutex>

#include "common/base/assert.hpp"
#include "common/http/server.hpp"

namespace lode::http {

namespace {

using Methods = std::map<Method, Handler>;

struct Pattern {
    std::vector<std::string> segments;
    Methods methods;
};

std::vector<Method> names_of(const Methods& methods) {
    std::vector<Method> names;
    for (const auto& [method, handler] : methods) names.push_back(method);
    return names;
}

bool is_name(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with('}');
}

// What the names of the pattern stand for in a path; none where it does not fit.
std::optional<std::map<std::string, std::string, std::less<>>> match(
    const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    if (pattern.size() != path.size()) return std::nullopt;
    std::map<std::string, std::string, std::less<>> parameters;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (!is_name(pattern[i])) {
            if (pattern[i] != path[i]) return std::nullopt;
        } else {
            if (path[i].empty()) return std::nullopt;
            parameters.emplace(pattern[i].substr(1, pattern[i].size() - 2), path[i]);
        }
    }
    return parameters;
}

}  // namespace

struct Responder::Once {
    explicit Once(Taker its_taker) : taker(std::move(its_taker)) {}
    ~Once() { give(error_response(500, "the request was dropped")); }
    Once(const Once&) = delete;
    Once& operator=(const Once&) = delete;

    void give(Response response) {
        if (!given.exchange(true)) taker(std::move(response));
    }

    const Taker taker;
    std::atomic<bool> given = false;
};

Responder::Responder(Taker taker) : once_(std::make_shared<Once>(std::move(taker))) {}

void Responder::send(Response response) const {
    once_->give(std::move(response));
}

struct Router::Table {
    std::shared_mutex mutex;
    Routes routes = Routes::complete;
    std::map<std::string, Methods, std::less<>> paths;  // without names
    std::map<std::string, Pattern, std::less<>> patterns;
    std::map<std::string, SocketOpener, std::less<>> websockets;

    Methods& methods_of(const std::string& path) {
        if (path.find('{') == path.npos) return paths[path];
        Pattern& pattern = patterns[path];
        pattern.segments = parse_target(path)->segments;
        return pattern.methods;
    }
    // Fills in the request's parameters; null for an unknown path.
    const Methods* find(Request& request) const {
        const auto exact = paths.find(request.path);
        // Decoded slashes are text of a segment, not its end.
        const auto slashes = static_cast<std::size_t>(std::ranges::count(request.path, '/'));
        if (exact != paths.end() && slashes == request.segments.size()) return &exact->second;
        for (const auto& [path, pattern] : patterns) {
            if (auto parameters = match(pattern.segments, request.segments)) {
                request.parameters = std::move(*parameters);
                return &pattern.methods;
            }
        }
        return nullptr;
    }
};

Router::Router() : table_(std::make_shared<Table>()) {}

void Router::add(Method method, std::string_view path, Handler handler) {
    const std::unique_lock lock(table_->mutex);
    auto& methods = table_->methods_of(prefix_ + std::string(path));
    const bool added = methods.emplace(method, std::move(handler)).second;
    LODE_ASSERT(added);
}

void Router::add_websocket(std::string_view path, SocketOpener opener) {
    add(Method::get, path, [](const Request&, const Responder& responder) {
        Response refused = error_response(426, "a WebSocket is spoken here");
        refused.fields.emplace_back("Upgrade", "websocket");
        responder.send(std::move(refused));
    });
    const std::unique_lock lock(table_->mutex);
    table_->websockets.emplace(prefix_ + std::string(path), std::move(opener));
}

SocketOpener Router::websocket(const std::string& path) const {
    const std::shared_lock lock(table_->mutex);
    const auto found = table_->websockets.find(path);
    return found == table_->websockets.end() ? nullptr : found->second;
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

std::vector<Method> Router::methods(Request request) const {
    const std::shared_lock lock(table_->mutex);
    const Methods* const methods = table_->find(request);
    return methods == nullptr ? std::vector<Method>() : names_of(*methods);
}

void Router::handle(Request request, Responder responder) const {
    Handler handler;
    {
        const std::shared_lock lock(table_->mutex);
        const Methods* const methods = table_->find(request);
        if (methods == nullptr) {
            responder.send(table_->routes == Routes::awaited
                               ? error_response(503, "services start")
                               : error_response(404, "there is nothing at this path"));
            return;
        }
        const auto method = methods->find(request.method);
        if (method == methods->end()) {
            Response refused = error_response(405, "this path has other methods");
            refused.fields.emplace_back("Allow", allow_text(names_of(*methods)));
            responder.send(std::move(refused));
            return;
        }
        handler = method->second;
    }
    handler(request, std::move(responder));
}

}  // namespace lode::http
