// A node's JSON-RPC reply taken apart without building a tree of it: a block template's reply is
// 10 MB, of which only the bounds of `result` matter here.
#pragma once

#include <string>

#include "common/base/result.hpp"

namespace lode::node {

// The JSON text of `result`. The node's `error` becomes unavailable when it says "later" (-28
// warming up, -9 no peers, -10 initial download), else rejected, with code and message. Malformed
// when the reply is no such object; what stands within `result` is not looked at.
[[nodiscard]] Result<std::string> take_result(std::string reply);

}  // namespace lode::node
