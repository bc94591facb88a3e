// From a node's template to the message that the other services read.
#pragma once

#include <memory>
#include <string>

#include "common/base/clock.hpp"
#include "common/bitcoin/block_template.hpp"
#include "common/bitcoin/uint256.hpp"
#include "common/messages/template.pb.h"

namespace lode::gbtmaker {

enum class TemplateKind { empty_before_full, from_node };

struct TemplateOrigin {
    std::string chain;           // the operator's name of it
    std::string source;          // this instance
    std::string node;            // URL without credentials
    bitcoin::Uint256 chainwork;  // up to the template's prev_hash
    UnixTime now;
    UnixTime node_time;
    TemplateKind kind = TemplateKind::from_node;
};

[[nodiscard]] std::shared_ptr<const v1::TemplateMessage> encode_template(
    const bitcoin::BlockTemplate& made, const TemplateOrigin& origin);

// The node's clock when it made a template that arrived at `now`. Its curtime is its clock, unless
// mintime is later than that: then its clock shows at most curtime, and ours says more.
[[nodiscard]] UnixTime node_time(const bitcoin::BlockTemplate& made, UnixTime now);

}  // namespace lode::gbtmaker
