// An HTTP/1.1 server on a thread of its own: paths to handlers, answers from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/ip_address.hpp"
#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/http/message.hpp"
#include "common/http/policy.hpp"
#include "common/http/rate_limiter.hpp"
#include "common/metrics/metrics.hpp"

namespace lode::http {

struct Request {
    Method method = Method::get;
    std::string path;                                       // decoded
    std::vector<std::string> segments;                      // of the path, each decoded
    std::map<std::string, std::string, std::less<>> query;  // decoded
    // What stood in place of each {name} of the route's path, decoded; never empty.
    std::map<std::string, std::string, std::less<>> parameters;
    // By lower-case name; of a field given twice the last counts. Not the authorization.
    std::map<std::string, std::string, std::less<>> fields;
    // Numeric address of the client: of the other end, or whom a trusted proxy there names.
    std::string peer;
    std::string body;
    std::string content_type;
    Secret authorization;  // the whole field: scheme and credentials
};

// Answers one request. Copies share it: the first send() counts, from any thread, also after the
// server has gone. When the last copy goes unanswered, the answer is a 500.
class Responder {
  public:
    // Called once, on the thread of send().
    using Taker = std::function<void(Response)>;
    explicit Responder(Taker taker);
    void send(Response response) const;

  private:
    struct Once;
    std::shared_ptr<Once> once_;
};

// Runs on the server's thread and must not block: work of any length goes to another thread,
// which answers later.
using Handler = std::function<void(const Request&, Responder)>;

// An open WebSocket, as text is sent to it. Copies share it; all calls from any thread, also after
// its end.
class Socket {
  public:
    // What may wait to be written; a reader that is further behind is closed with 1013, because it
    // will not catch up and must not hold memory.
    static constexpr std::size_t messages_max = 256;
    static constexpr std::size_t bytes_max = 1024 * 1024;

    struct Line;
    explicit Socket(std::shared_ptr<Line> line) : line_(std::move(line)) {}
    void send(std::shared_ptr<const std::string> text) const;

  private:
    std::shared_ptr<Line> line_;
};

// What becomes of a WebSocket; called on the server's thread and must not block.
struct SocketEvents {
    std::function<void(std::string_view)> message;  // a text from the client
    std::function<void()> closed;                   // the last call, unless the server goes first
};
// A client has come with this request.
using SocketOpener = std::function<SocketEvents(const Request&, Socket)>;

// Path and method to handler. A segment of the path that is a {name} takes any text but the empty
// one; a path without one comes first. Copies share one table; routes may be added at any time,
// from any thread. An unknown path is answered 404, or 503 while routes are still awaited; another
// method on a known path 405. HEAD is GET without its answer's body; OPTIONS is answered by the
// server.
class Router {
  public:
    Router();

    // Whether more routes come soon; of a new table none do.
    enum class Routes : std::uint8_t { complete, awaited };
    void expect(Routes routes);

    // The same path and method a second time is a bug and asserts.
    void add(Method method, std::string_view path, Handler handler);

    // A GET that is no WebSocket's is answered 426.
    void add_websocket(std::string_view path, SocketOpener opener);

    // The same table with `prefix` put before every path added through it.
    [[nodiscard]] Router under(std::string_view prefix) const;

    void handle(Request request, Responder responder) const;
    // That the request's path has; none when the path is unknown.
    [[nodiscard]] std::vector<Method> methods(Request request) const;
    // Null when the path has no WebSocket.
    [[nodiscard]] SocketOpener websocket(const std::string& path) const;

  private:
    struct Table;
    std::shared_ptr<Table> table_;
    std::string prefix_;
};

struct ServerOptions {
    std::string address = "127.0.0.1";  // IPv4 or IPv6, "::" for all
    std::uint16_t port = 0;             // 0 = any free one
    // The largest body is a template pushed to /v1/template: 4 MB of transactions, and as much
    // again as room.
    std::size_t body_max = 8 * 1024 * 1024;
    std::size_t header_max = 16 * 1024;  // request line and fields together
    // Operators, scrapers and neighbouring services number tens; above this new connections are
    // closed at once, so that strangers cannot exhaust memory or file descriptors.
    std::size_t connections_max = 1000;
    Policy policy{};
    RateLimit rate{};
    // Proxies: who comes from there is known by X-Forwarded-For, and counted and limited by that.
    // Requests of their own are not limited.
    std::vector<AddressRange> trusted_proxies{};
    // Of one client, IPv6 by /64; so that one cannot take all connections.
    std::size_t connections_per_client_max = std::numeric_limits<std::size_t>::max();
    // Each may hold Socket::bytes_max.
    std::size_t websockets_max = 1000;
    // Outlives the server; null: nothing is counted.
    metrics::Registry* metrics = nullptr;
    Duration request_timeout = std::chrono::seconds(10);  // one request or answer on the wire
    // Between two requests; of a WebSocket, without even the answer to a ping.
    Duration idle_timeout = std::chrono::seconds(60);
    Duration handler_timeout = std::chrono::seconds(30);  // then the client gets a 503
};

class Server {
  public:
    // Conflict, naming address and port, when the port is taken; malformed when `address` is no
    // address of this machine.
    [[nodiscard]] static Result<Server> start(ServerOptions options, Router router);
    // Closes every connection; no handler runs afterwards.
    ~Server();
    Server(Server&&) noexcept;
    Server& operator=(Server&&) noexcept;

    [[nodiscard]] std::uint16_t port() const;

  private:
    struct Core;
    explicit Server(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

}  // namespace lode::http
