// Reads texts and writes the queue, one message at a time; ends in one place.
#include "common/http/websocket_session.hpp"

#include <boost/asio/post.hpp>

namespace lode::http {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

// Subscriptions and a token; far less is said.
constexpr std::size_t incoming_max = 4096;
// A client that does not read its closing frame either is cut off after so long.
constexpr auto last_words_time = std::chrono::seconds(2);

}  // namespace

void Socket::send(std::shared_ptr<const std::string> text) const {
    if (line_->over) return;
    const std::size_t messages = line_->messages.fetch_add(1) + 1;
    const std::size_t bytes = line_->bytes.fetch_add(text->size()) + text->size();
    const bool too_much = messages > messages_max || bytes > bytes_max;
    if (too_much && line_->over.exchange(true)) return;
    const std::lock_guard lock(line_->gate->mutex);
    if (line_->gate->context == nullptr) return;
    boost::asio::post(*line_->gate->context,
                      [session = line_->session, too_much, text = std::move(text)]() mutable {
                          const auto alive = session.lock();
                          if (!alive) return;
                          if (too_much) return alive->too_slow();
                          alive->push(std::move(text));
                      });
}

WebSocketSession::WebSocketSession(Shared& shared, beast::tcp_stream stream,
                                   std::unique_ptr<Place> place)
    : shared_(shared),
      place_(std::move(place)),
      stream_(std::move(stream)),
      last_words_(stream_.get_executor()) {
    shared_.probe.websockets.set(++shared_.websockets);
}

WebSocketSession::~WebSocketSession() {
    shared_.probe.websockets.set(--shared_.websockets);
}

void WebSocketSession::begin(Message message, const Request& request, const SocketOpener& opener) {
    message_ = std::move(message);
    const auto client = IpAddress::parse(request.peer);
    if (client) client_ = client.value();
    stream_.next_layer().expires_never();
    // Pings go out after half of the idle time and are answered by the client's end.
    stream_.set_option(
        websocket::stream_base::timeout{.handshake_timeout = shared_.options.request_timeout,
                                        .idle_timeout = shared_.options.idle_timeout,
                                        .keep_alive_pings = true});
    stream_.read_message_max(incoming_max);
    stream_.async_accept(message_,
                         [self = shared_from_this(), request, opener](const error_code& error) {
                             self->message_ = {};
                             if (error) return;
                             self->open_ = true;
                             self->line_ = std::make_shared<Socket::Line>();
                             self->line_->gate = self->shared_.gate;
                             self->line_->session = self;
                             self->events_ = opener(request, Socket(self->line_));
                             self->read();
                         });
}

void WebSocketSession::read() {
    stream_.async_read(incoming_, [self = shared_from_this()](const error_code& error, auto) {
        if (error) return self->ended();
        self->take();
        if (self->open_) self->read();
    });
}

void WebSocketSession::take() {
    const auto bytes = incoming_.cdata();
    const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
    const bool limited = !contains(shared_.options.trusted_proxies, client_) &&
                         shared_.limiter.refused(client_, system_clock().steady_now());
    if (limited) {
        shared_.probe.too_many_requests.increment();
        end({websocket::close_code::policy_error, "too many messages"});
    } else if (!stream_.got_text()) {
        end({websocket::close_code::bad_payload, "only text is taken"});
    } else {
        events_.message(text);
    }
    incoming_.clear();
}

void WebSocketSession::push(std::shared_ptr<const std::string> text) {
    if (!open_) return;
    queue_.push_back(std::move(text));
    if (queue_.size() == 1) write();
}

void WebSocketSession::write() {
    stream_.text(true);
    stream_.async_write(boost::asio::buffer(*queue_.front()),
                        [self = shared_from_this()](const error_code& error, auto) {
                            if (error) return self->ended();
                            --self->line_->messages;
                            self->line_->bytes -= self->queue_.front()->size();
                            self->queue_.pop_front();
                            if (self->open_ && !self->queue_.empty()) self->write();
                        });
}

void WebSocketSession::too_slow() {
    if (!open_) return;
    shared_.probe.slow_readers.increment();
    end({websocket::close_code::try_again_later, "this reader is too far behind"});
}

// The client is told why, and cut off when it does not take even that.
void WebSocketSession::end(websocket::close_reason reason) {
    open_ = false;
    if (queue_.size() > 1) queue_.resize(1);  // the first is being written
    last_words_.expires_after(last_words_time);
    last_words_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error) self->stream_.next_layer().close();
    });
    stream_.async_close(reason, [self = shared_from_this()](const error_code&) { self->ended(); });
}

// Reading, writing and closing end on their own; the first of them says so.
void WebSocketSession::ended() {
    open_ = false;
    line_->over = true;
    last_words_.cancel();
    stream_.next_layer().close();
    if (const auto closed = std::exchange(events_.closed, nullptr)) closed();
}

}  // namespace lode::http
