// Slows down whoever guesses: after some failures each further one doubles the time before the
// next try is looked at. Times are handed in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/base/clock.hpp"

namespace lode::statshttpd {

class FailureLimit {
  public:
    // Slips of the hand that cost nothing.
    static constexpr int free_failures = 5;
    // Then 1 s, 2 s, 4 s … up to this: hours to try a thousand passwords, and an owner whose name
    // another guesses at waits no longer than this.
    static constexpr auto longest_wait = std::chrono::seconds(64);
    // Without a failure for so long all are forgotten.
    static constexpr auto forget_time = std::chrono::minutes(15);
    // Names or addresses, some 150 bytes each. With more the one whose failure is oldest goes.
    static constexpr std::size_t known_max = 10'000;

    // How long until `key` may try again; nothing when at once.
    [[nodiscard]] std::optional<std::chrono::seconds> wait(const std::string& key,
                                                           SteadyTime now) const;
    void failed(const std::string& key, SteadyTime now);
    void succeeded(const std::string& key) { known_.erase(key); }

  private:
    struct Failures {
        int count = 0;
        SteadyTime last;
    };
    void make_room(SteadyTime now);

    std::map<std::string, Failures> known_;
};

}  // namespace lode::statshttpd
