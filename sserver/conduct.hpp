// What one connection has done wrong so far, and when that is enough to close it. Whatever is
// borne with here is the miner's right: only a connection that was closed counts against its
// address.
#pragma once

#include <cstdint>
#include <optional>

#include "sserver/offence.hpp"
#include "sserver/share_validator.hpp"

namespace lode::sserver {

struct ConductRules {
    std::uint8_t malformed_max = 5;       // lines; some tools probe
    std::uint8_t refused_logins_max = 5;  // before the first granted one
    std::uint8_t invalid_percent = 50;    // of `Conduct::shares_judged` shares
};

class Conduct {
  public:
    // Shares that are judged together. With a machine that has every third share wrong the odds of
    // half of a hundred being wrong are below 1 in 1,000.
    static constexpr std::uint8_t shares_judged = 100;

    // Each gives the offence once, when it is complete, and nothing ever after.
    [[nodiscard]] std::optional<Offence> malformed(const ConductRules& rules);
    [[nodiscard]] std::optional<Offence> login_refused(const ConductRules& rules);
    [[nodiscard]] std::optional<Offence> share(ShareVerdict verdict, const ConductRules& rules);
    // Something that the connection's own rules found.
    [[nodiscard]] std::optional<Offence> offend(Offence offence);
    // The connection is gone: who leaves with nothing but refusals has offended, too, so that
    // nobody tries a name each on many connections.
    [[nodiscard]] std::optional<Offence> left();
    void login_granted() { refused_logins_ = granted; }

    // A share was accepted: work that nobody does to do harm.
    [[nodiscard]] bool proven() const { return proven_; }

  private:
    static constexpr std::uint8_t granted = 0xff;

    std::uint8_t malformed_ = 0;
    std::uint8_t refused_logins_ = 0;
    std::uint8_t shares_ = 0;
    std::uint8_t invalid_ = 0;
    std::uint8_t duplicates_ = 0;
    bool proven_ = false;
    bool offended_ = false;
};

}  // namespace lode::sserver
