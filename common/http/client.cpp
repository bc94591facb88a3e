// Each request is a chain of asynchronous operations run on a private io_context by the calling
// thread, so that every one of them ends at the deadline or by cancel().
#include "common/http/client.hpp"

#include <sys/socket.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace lode::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

beast::http::verb to_verb(Method method) {
    switch (method) {
        case Method::get:
            return beast::http::verb::get;
        case Method::post:
            return beast::http::verb::post;
        case Method::put:
            return beast::http::verb::put;
        case Method::remove:
            return beast::http::verb::delete_;
    }
    return beast::http::verb::get;
}

std::string host_and_port(const ClientOptions& options) {
    const bool ipv6 = options.host.find(':') != std::string::npos;
    return (ipv6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

enum class Keep : std::uint8_t { no, yes };

// Of an answer, at a time: Beast reads as much as its buffer has room for, 512 bytes at first, and
// a node's template of 830 kB took 1,300 reads that way.
constexpr std::size_t read_max = std::size_t{64} << 10;

}  // namespace

struct Client::Connection {
    explicit Connection(ClientOptions its_options)
        : options(std::move(its_options)), peer(host_and_port(options)) {
        buffer.reserve(read_max);
    }

    Result<Response> request(const ClientRequest& request, Duration timeout);
    Result<void> connect(SteadyTime deadline);
    Result<tcp::resolver::results_type> resolve(SteadyTime deadline);
    bool still_open();

    struct Exchanged {
        error_code error;
        std::string_view phase;  // what failed
        bool answer_began = false;
        Response response;
    };
    Exchanged exchange(const ClientRequest& request, SteadyTime deadline);

    void close() {
        error_code ignored;  // the socket is given up; nothing to do about a failing close
        socket.close(ignored);
        buffer.clear();
    }

    // Starts an operation with a handler for its error code and runs it to its end, to the
    // deadline (timed_out) or to cancel() (operation_aborted).
    template <class Start>
    error_code await(SteadyTime deadline, Start start) {
        std::optional<error_code> result;
        context.restart();
        start([&result](const error_code& error, const auto&...) { result = error; });
        while (!result) {
            error_code stopped;
            if (cancelled) {
                stopped = asio::error::operation_aborted;
            } else if (context.run_one_until(deadline) == 0) {
                stopped = asio::error::timed_out;
            }
            if (stopped) {
                close();
                while (!result) context.run_one();
                return stopped;
            }
        }
        return *result;
    }

    auto failed(std::string_view phase, const error_code& error) {
        close();
        if (cancelled) return failure(ErrorCode::cancelled, peer + ": cancelled");
        const auto code = error == beast::http::error::body_limit ? ErrorCode::exhausted
                          : error.category() == make_error_code(beast::http::error{}).category() &&
                                  error != beast::http::error::end_of_stream &&
                                  error != beast::http::error::partial_message
                              ? ErrorCode::malformed
                              : ErrorCode::unavailable;
        return failure(code, peer + ": " + std::string(phase) + ": " + error.message());
    }

    ClientOptions options;
    std::string peer;
    asio::io_context context{1};
    tcp::socket socket{context};
    beast::flat_buffer buffer;
    std::atomic<bool> cancelled = false;
};

// The system's resolver cannot be interrupted, so a look-up that takes too long is left behind
// with a result of its own; it ends in the io_context's own thread.
Result<tcp::resolver::results_type> Client::Connection::resolve(SteadyTime deadline) {
    error_code error;
    const auto address = asio::ip::make_address(options.host, error);
    if (!error) {
        return tcp::resolver::results_type::create(tcp::endpoint(address, options.port),
                                                   options.host, "");
    }
    struct Lookup {
        bool done = false;
        error_code error;
        tcp::resolver::results_type endpoints;
    };
    const auto lookup = std::make_shared<Lookup>();
    tcp::resolver resolver(context);
    context.restart();
    resolver.async_resolve(options.host, std::to_string(options.port),
                           [lookup](const error_code& result, tcp::resolver::results_type found) {
                               *lookup = {true, result, std::move(found)};
                           });
    while (!lookup->done) {
        if (cancelled) return failed("name look-up", asio::error::operation_aborted);
        if (context.run_one_until(deadline) == 0) {
            return failed("name look-up", asio::error::timed_out);
        }
    }
    if (lookup->error) return failed("name look-up", lookup->error);
    return lookup->endpoints;
}

Result<void> Client::Connection::connect(SteadyTime deadline) {
    close();
    LODE_TRY(const auto endpoints, resolve(deadline));
    const error_code error = await(deadline, [&](auto handler) {
        asio::async_connect(socket, endpoints, std::move(handler));
    });
    if (error) return failed("connect", error);
    error_code ignored;  // only slower without
    socket.set_option(tcp::no_delay(true), ignored);
    return success();
}

// A kept-alive connection that the server closed meanwhile, or on which it said something unasked,
// is not used again. This finds nearly all of them before the request is sent.
bool Client::Connection::still_open() {
    if (!socket.is_open() || buffer.size() != 0) return false;
    char byte = 0;
    const auto got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Client::Connection::Exchanged Client::Connection::exchange(const ClientRequest& request,
                                                           SteadyTime deadline) {
    using Body = beast::http::span_body<const char>;  // sent from where it is, without a copy
    beast::http::request<Body> message(to_verb(request.method), request.target, 11);
    message.set(beast::http::field::host, peer);
    if (!options.credentials.empty()) {
        message.set(beast::http::field::authorization,
                    basic_authorization(options.credentials).reveal());
    }
    if (!request.body.empty() || request.method != Method::get) {
        message.set(beast::http::field::content_type, request.content_type);
        message.body() = {request.body.data(), request.body.size()};
        message.prepare_payload();
    }
    Exchanged result;
    result.phase = "send";
    result.error = await(deadline, [&](auto handler) {
        beast::http::async_write(socket, message, std::move(handler));
    });
    if (result.error) return result;

    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(options.response_max);
    result.phase = "answer";
    result.error = await(deadline, [&](auto handler) {
        beast::http::async_read(socket, buffer, parser, std::move(handler));
    });
    result.answer_began = parser.got_some();
    if (result.error) return result;
    auto answer = parser.release();
    if (!answer.keep_alive()) close();
    result.response = {.status = static_cast<int>(answer.result_int()),
                       .body = std::move(answer.body()),
                       .content_type = answer[beast::http::field::content_type]};
    return result;
}

Result<Response> Client::Connection::request(const ClientRequest& request, Duration timeout) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
    Keep kept = still_open() ? Keep::yes : Keep::no;
    for (;;) {
        if (cancelled) return failed("request", asio::error::operation_aborted);
        if (kept == Keep::no) {
            const auto latest = std::chrono::steady_clock::now() + options.connect_timeout;
            LODE_TRY_VOID(connect(std::min(deadline, latest)));
        }
        Exchanged exchanged = exchange(request, deadline);
        if (!exchanged.error) return std::move(exchanged.response);
        const bool stale = kept == Keep::yes && !exchanged.answer_began && !cancelled &&
                           exchanged.error != asio::error::timed_out;
        if (!stale || request.repeat == Repeat::never) {
            return failed(exchanged.phase, exchanged.error);
        }
        kept = Keep::no;
    }
}

Client::Client(ClientOptions options)
    : connection_(std::make_unique<Connection>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Response> Client::request(const ClientRequest& request, Duration timeout) {
    return connection_->request(request, timeout);
}

void Client::set_credentials(Secret credentials) {
    connection_->options.credentials = std::move(credentials);
}

void Client::cancel() {
    connection_->cancelled = true;
    asio::post(connection_->context, [] {});  // wakes the thread that waits for an operation
}

}  // namespace lode::http
