// Takes connections and runs their sessions, all on one io_context with one thread.
#include "common/http/server.hpp"

#include <pthread.h>

#include <thread>

#include "common/base/log.hpp"
#include "common/http/session.hpp"

namespace lode::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
// After a failed accept (no file descriptors left), before the next.
constexpr auto accept_pause = std::chrono::milliseconds(100);

// Of one that has gone already it is nobody's.
IpAddress address_of(const tcp::socket& socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return {};
    const auto parsed = IpAddress::parse(endpoint.address().to_string());
    return parsed ? parsed.value() : IpAddress();
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
        : shared(std::move(options), std::move(router)) {
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
            if (auto place = Place::take(shared, address_of(socket))) {
                error_code ignored;  // only slower without
                socket.set_option(tcp::no_delay(true), ignored);
                std::make_shared<Session>(shared, std::move(socket), std::move(place))
                    ->await_request();
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
