// What stratum-load is asked to do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/net/socket_address.hpp"

namespace lode::load {

enum class Mode : std::uint8_t { idle, notify, submit, churn, crowd };
enum class Refused : std::uint8_t { no, low, duplicate, stale };
enum class Arrivals : std::uint8_t { poisson, even };

struct Options {
    Mode mode = Mode::idle;
    std::vector<net::SocketAddress> targets;  // clients take them in turn
    std::string user;
    std::string password = "x";
    std::uint32_t connections = 100;
    std::uint32_t login_window = 500;  // logins under way at a time
    std::uint32_t sources = 1;         // source addresses: 127.0.0.1, 127.0.0.2, …
    std::uint32_t seconds = 10;
    std::uint32_t in_flight = 0;  // closed loop: shares of a connection without an answer
    std::uint32_t rate = 0;       // open loop: a second, of all connections together
    Arrivals arrivals = Arrivals::poisson;
    Refused refused = Refused::no;
    bool solve = false;  // shares that solve a block, and no others
    std::string zmq;     // of the node: note when it says that it has a new tip
    bool json = false;
    std::string print_and_exit;
};

// Without the program's name. Malformed, saying what is allowed, when they are wrong; hosts that
// are not this machine are, unless --anywhere is there.
[[nodiscard]] Result<Options> parse_options(std::vector<std::string> arguments);

}  // namespace lode::load
