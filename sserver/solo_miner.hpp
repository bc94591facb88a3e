// Whom a solo session's blocks pay, and the coinbase that says so.
#pragma once

#include <string>
#include <string_view>

#include "sserver/share_validator.hpp"
#include "sserver/users.hpp"

namespace lode::sserver {

class SoloMiner {
  public:
    SoloMiner() = default;
    SoloMiner(const SoloMiner&) = delete;
    SoloMiner& operator=(const SoloMiner&) = delete;

    // A payout address, whatever else the pool lets in; the first is whom the session's coinbases
    // pay, and no other user is let in beside it. Rejected with a text for the miner.
    [[nodiscard]] Result<Worker> login(std::string_view login, bitcoin::Network network);

    // Valid until the next call. Null before the first login, and of a job without solo work.
    [[nodiscard]] const OwnCoinbase* coinbase(const Job& job);

  private:
    std::string user_;
    Bytes script_;
    // Of one job, most likely that of the next share.
    JobId job_;
    OwnCoinbase own_;
};

}  // namespace lode::sserver
