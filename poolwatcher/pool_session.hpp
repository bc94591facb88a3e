// One connection to a watched pool as pure logic: lines in; lines to send, tips seen and reasons to
// part out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/secret.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::poolwatcher {

// What a pool's job says about the chain it works on.
struct PoolTip {
    bitcoin::Hash256 prev_hash;
    std::uint32_t height = 0;  // of the block it mines; 0: unknown
    std::uint32_t bits = 0;
    friend bool operator==(const PoolTip&, const PoolTip&) = default;
};

// What follows from a line; mostly nothing or a tip.
struct Step {
    std::string send;
    std::optional<PoolTip> tip;
    std::optional<std::string> part;  // the reason
};

struct PoolSessionOptions {
    std::string name;  // for the log
    std::string user;
    Secret password;
    std::string agent;
};

class PoolSession {
  public:
    explicit PoolSession(PoolSessionOptions options);

    // What to send first: a subscription and, for the many pools that give no job before, an
    // authorisation.
    [[nodiscard]] std::string greeting() const;
    [[nodiscard]] Step line(std::string_view line) const;

  private:
    PoolSessionOptions options_;
};

// The height that BIP 34 puts first into a coinbase's script, from the coinbase's beginning up to
// the extranonce; 0 when it is not there.
[[nodiscard]] std::uint32_t coinbase_height(ByteView coinbase_prefix);

}  // namespace lode::poolwatcher
