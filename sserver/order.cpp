// Commands read strictly.
#include "sserver/order.hpp"

#include "common/json/require.hpp"
#include "common/messages/control.pb.h"

namespace lode::sserver {
namespace {

constexpr json::Limits limits{.max_depth = 2, .max_bytes = 4096};
// As an operator's own tools ask for at most.
constexpr std::uint32_t ban_seconds_max = 366 * 24 * 3600;

Result<IpAddress> address_of(const json::Value& argument) {
    LODE_TRY(const auto text, json::require_string(argument, "address"));
    return IpAddress::parse(text);
}

std::optional<std::string> optional_text(const json::Value& argument, std::string_view name) {
    const auto text = argument.member(name).string();
    if (!text) return {};
    return std::string(*text);
}

Result<Order> ban(const json::Value& argument) {
    BanOrder order;
    LODE_TRY(order.address, address_of(argument));
    LODE_TRY(const auto seconds, json::require_uint32(argument, "seconds"));
    LODE_TRY(const auto reason, json::require_string(argument, "reason"));
    if (seconds == 0 || seconds > ban_seconds_max) {
        return failure(ErrorCode::malformed, "a ban lasts 1 s to 366 days");
    }
    order.time = std::chrono::seconds(seconds);
    order.reason = reason;
    return Order(std::move(order));
}

Result<Order> disconnect(const json::Value& argument) {
    LODE_TRY(const auto user, json::require_string(argument, "user"));
    return Order(
        DisconnectOrder{.user = std::string(user), .worker = optional_text(argument, "worker")});
}

Result<Order> message(const json::Value& argument) {
    LODE_TRY(const auto text, json::require_string(argument, "text"));
    return Order(MessageOrder{.user = optional_text(argument, "user"), .text = std::string(text)});
}

Result<Order> mining(const json::Value& argument) {
    LODE_TRY(const auto paused, json::require_bool(argument, "paused"));
    LODE_TRY(const auto reason, json::require_string(argument, "reason"));
    return Order(MiningOrder{.mining = paused ? Mining::stopped : Mining::on,
                             .reason = std::string(reason)});
}

}  // namespace

Result<Order> parse_order(const v1::Command& command) {
    LODE_TRY(const auto document, json::Document::parse(command.argument(), limits));
    const json::Value argument = document.root();
    if (command.action() == "ban") return ban(argument);
    if (command.action() == "unban") {
        LODE_TRY(const auto address, address_of(argument));
        return Order(UnbanOrder{.address = address});
    }
    if (command.action() == "disconnect") return disconnect(argument);
    if (command.action() == "message") return message(argument);
    if (command.action() == "mining") return mining(argument);
    return failure(ErrorCode::malformed, "no such action: " + command.action());
}

bool Once::first(const std::string& id) {
    if (!known_.insert(id).second) return false;
    order_.push_back(id);
    if (order_.size() > remembered_max) {
        known_.erase(order_.front());
        order_.pop_front();
    }
    return true;
}

}  // namespace lode::sserver
