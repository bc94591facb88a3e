// The jobs of a pool as they come to thousands of clients: each is read once, and when its first
// and its last client had it is kept.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/bitcoin/sha256.hpp"
#include "common/bitcoin/uint256.hpp"
#include "common/stratum/client.hpp"

namespace lode::load {

// How one job came to the clients. Times are nanoseconds of CLOCK_MONOTONIC, taken after the read.
struct Spread {
    stratum::PoolJob job;
    std::string line;  // as its first client got it
    std::uint64_t clients = 0;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
};

// A job made ready for hashing.
struct Work {
    stratum::PoolJob job;
    bitcoin::Sha256 coinbase_prefix;  // fed with it
    bitcoin::Uint256 network_target;
};
using WorkPtr = std::shared_ptr<const Work>;

class Jobs {
  public:
    // A mining.notify came to one more client. Null when the line is malformed.
    [[nodiscard]] WorkPtr heard(std::string_view line, std::int64_t now);

    // In the order of their coming, the last 10,000.
    [[nodiscard]] const std::deque<Spread>& spreads() const { return spreads_; }

  private:
    struct Known {
        std::size_t text_hash = 0;
        WorkPtr work;
        std::uint64_t spread = 0;  // number of its spread, from the first of all
    };
    [[nodiscard]] const Known* find(std::size_t text_hash) const;
    [[nodiscard]] const Known* read(std::string_view line, std::size_t text_hash);

    std::deque<Known> known_;  // newest first
    std::deque<Spread> spreads_;
    std::uint64_t forgotten_ = 0;  // spreads before the first of spreads_
};

}  // namespace lode::load
