// A node's JSON-RPC reply taken apart without building a tree of it: a block template's reply is
// 10 MB, of which only the bounds of `result` matter here.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "common/base/result.hpp"

namespace lode::node {

// What the node says when a call fails; codes as in Bitcoin Core's rpc/protocol.h.
struct NodeError {
    std::int64_t code = 0;
    std::string message;
};

// The JSON text of `result`, or the node's error. Malformed when the reply is no such object; what
// stands within `result` is not looked at.
[[nodiscard]] Result<std::variant<std::string, NodeError>> take_reply(std::string reply);

// The result; of the node's error unavailable when it says "later" (-28 warming up, -9 no peers,
// -10 initial download), else rejected, with code and message.
[[nodiscard]] Result<std::string> result_of(std::variant<std::string, NodeError> reply);

}  // namespace lode::node
