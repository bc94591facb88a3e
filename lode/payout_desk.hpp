// What commands about money share: the configuration, the database, and who acts.
#pragma once

#include <memory>
#include <string>

#include "common/bitcoin/address.hpp"
#include "common/db/db.hpp"
#include "common/db/operator_repository.hpp"
#include "lode/configuration.hpp"
#include "lode/options.hpp"
#include "payout/config.hpp"
#include "payout/ledger/ledger_repository.hpp"

namespace lode::launcher {

struct PayoutDesk {
    Configuration configuration;
    payout::Config settings;
    bitcoin::Network network;
    db::Connection connection;
    db::Act act;  // now, for the reason that was given

    // Trouble with the database is of run time.
    [[nodiscard]] static Result<PayoutDesk> open(const Options& options);

    [[nodiscard]] const std::string& chain() const { return configuration.pool.chain().name; }
};

// Does `body` as the holder of the chain's lease, so that what it posts stands beside a running
// payout. While one runs, or was killed, its number is used; else the lease is taken and given
// back.
[[nodiscard]] Result<void> with_fence(
    PayoutDesk& desk, const std::function<Result<void>(const payout::Fence&)>& body);

}  // namespace lode::launcher
