// The difficulty of one session: as many shares a minute as wished, whatever the miner's speed. It
// looks at windows of time, steps by powers of two and only when the rate is clearly off, so that
// chance alone does not make it swing. New difficulties are taken up with the next job; only a
// flood asks for one at once.
//
// With 18 shares a minute a window of 120 s has 36 +- 6 of them. A step up at twice that and a
// step down at 0.4 of it lie, for a miner whose speed is half-way between two powers of two (1.41
// or 0.71 of the wish), at 3 and 2 standard deviations; for all others further out.
//
// Silence lowers it, by 4 each half minute. A miner that was never heard may be slower than the
// start by any factor: there each silence lowers it by the square of the one before.
#pragma once

#include <cstdint>

#include "common/base/clock.hpp"

namespace lode::sserver {

struct VardiffOptions {
    std::uint32_t shares_per_minute = 18;
    Duration window = std::chrono::seconds(120);
    int exponent_min = -16;
    int exponent_max = 63;
};

enum class Flood : bool { no, yes };

class Vardiff {
  public:
    // The options outlive it.
    Vardiff(const VardiffOptions& options, int start, SteadyTime now);

    // The difficulty wished for now is 2^exponent().
    [[nodiscard]] int exponent() const { return exponent_; }

    // A share that was good for 2^of_share. Yes: the difficulty has risen and should not wait for
    // the next job.
    [[nodiscard]] Flood share(int of_share, SteadyTime now);

    // A job is about to be sent: the time to look at the window.
    void look(SteadyTime now);

    // The miner knows better; after eight wishes for less, of this kind or the next, it does not.
    void suggest(int exponent, SteadyTime now);
    // Stays there, whatever the miner's speed and suggestions: only more than 600 shares within a
    // minute, ten a second, still raise it, so that nobody can drown the server.
    void fix(int exponent, SteadyTime now);
    // Where an earlier connection left off, unless the miner has said what it wants on this one.
    void resume(int exponent, SteadyTime now);
    // Never below this, instead of the floor set before; the options' bounds stay.
    void set_floor(int exponent, SteadyTime now);

  private:
    [[nodiscard]] std::uint64_t expected(SteadyTime now) const;
    [[nodiscard]] bool flooded(std::uint64_t wished) const;
    void wish(int exponent, SteadyTime now);
    [[nodiscard]] int bounded(int exponent) const;
    void set(int exponent, SteadyTime now);

    const VardiffOptions* options_;
    SteadyTime window_start_;
    // Since the window's start, in 1/256 of a share of the present difficulty.
    std::uint64_t work_ = 0;
    std::int8_t exponent_;
    std::int8_t floor_;
    std::int8_t silence_step_;
    std::uint8_t lowered_ = 0;  // by wishes
    bool suggested_ = false;
    bool fixed_ = false;
    bool heard_ = false;  // there was a share
};

}  // namespace lode::sserver
