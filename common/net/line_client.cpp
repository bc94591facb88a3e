// Each member of a connection belongs to one of two threads, as its comment says; what passes
// between them is posted. The asynchronous steps hold the connection, so it lives until its last
// step ended.
#include "common/net/line_client.hpp"

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <thread>
#include <vector>

namespace lode::net {

namespace asio = boost::asio;
using Code = boost::system::error_code;
using asio::ip::tcp;

class LineConnection : public std::enable_shared_from_this<LineConnection> {
  public:
    LineConnection(asio::io_context& io, LineClientOptions options, Executor& executor,
                   LineHandlers handlers)
        : options_(std::move(options)),
          executor_(executor),
          io_(io),
          resolver_(io),
          socket_(io),
          deadline_(io),
          handlers_(std::move(handlers)) {}

    // ---- on the executor's thread ----
    void start() {
        asio::post(io_, [self = shared_from_this()] { self->resolve(); });
    }

    Result<void> send(std::string lines) {
        if (state_ != State::open) return failure(ErrorCode::unavailable, named("not connected"));
        if (unsent_.load() + lines.size() > options_.unsent_max) {
            return failure(ErrorCode::exhausted, named("the peer does not read what is sent"));
        }
        unsent_ += lines.size();
        asio::post(io_, [self = shared_from_this(), text = std::move(lines)] {
            self->waiting_ += text;
            if (self->writing_.empty()) self->write();
        });
        return success();
    }

    void drop() {
        state_ = State::dropped;
        asio::post(io_, [self = shared_from_this()] { self->shut(); });
    }

  private:
    enum class State : std::uint8_t { connecting, open, dropped };

    // ---- on the connector's thread ----
    void resolve() {
        if (shut_) return;
        arm(options_.connect_timeout, "no connection in time");
        resolver_.async_resolve(
            options_.host, std::to_string(options_.port),
            [self = shared_from_this()](const Code& code, const tcp::resolver::results_type& all) {
                if (code) return self->fail(code.message());
                self->connect(all);
            });
    }

    void connect(const tcp::resolver::results_type& all) {
        if (shut_) return;
        asio::async_connect(socket_, all,
                            [self = shared_from_this()](const Code& code, const tcp::endpoint&) {
                                if (code) return self->fail(code.message());
                                self->begin();
                            });
    }

    void begin() {
        if (shut_) return;
        Code code;
        // A submit is a small packet that must not wait for another.
        socket_.set_option(tcp::no_delay(true), code);
        if (code) return fail(code.message());
        tell([](LineConnection& self) {
            self.state_ = State::open;
            self.handlers_.connected();
        });
        read();
    }

    void read() {
        if (shut_) return;
        arm(options_.read_timeout, "silent for too long");
        socket_.async_read_some(asio::buffer(chunk_),
                                [self = shared_from_this()](const Code& code, std::size_t size) {
                                    if (code == asio::error::eof)
                                        return self->fail("closed by the peer");
                                    if (code) return self->fail(code.message());
                                    self->take(std::string_view(self->chunk_.data(), size));
                                });
    }

    void take(std::string_view bytes) {
        std::vector<std::string> lines;
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
             end = bytes.find('\n')) {
            begun_ += bytes.substr(0, end);
            bytes.remove_prefix(end + 1);
            if (begun_.size() > options_.line_size_max) break;
            if (begun_.ends_with('\r')) begun_.pop_back();
            lines.push_back(std::exchange(begun_, {}));
        }
        if (begun_.size() + bytes.size() > options_.line_size_max) {
            return fail("a line of more than " + std::to_string(options_.line_size_max) + " bytes",
                        ErrorCode::malformed);
        }
        begun_ += bytes;
        if (lines.empty()) return read();
        disarm();
        tell([lines = std::move(lines)](LineConnection& self) mutable {
            for (std::string& line : lines) {
                if (self.state_ != State::open) return;
                self.handlers_.line(std::move(line));
            }
            asio::post(self.io_, [again = self.shared_from_this()] { again->read(); });
        });
    }

    void write() {
        if (shut_ || waiting_.empty()) return;
        writing_.swap(waiting_);
        asio::async_write(socket_, asio::buffer(writing_),
                          [self = shared_from_this()](const Code& code, std::size_t) {
                              if (code) return self->fail(code.message());
                              self->unsent_ -= self->writing_.size();
                              self->writing_.clear();
                              self->write();
                          });
    }

    void arm(Duration timeout, std::string_view phrase) {
        disarm();
        if (timeout == Duration::zero()) return;
        deadline_.expires_after(timeout);
        deadline_.async_wait([self = shared_from_this(), phrase, armed = armed_](const Code& code) {
            // An expiry may already be on its way when its deadline is lifted.
            if (!code && armed == self->armed_) self->fail(std::string(phrase));
        });
    }

    void disarm() {
        ++armed_;
        deadline_.cancel();
    }

    void fail(const std::string& what, ErrorCode code = ErrorCode::unavailable) {
        if (shut_) return;
        shut();
        tell([reason = Error{code, named(what)}](LineConnection& self) {
            self.state_ = State::dropped;
            self.handlers_.closed(reason);
        });
    }

    void shut() {
        shut_ = true;
        Code ignored;  // closing cannot fail in a way that matters
        resolver_.cancel();
        disarm();
        socket_.close(ignored);
    }

    // Weakly, so that an event still queued when its client is gone does not keep a socket alive
    // beyond the connector.
    template <class Event>
    void tell(Event event) {
        executor_.post([weak = weak_from_this(), event = std::move(event)]() mutable {
            const auto self = weak.lock();
            if (self && self->state_ != State::dropped) event(*self);
        });
    }

    // ---- on either ----
    [[nodiscard]] std::string named(const std::string& what) const {
        return options_.host + ":" + std::to_string(options_.port) + ": " + what;
    }

    const LineClientOptions options_;
    Executor& executor_;
    asio::io_context& io_;
    std::atomic<std::size_t> unsent_ = 0;

    // the connector's thread
    tcp::resolver resolver_;
    tcp::socket socket_;
    asio::steady_timer deadline_;
    std::uint64_t armed_ = 0;  // counts deadlines
    bool shut_ = false;
    std::array<char, 16 * 1024> chunk_{};
    std::string begun_;  // the line of which the end has not come
    std::string writing_;
    std::string waiting_;

    // the executor's thread
    LineHandlers handlers_;
    State state_ = State::connecting;
};

LineClient::LineClient(std::shared_ptr<LineConnection> connection)
    : connection_(std::move(connection)) {}

LineClient::~LineClient() {
    connection_->drop();
}

Result<void> LineClient::send(std::string lines) {
    return connection_->send(std::move(lines));
}

struct LineConnector::Network {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> busy = asio::make_work_guard(io);
    std::thread thread{[this] { io.run(); }};
};

LineConnector::LineConnector() : network_(std::make_unique<Network>()) {}

LineConnector::~LineConnector() {
    network_->io.stop();
    network_->thread.join();
}

std::unique_ptr<LineClient> LineConnector::connect(LineClientOptions options, Executor& executor,
                                                   LineHandlers handlers) {
    auto connection = std::make_shared<LineConnection>(network_->io, std::move(options), executor,
                                                       std::move(handlers));
    connection->start();
    return std::make_unique<LineClient>(std::move(connection));
}

}  // namespace lode::net
