// Outgoing TCP connections that speak in lines, for the client's end of Stratum. Sockets live on
// one thread of the connector; everything that happens is told on the owner's executor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/executor.hpp"
#include "common/base/result.hpp"

namespace lode::net {

struct LineClientOptions {
    std::string host{};  // a name, an IPv4 address, or an IPv6 address without brackets
    std::uint16_t port = 0;
    Duration connect_timeout = std::chrono::seconds(10);  // names looked up included
    // Without a byte for this long the connection is taken for dead; zero: never.
    Duration read_timeout{};
    // The largest line taken, without its newline. The default is a notify with a great coinbase.
    std::size_t line_size_max = 256 * 1024;
    // Bytes that may wait to be sent: 500 submits.
    std::size_t unsent_max = 64 * 1024;
};

// All run on the executor, none after the client was destroyed or `closed` ran.
struct LineHandlers {
    std::function<void()> connected;
    // A line without its newline (and a carriage return before it). The next ones are read from
    // the socket only after this returned, which bounds memory.
    std::function<void(std::string line)> line;
    // Refused, timed out, too long a line, closed by the peer: the error names host and port.
    std::function<void(const Error& reason)> closed;
};

class LineConnection;

// One connection. Destroy it on the executor's thread: that closes it without a word.
class LineClient {
  public:
    explicit LineClient(std::shared_ptr<LineConnection> connection);
    ~LineClient();
    LineClient(const LineClient&) = delete;
    LineClient& operator=(const LineClient&) = delete;

    // Whole lines with their newlines. exhausted: the peer does not read, nothing was taken;
    // unavailable: not yet connected, or closed.
    [[nodiscard]] Result<void> send(std::string lines);

  private:
    std::shared_ptr<LineConnection> connection_;
};

// The thread of any number of connections. Destroy it after its clients and outside their handlers;
// executors outlive it.
class LineConnector {
  public:
    LineConnector();
    ~LineConnector();
    LineConnector(const LineConnector&) = delete;
    LineConnector& operator=(const LineConnector&) = delete;

    // Starts to connect; `connected` or `closed` tells how it went.
    [[nodiscard]] std::unique_ptr<LineClient> connect(LineClientOptions options, Executor& executor,
                                                      LineHandlers handlers);

  private:
    struct Network;
    std::unique_ptr<Network> network_;
};

}  // namespace lode::net
