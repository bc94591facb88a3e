// One connection to the server: its requests one after another, on the server's thread. Beast stays
// between this header and the sources beside it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <unordered_map>

#include "common/http/server.hpp"

namespace lode::http {

// The way from other threads to the server's, shut when the server goes.
struct Gate {
    std::mutex mutex;
    boost::asio::io_context* context;  // null once shut
};

struct ServerProbe {
    explicit ServerProbe(metrics::Registry& registry);

    metrics::Gauge connections;
    metrics::Gauge websockets;
    metrics::Counter too_many_connections;
    metrics::Counter too_many_of_client;
    metrics::Counter too_many_requests;
    metrics::Counter too_many_websockets;
    metrics::Counter slow_readers;
};

// What sessions need of their server; outlives them. Used on the server's thread.
struct Shared {
    Shared(ServerOptions its_options, Router its_router);

    ServerOptions options;
    Router router;
    std::shared_ptr<Gate> gate;
    metrics::Registry own_metrics;  // when the options name none
    ServerProbe probe;
    RateLimiter limiter;
    std::size_t connections = 0;
    std::size_t websockets = 0;
    std::unordered_map<IpAddress, std::size_t> connections_of;  // by site
};

// A connection's place among those of the server and of its client, as long as it lives.
class Place {
  public:
    // None when there are too many.
    static std::unique_ptr<Place> take(Shared& shared, const IpAddress& peer);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] const IpAddress& peer() const { return peer_; }

  private:
    Place(Shared& shared, const IpAddress& peer);
    Shared& shared_;
    const IpAddress peer_;
};

class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(Shared& shared, boost::asio::ip::tcp::socket socket, std::unique_ptr<Place> place);

    void await_request();
    void answer(Response response);

  private:
    using Message = boost::beast::http::request<boost::beast::http::string_body>;

    void read_request();
    void on_read(const boost::system::error_code& error);
    void dispatch();
    [[nodiscard]] std::optional<std::chrono::seconds> too_often(const IpAddress& client);
    void upgrade(Message message, const Request& request, const SocketOpener& opener);
    [[nodiscard]] std::optional<Request> request_from(const Message& message) const;
    void refuse(int status, std::string_view message);
    void write(Response response);
    void linger();

    Shared& shared_;
    std::unique_ptr<Place> place_;
    boost::beast::tcp_stream stream_;
    boost::asio::steady_timer handler_timer_;
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
    boost::beast::http::response<boost::beast::http::string_body> outgoing_;
    Asked asked_;
    enum class Form : std::uint8_t { whole, header_only };
    Form form_ = Form::whole;
    bool keep_alive_ = false;
    bool waiting_ = false;  // for the handler's answer
};

}  // namespace lode::http
