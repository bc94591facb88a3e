// Before coins move: asks the nodes whether the newest block that was made final is in their
// chains. A re-org that removes an older one removes it too.
#pragma once

#include <string>
#include <vector>

#include "common/node/node_rpc.hpp"
#include "payout/settlement/settler.hpp"
#include "payout/settlement/standing.hpp"

namespace lode::payout {

class FinalBlockWatch {
  public:
    // All outlive it. `own`: the wallet's node.
    struct Neighbours {
        Settler& settler;
        node::NodeRpc& own;
        std::vector<node::NodeRpc*> others{};
    };
    explicit FinalBlockWatch(Neighbours neighbours) : of_(std::move(neighbours)) {}

    struct Look {
        Standing standing = Standing::stands;  // of the newest final block, before the look
        std::string reason{};                  // why no payment may go on; empty where it may
    };
    // Each block that is gone is lost from then on, and pauses payments. Errors: when the wallet's
    // node or the database does not answer.
    [[nodiscard]] Result<Look> look(UnixTime now);

  private:
    [[nodiscard]] Result<Look> ask_of(const OurBlock& block);

    Neighbours of_;
};

}  // namespace lode::payout
