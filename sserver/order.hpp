// What an operator wants of a running sserver, from a command of lode.control.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <variant>

#include "common/base/clock.hpp"
#include "common/base/ip_address.hpp"
#include "common/base/result.hpp"

namespace lode::v1 {
class Command;
}

namespace lode::sserver {

struct BanOrder {
    IpAddress address;
    std::chrono::seconds time{};
    std::string reason;
};
struct UnbanOrder {
    IpAddress address;
};
// Connections on which the user is logged in, or only those of one of his workers.
struct DisconnectOrder {
    std::string user;
    std::optional<std::string> worker;
};
// To the user's connections, or to all.
struct MessageOrder {
    std::optional<std::string> user;
    std::string text;
};
enum class Mining : std::uint8_t { on, stopped };
// A state, not an event: the last one holds until another comes, over restarts.
struct MiningOrder {
    Mining mining = Mining::on;
    std::string reason;
};
using Order = std::variant<BanOrder, UnbanOrder, DisconnectOrder, MessageOrder, MiningOrder>;

// Malformed says what is wrong; actions and arguments are those of control.proto.
[[nodiscard]] Result<Order> parse_order(const v1::Command& command);

// Which commands were carried out: the bus may deliver one twice.
class Once {
  public:
    // Twice the commands an operator's fastest script sends while one is under way.
    static constexpr std::size_t remembered_max = 1'000;

    // True the first time.
    [[nodiscard]] bool first(const std::string& id);

  private:
    std::unordered_set<std::string> known_;
    std::deque<std::string> order_;  // oldest first
};

}  // namespace lode::sserver
