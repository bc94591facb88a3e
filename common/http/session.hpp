// One connection to the server: its requests one after another, on the server's thread. Beast stays
// between this header and the sources beside it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "common/http/policy.hpp"
#include "common/http/server.hpp"

namespace lode::http {

// The way from other threads to the server's, shut when the server goes.
struct Gate {
    std::mutex mutex;
    boost::asio::io_context* context;  // null once shut
};

// What sessions need of their server; outlives them.
struct Shared {
    ServerOptions options;
    Router router;
    std::shared_ptr<Gate> gate;
    std::size_t connections = 0;
};

class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(Shared& shared, boost::asio::ip::tcp::socket socket);
    ~Session() { --shared_.connections; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void await_request();
    void answer(Response response);

  private:
    using Message = boost::beast::http::request<boost::beast::http::string_body>;

    void read_request();
    void on_read(const boost::system::error_code& error);
    void dispatch();
    [[nodiscard]] std::optional<Request> request_from(Message message) const;
    void refuse(int status, std::string_view message);
    void write(Response response);
    void linger();

    Shared& shared_;
    const std::string peer_;
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
