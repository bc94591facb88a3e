// What an operator asks for, from the bodies of their requests to commands of lode.control.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace lode::statshttpd {

// A command without its id, and what the audit log says of it.
struct OrderDraft {
    std::string action;
    std::string argument;  // JSON, as control.proto says
    std::string detail;
};

// Each malformed with what is wrong.
[[nodiscard]] Result<OrderDraft> ban_order(std::string_view body);
[[nodiscard]] Result<OrderDraft> unban_order(std::string_view address);
[[nodiscard]] Result<OrderDraft> disconnect_order(std::string_view body);
[[nodiscard]] Result<OrderDraft> message_order(std::string_view body);
[[nodiscard]] Result<OrderDraft> mining_order(std::string_view body);

// {"paused":bool,"reason":text}
struct Pause {
    enum class Wanted : std::uint8_t { on, paused } wanted = Wanted::on;
    std::string reason;
};
[[nodiscard]] Result<Pause> parse_pause(std::string_view body);

}  // namespace lode::statshttpd
