// Reads a request, hands it to the router, writes the answer whenever it comes, and again.
#include "common/http/session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "common/http/websocket_session.hpp"

namespace lode::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

// After an answer that ends the connection, what the client still sends is read and dropped for
// so long: closing at once would reset the connection and could destroy the answer on its way.
constexpr auto linger_time = std::chrono::seconds(2);

constexpr std::string_view refusals = "http_refused_total";
constexpr std::string_view refusals_help = "Connections, requests and readers refused, by reason.";

std::optional<Method> to_method(beast::http::verb verb) {
    switch (verb) {
        case beast::http::verb::get:
        case beast::http::verb::head:  // a GET whose answer is sent without its body
            return Method::get;
        case beast::http::verb::post:
            return Method::post;
        case beast::http::verb::put:
            return Method::put;
        case beast::http::verb::delete_:
            return Method::remove;
        default:
            return std::nullopt;
    }
}

std::map<std::string, std::string, std::less<>> fields_of(
    const beast::http::request<beast::http::string_body>& message) {
    std::map<std::string, std::string, std::less<>> fields;
    for (const auto& field : message) {
        if (field.name() == beast::http::field::authorization) continue;
        std::string name(field.name_string());
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        fields.insert_or_assign(std::move(name), std::string(field.value()));
    }
    return fields;
}

}  // namespace

ServerProbe::ServerProbe(metrics::Registry& registry)
    : connections(registry.gauge("http_connections", "Connections that are open.")),
      websockets(registry.gauge("http_websockets", "WebSockets that are open.")),
      too_many_connections(
          registry.counter(refusals, refusals_help, {{"reason", "too_many_connections"}})),
      too_many_of_client(
          registry.counter(refusals, refusals_help, {{"reason", "too_many_of_client"}})),
      too_many_requests(
          registry.counter(refusals, refusals_help, {{"reason", "too_many_requests"}})),
      too_many_websockets(
          registry.counter(refusals, refusals_help, {{"reason", "too_many_websockets"}})),
      slow_readers(registry.counter(refusals, refusals_help, {{"reason", "slow_reader"}})) {}

Shared::Shared(ServerOptions its_options, Router its_router)
    : options(std::move(its_options)),
      router(std::move(its_router)),
      gate(std::make_shared<Gate>()),
      probe(options.metrics == nullptr ? own_metrics : *options.metrics),
      limiter(options.rate) {}

std::unique_ptr<Place> Place::take(Shared& shared, const IpAddress& peer) {
    if (shared.connections >= shared.options.connections_max) {
        shared.probe.too_many_connections.increment();
        return nullptr;
    }
    const auto known = shared.connections_of.find(peer.site());
    if (known != shared.connections_of.end() &&
        known->second >= shared.options.connections_per_client_max &&
        !contains(shared.options.trusted_proxies, peer)) {
        shared.probe.too_many_of_client.increment();
        return nullptr;
    }
    return std::unique_ptr<Place>(new Place(shared, peer));
}

Place::Place(Shared& shared, const IpAddress& peer) : shared_(shared), peer_(peer) {
    ++shared_.connections;
    ++shared_.connections_of[peer.site()];
    shared_.probe.connections.set(shared_.connections);
}

Place::~Place() {
    --shared_.connections;
    const auto of_client = shared_.connections_of.find(peer_.site());
    if (--of_client->second == 0) shared_.connections_of.erase(of_client);
    shared_.probe.connections.set(shared_.connections);
}

Session::Session(Shared& shared, tcp::socket socket, std::unique_ptr<Place> place)
    : shared_(shared),
      place_(std::move(place)),
      stream_(std::move(socket)),
      handler_timer_(stream_.get_executor()) {}

void Session::await_request() {
    if (buffer_.size() != 0) return read_request();  // the client did not wait for our answer
    stream_.expires_after(shared_.options.idle_timeout);
    stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](
                                                       const error_code& error, std::size_t count) {
        if (error) return;
        self->buffer_.commit(count);
        self->read_request();
    });
}

void Session::read_request() {
    parser_.emplace();
    asked_ = {};
    form_ = Form::whole;
    parser_->body_limit(shared_.options.body_max);
    parser_->header_limit(static_cast<std::uint32_t>(shared_.options.header_max));
    stream_.expires_after(shared_.options.request_timeout);
    beast::http::async_read(stream_, buffer_, *parser_,
                            [self = shared_from_this()](const error_code& error, std::size_t) {
                                self->on_read(error);
                            });
}

void Session::on_read(const error_code& error) {
    if (!error) return dispatch();
    if (error == beast::http::error::body_limit) return refuse(413, "the body is too large");
    if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow) {
        return refuse(431, "the header is too large");
    }
    const bool connection_over =
        error == beast::http::error::end_of_stream ||
        error == beast::http::error::partial_message ||
        error.category() != make_error_code(beast::http::error{}).category();
    if (!connection_over) refuse(400, "this is not HTTP");
}

