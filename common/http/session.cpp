// Reads a request, hands it to the router, writes the answer whenever it comes, and again.
#include "common/http/session.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>

namespace lode::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

// After an answer that ends the connection, what the client still sends is read and dropped for
// so long: closing at once would reset the connection and could destroy the answer on its way.
constexpr auto linger_time = std::chrono::seconds(2);

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

Session::Session(Shared& shared, tcp::socket socket)
    : shared_(shared),
      peer_(address_of(socket)),
      stream_(std::move(socket)),
      handler_timer_(stream_.get_executor()) {
    ++shared_.connections;
}

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
    const Responder responder(std::make_shared<Responder::Answer>(shared_.gate, weak_from_this()));
    const auto verb = message.method();
    auto request = request_from(std::move(message));
    if (!request) return responder.send(error_response(400, "the target is no proper one"));
    if (verb == beast::http::verb::options) {
        const auto methods = shared_.router.methods(*request);
        return responder.send(methods.empty()
                                  ? error_response(404, "there is nothing at this path")
                                  : options_response(allow_text(methods), shared_.options.policy));
    }
    if (!to_method(verb)) {
        return responder.send(error_response(405, "this method is not known here"));
    }
    shared_.router.handle(std::move(*request), responder);
}

// Empty when the target is broken.
std::optional<Request> Session::request_from(Message message) const {
    auto target = parse_target({message.target().data(), message.target().size()});
    if (!target) return std::nullopt;
    return Request{
        .method = to_method(message.method()).value_or(Method::get),
        .path = std::move(target->path),
        .segments = std::move(target->segments),
        .query = std::move(target->query),
        .parameters = {},
        .fields = fields_of(message),
        .peer = peer_,
        .body = std::move(message.body()),
        .content_type = std::string(message[beast::http::field::content_type]),
        .authorization = Secret(std::string(message[beast::http::field::authorization]))};
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
