// A template as jobmaker works with it: taken from the bus once, every field checked at that door.
#pragma once

#include <memory>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/uint256.hpp"
#include "common/messages/template.pb.h"

namespace lode::jobmaker {

struct MiningTemplate {
    std::shared_ptr<const v1::TemplateMessage> message;  // owns the transactions
    bitcoin::Hash256 id;
    bitcoin::Hash256 prev_hash;
    bitcoin::Uint256 chainwork;
    bitcoin::Uint256 target;
    std::string origin;  // gbtmaker and node: a newer template of the same origin replaces it

    [[nodiscard]] const v1::BitcoinTemplate& body() const { return message->template_().bitcoin(); }
};

// Malformed with the field's name. The message holds a template, not a hint.
[[nodiscard]] Result<MiningTemplate> read_template(
    std::shared_ptr<const v1::TemplateMessage> message);

// How long ago the message was made; never negative, so that a producer's clock that is ahead of
// ours makes nothing fresher than new.
[[nodiscard]] Duration age_on_arrival(UnixTime produced, UnixTime now);

}  // namespace lode::jobmaker
