// One WebSocket of the server, on its thread: what is sent waits here until the client takes it.
#pragma once

#include <atomic>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "common/http/session.hpp"

namespace lode::http {

class WebSocketSession : public std::enable_shared_from_this<WebSocketSession> {
  public:
    WebSocketSession(Shared& shared, boost::beast::tcp_stream stream, std::unique_ptr<Place> place);
    ~WebSocketSession();
    WebSocketSession(const WebSocketSession&) = delete;
    WebSocketSession& operator=(const WebSocketSession&) = delete;

    using Message = boost::beast::http::request<boost::beast::http::string_body>;
    void begin(Message message, const Request& request, const SocketOpener& opener);

    void push(std::shared_ptr<const std::string> text);
    void too_slow();

  private:
    void read();
    void take();
    void write();
    void end(boost::beast::websocket::close_reason reason);
    void ended();

    Shared& shared_;
    std::unique_ptr<Place> place_;
    boost::beast::websocket::stream<boost::beast::tcp_stream> stream_;
    boost::asio::steady_timer last_words_;
    boost::beast::flat_buffer incoming_;
    Message message_;  // the handshake's, while it lasts
    IpAddress client_;
    std::shared_ptr<Socket::Line> line_;
    SocketEvents events_;
    std::deque<std::shared_ptr<const std::string>> queue_;  // the first is being written
    bool open_ = false;                                     // between handshake and end()
};

// What a Socket's copies share. The counts are of what was sent and is not yet written.
struct Socket::Line {
    std::shared_ptr<Gate> gate;
    std::weak_ptr<WebSocketSession> session;
    std::atomic<std::size_t> messages = 0;
    std::atomic<std::size_t> bytes = 0;
    std::atomic<bool> over = false;  // nothing more is taken
};

}  // namespace lode::http
