// What the listener that a miner came in by decides for its session.
#pragma once

#include <cstdint>

#include "sserver/vardiff.hpp"

namespace lode::sserver {

// Who gets what a block pays.
enum class Reward : std::uint8_t {
    pool,  // the pool, which shares it out
    solo,  // the miner that finds it, less the fee, by a coinbase of its own
};

struct ListenerRules {
    VardiffOptions vardiff;  // the pool's bounds, narrowed by the listener's own
    int start_exponent = 13;
    bool fixed = false;  // everybody stays at the start's difficulty
    Reward reward = Reward::pool;
};

}  // namespace lode::sserver
