// An HTTP/1.1 server on a thread of its own: paths to handlers, answers from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/http/message.hpp"
#include "common/http/policy.hpp"

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
    std::string peer;  // numeric address of the other end
    std::string body;
    std::string content_type;
    Secret authorization;  // the whole field: scheme and credentials
};

// Answers one request. Copies share it: the first send() counts, from any thread, also after the
// server has gone. When the last copy goes unanswered, the client gets a 500.
class Responder {
  public:
    struct Answer;
    explicit Responder(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
    void send(Response response) const;

  private:
    std::shared_ptr<Answer> answer_;
};

// Runs on the server's thread and must not block: work of any length goes to another thread,
// which answers later.
using Handler = std::function<void(const Request&, Responder)>;

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

    // The same table with `prefix` put before every path added through it.
    [[nodiscard]] Router under(std::string_view prefix) const;

    void handle(Request request, Responder responder) const;
    // That the request's path has; none when the path is unknown.
    [[nodiscard]] std::vector<Method> methods(Request request) const;

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
    Duration request_timeout = std::chrono::seconds(10);  // one request or answer on the wire
    Duration idle_timeout = std::chrono::seconds(60);     // between two requests
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
