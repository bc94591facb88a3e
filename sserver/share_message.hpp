// What an accepted and a solving share say on the bus: all it takes to verify them again.
#pragma once

#include <memory>
#include <string>

#include "sserver/moment.hpp"
#include "sserver/share_validator.hpp"

namespace lode::v1 {
class Share;
class SolvedShare;
}  // namespace lode::v1

namespace lode::sserver {

// Who says so, in every message of this process.
struct Origin {
    std::string source;  // "sserver-1"
    std::string chain;
};

struct ShareFacts {
    const Origin& origin;
    const ShareClaim& claim;
    const bitcoin::ShareCheck& check;
    UnixTime now;
};

// Of an accepted share; without stream and sequence, which ShareStream sets.
[[nodiscard]] std::shared_ptr<v1::Share> make_share(const ShareFacts& facts);

[[nodiscard]] std::shared_ptr<const v1::SolvedShare> make_solved(const ShareFacts& facts);

}  // namespace lode::sserver