void Session::dispatch() {
    Message message = parser_->release();
    keep_alive_ = message.keep_alive();
    asked_ = {.if_none_match = std::string(message[beast::http::field::if_none_match]),
              .origin = std::string(message[beast::http::field::origin])};
    form_ = message.method() == beast::http::verb::head ? Form::header_only : Form::whole;
    waiting_ = true;
    handler_timer_.expires_after(shared_.options.handler_timeout);
    handler_timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && self->waiting_) self->refuse(503, "no answer in time");
    });
    const Responder responder([gate = shared_.gate, session = weak_from_this()](Response response) {
        const std::lock_guard lock(gate->mutex);
        if (gate->context == nullptr) return;
        asio::post(*gate->context, [session, response = std::move(response)]() mutable {
            if (const auto alive = session.lock()) alive->answer(std::move(response));
        });
    });
    const auto verb = message.method();
    auto request = request_from(message);
    if (!request) return responder.send(error_response(400, "the target is no proper one"));
    if (const auto wait = too_often(IpAddress::parse(request->peer).value())) {
        Response refused = error_response(429, "too many requests from this address");
        refused.fields.emplace_back("Retry-After", std::to_string(wait->count()));
        return responder.send(std::move(refused));
    }
    if (beast::websocket::is_upgrade(message)) {
        if (const auto opener = shared_.router.websocket(request->path)) {
            return upgrade(std::move(message), *request, opener);
        }
    }
    if (verb == beast::http::verb::options) {
        const auto methods = shared_.router.methods(*request);
        return responder.send(methods.empty()
                                  ? error_response(404, "there is nothing at this path")
                                  : options_response(allow_text(methods), shared_.options.policy));
    }
    if (!to_method(verb)) {
        return responder.send(error_response(405, "this method is not known here"));
    }
    request->body = std::move(message.body());
    shared_.router.handle(std::move(*request), responder);
}

// How long the client is to wait; none when it may go on.
std::optional<std::chrono::seconds> Session::too_often(const IpAddress& client) {
    if (contains(shared_.options.trusted_proxies, client)) return std::nullopt;
    auto wait = shared_.limiter.refused(client, system_clock().steady_now());
    if (wait) shared_.probe.too_many_requests.increment();
    return wait;
}

// The connection becomes a WebSocket's and this object's life ends.
void Session::upgrade(Message message, const Request& request, const SocketOpener& opener) {
    if (!may_connect(asked_.origin, message[beast::http::field::host], shared_.options.policy)) {
        return refuse(403, "pages of this origin may not connect");
    }
    if (shared_.websockets >= shared_.options.websockets_max) {
        shared_.probe.too_many_websockets.increment();
        return refuse(503, "too many WebSockets are open");
    }
    waiting_ = false;
    handler_timer_.cancel();
    std::make_shared<WebSocketSession>(shared_, std::move(stream_), std::move(place_))
        ->begin(std::move(message), request, opener);
}

// Empty when the target is broken. The body stays where it is.
std::optional<Request> Session::request_from(const Message& message) const {
    auto target = parse_target({message.target().data(), message.target().size()});
    if (!target) return std::nullopt;
    Request request{
        .method = to_method(message.method()).value_or(Method::get),
        .path = std::move(target->path),
        .segments = std::move(target->segments),
        .query = std::move(target->query),
        .parameters = {},
        .fields = fields_of(message),
        .peer = {},
        .body = {},
        .content_type = std::string(message[beast::http::field::content_type]),
        .authorization = Secret(std::string(message[beast::http::field::authorization]))};
    request.peer =
        client_of(place_->peer(), message["X-Forwarded-For"], shared_.options.trusted_proxies)
            .text();
    return request;
}

void Session::refuse(int status, std::string_view message) {
    keep_alive_ = false;
    write(error_response(status, message));
}

void Session::answer(Response response) {
    if (waiting_) write(std::move(response));
}

void Session::write(Response response) {
    waiting_ = false;
    handler_timer_.cancel();
    response = finished(std::move(response), asked_, shared_.options.policy);
    outgoing_ = {};
    outgoing_.version(11);
    outgoing_.result(static_cast<unsigned>(response.status));
    // These two have neither a body nor a word about one.
    const bool bodiless = response.status == 204 || response.status == 304;
    if (!bodiless) outgoing_.set(beast::http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.fields) outgoing_.insert(name, value);
    outgoing_.keep_alive(keep_alive_);
    if (!bodiless) {
        outgoing_.body() = std::move(response.body);
        outgoing_.prepare_payload();
        if (form_ == Form::header_only) outgoing_.body().clear();
    }
    stream_.expires_after(shared_.options.request_timeout);
    beast::http::async_write(
        stream_, outgoing_, [self = shared_from_this()](const error_code& error, std::size_t) {
            if (error) return;
            self->outgoing_.body() = {};
            if (self->keep_alive_) return self->await_request();
            error_code ignored;  // the client may have gone first
            self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
            self->stream_.expires_after(linger_time);
            self->linger();
        });
}

void Session::linger() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(65536),
                            [self = shared_from_this()](const error_code& error, std::size_t) {
                                if (!error) self->linger();
                            });
}

}  // namespace lode::http
