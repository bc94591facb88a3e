// Sessions on one io_context with one thread: read a request, hand it to the router, write the
// answer whenever it comes, and again.
#include "common/http/server.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <thread>

#include "common/base/log.hpp"

namespace lode::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using IncomingParser = beast::http::request_parser<beast::http::string_body>;
using Outgoing = beast::http::response<beast::http::string_body>;

// After an answer that ends the connection, what the client still sends is read and dropped for
// so long: closing at once would reset the connection and could destroy the answer on its way.
constexpr auto linger_time = std::chrono::seconds(2);
// After a failed accept (no file descriptors left), before the next.
constexpr auto accept_pause = std::chrono::milliseconds(100);

// The way from other threads to the server's, shut when the server goes.
struct Gate {
    std::mutex mutex;
    asio::io_context* context;  // null once shut
};

// What sessions need of their server; outlives them.
struct Shared {
    ServerOptions options;
    Router router;
    std::shared_ptr<Gate> gate;
    std::size_t connections = 0;
};

std::optional<Method> to_method(beast::http::verb verb) {
    switch (verb) {
        case beast::http::verb::get:
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

// Empty for one that has gone already.
std::string address_of(const tcp::socket& socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    return error ? std::string() : endpoint.address().to_string();
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

class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(Shared& shared, tcp::socket socket)
        : shared_(shared),
          peer_(address_of(socket)),
          stream_(std::move(socket)),
          handler_timer_(stream_.get_executor()) {
        ++shared_.connections;
    }
    ~Session() { --shared_.connections; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void await_request();
    void answer(Response response);

  private:
    void read_request();
    void on_read(const error_code& error);
    void dispatch();
    void refuse(int status, std::string_view message);
    void write(Response response);
    void linger();

    Shared& shared_;
    const std::string peer_;
    beast::tcp_stream stream_;
    asio::steady_timer handler_timer_;
    beast::flat_buffer buffer_;
    std::optional<IncomingParser> parser_;
    Outgoing outgoing_;
    bool keep_alive_ = false;
    bool waiting_ = false;  // for the handler's answer
};

}  // namespace

struct Responder::Answer {
    Answer(std::shared_ptr<Gate> its_gate, std::weak_ptr<Session> its_session)
        : gate(std::move(its_gate)), session(std::move(its_session)) {}
    ~Answer() { give(error_response(500, "the request was dropped")); }
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    void give(Response response) {
        if (given.exchange(true)) return;
        const std::lock_guard lock(gate->mutex);
        if (gate->context == nullptr) return;
        asio::post(*gate->context, [to = session, response = std::move(response)]() mutable {
            if (const auto alive = to.lock()) alive->answer(std::move(response));
        });
    }

    std::shared_ptr<Gate> gate;
    std::weak_ptr<Session> session;
    std::atomic<bool> given = false;
};

void Responder::send(Response response) const {
    answer_->give(std::move(response));
}

namespace {

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
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    waiting_ = true;
    handler_timer_.expires_after(shared_.options.handler_timeout);
    handler_timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && self->waiting_) self->refuse(503, "no answer in time");
    });
    const Responder responder(std::make_shared<Responder::Answer>(shared_.gate, weak_from_this()));
    const auto method = to_method(message.method());
    if (!method) return responder.send(error_response(405, "this method is not known here"));
    auto target = parse_target({message.target().data(), message.target().size()});
    if (!target) return responder.send(error_response(400, "a broken escape in the target"));
    Request request{.method = *method,
                    .path = std::move(target->path),
                    .segments = std::move(target->segments),
                    .query = std::move(target->query),
                    .parameters = {},
                    .fields = fields_of(message),
                    .peer = peer_,
                    .body = std::move(message.body()),
                    .content_type = message[beast::http::field::content_type],
                    .authorization = Secret(message[beast::http::field::authorization])};
    shared_.router.handle(std::move(request), responder);
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
    outgoing_ = Outgoing(static_cast<beast::http::status>(response.status), 11);
    outgoing_.set(beast::http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.fields) outgoing_.set(name, value);
    outgoing_.keep_alive(keep_alive_);
    outgoing_.body() = std::move(response.body);
    outgoing_.prepare_payload();
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

auto cannot_listen(const ServerOptions& options, const error_code& error) {
    const std::string where = options.address + " port " + std::to_string(options.port);
    if (error == asio::error::address_in_use) {
        return failure(ErrorCode::conflict, where + " is taken by another program");
    }
    const bool no_address = error == asio::error::invalid_argument ||
                            error.value() == EADDRNOTAVAIL || error.value() == EAFNOSUPPORT;
    return failure(no_address ? ErrorCode::malformed : ErrorCode::unavailable,
                   "cannot listen on " + where + ": " + error.message());
}

error_code open_acceptor(tcp::acceptor& acceptor, const ServerOptions& options) {
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) return error;
    const tcp::endpoint endpoint(address, options.port);
    if (acceptor.open(endpoint.protocol(), error)) return error;
    // Connections of an earlier run that still time out do not keep the port; a listener does.
    if (acceptor.set_option(tcp::acceptor::reuse_address(true), error)) return error;
    if (acceptor.bind(endpoint, error)) return error;
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
}

}  // namespace

struct Server::Core {
    explicit Core(ServerOptions options, Router router)
        : shared{std::move(options), std::move(router), std::make_shared<Gate>(), 0} {
        shared.gate->context = &context;
    }
    ~Core() {
        context.stop();
        if (thread.joinable()) thread.join();
        const std::lock_guard lock(shared.gate->mutex);
        shared.gate->context = nullptr;
    }
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    void accept() {
        acceptor.async_accept([this](const error_code& error, tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (error) {
                log::warn("cannot accept a connection", {{"reason", error.message()}});
                accept_timer.expires_after(accept_pause);
                accept_timer.async_wait([this](const error_code&) { accept(); });
                return;
            }
            if (shared.connections < shared.options.connections_max) {
                error_code ignored;  // only slower without
                socket.set_option(tcp::no_delay(true), ignored);
                std::make_shared<Session>(shared, std::move(socket))->await_request();
            }
            accept();
        });
    }

    void run() {
        pthread_setname_np(pthread_self(), "http");
        try {
            context.run();
        } catch (const std::exception& error) {
            log::error("the http server failed", {{"reason", error.what()}});
            std::abort();
        }
    }

    Shared shared;  // before the context, whose destructor ends the sessions
    asio::io_context context{1};
    tcp::acceptor acceptor{context};
    asio::steady_timer accept_timer{context};
    std::uint16_t port = 0;
    std::thread thread;
};

Result<Server> Server::start(ServerOptions options, Router router) {
    auto core = std::make_unique<Core>(std::move(options), std::move(router));
    if (const auto error = open_acceptor(core->acceptor, core->shared.options)) {
        return cannot_listen(core->shared.options, error);
    }
    core->port = core->acceptor.local_endpoint().port();
    core->accept();
    core->thread = std::thread([at = core.get()] { at->run(); });
    return Server(std::move(core));
}

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

std::uint16_t Server::port() const {
    return core_->acceptor.local_endpoint().port();
}

}  // namespace lode::http
