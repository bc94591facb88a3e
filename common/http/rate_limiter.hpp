// How often one client may ask, and which client a request is of. Time is handed in.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "common/base/clock.hpp"
#include "common/base/ip_address.hpp"

namespace lode::http {

struct RateLimit {
    std::uint32_t per_second = 0;  // 0: no limit
    std::uint32_t burst = 1;       // at once, after a pause; at least 1
};

// A bucket of `burst` tokens a client, filled with `per_second`.
class RateLimiter {
  public:
    // Buckets that are not full, of some 100 bytes each. When so many clients ask within moments
    // all begin anew: memory stays bounded and nobody is refused for another.
    static constexpr std::size_t clients_max = 50'000;

    explicit RateLimiter(RateLimit limit);

    // Takes a token of the address's site; else how long until there is one, at least a second.
    [[nodiscard]] std::optional<std::chrono::seconds> refused(const IpAddress& client,
                                                              SteadyTime now);
    [[nodiscard]] std::size_t clients() const { return full_at_.size(); }

  private:
    Duration interval_;   // between two tokens
    Duration tolerance_;  // what a full bucket is worth after its first token
    std::unordered_map<IpAddress, SteadyTime> full_at_;  // when a site's bucket is full again
};

// Who asks: `peer`, or where that is a trusted proxy the last of X-Forwarded-For that is none.
[[nodiscard]] IpAddress client_of(const IpAddress& peer, std::string_view forwarded_for,
                                  std::span<const AddressRange> trusted);

}  // namespace lode::http
