// When and how far the difficulty steps.
#include "sserver/vardiff.hpp"

#include <algorithm>
#include <bit>

namespace lode::sserver {
namespace {

constexpr std::uint64_t one_share = 256;
// A flood is this many times the wished rate, over so many shares that it is no chance: at 1.41
// times the rate, 32 shares within a quarter of their time are less likely than one in a million.
constexpr std::uint64_t flood_ratio = 4;
constexpr std::uint64_t flood_shares = 32;
// A burst out of a stalled network is not a rate: less time than this is not measured, which
// bounds one step at 32 shares a second.
constexpr Duration flood_time_min = std::chrono::seconds(1);
// Nothing at all where 9 shares were expected is less likely than one in 8,000.
constexpr std::uint64_t silence_shares = 9;
constexpr std::int8_t silence_step = 2;
constexpr int silence_step_max = 16;
// What one session may cost at most when its difficulty is fixed: 30 times the usual.
constexpr std::uint64_t fixed_shares_per_minute = 600;
constexpr Duration fixed_window = std::chrono::minutes(1);
// Each wish for less begins a new window, in which a flood must show first; so many are enough for
// who sets up a machine, and too few to keep one flooding.
constexpr std::uint8_t lowered_max = 8;
// No share in a window may still be chance of a rate of about this many.
constexpr std::uint64_t empty_window_shares = 2;

// log2(a / b), rounded down; a and b are not zero.
int floor_log2(std::uint64_t a, std::uint64_t b) {
    int log = static_cast<int>(std::bit_width(a)) - static_cast<int>(std::bit_width(b));
    const auto less = [&] { return log >= 0 ? (a >> log) < b : a < (b >> -log); };
    if (less()) --log;
    return log;
}

// log2(a / b), rounded: 1.41 is 41/29.
int round_log2(std::uint64_t a, std::uint64_t b) {
    return floor_log2(a * 41, b * 29);
}

}  // namespace

Vardiff::Vardiff(const VardiffOptions& options, int start, SteadyTime now)
    : options_(&options),
      window_start_(now),
      exponent_(
          static_cast<std::int8_t>(std::clamp(start, options.exponent_min, options.exponent_max))),
      floor_(static_cast<std::int8_t>(options.exponent_min)),
      silence_step_(silence_step) {}

std::uint64_t Vardiff::expected(SteadyTime now) const {
    const std::uint64_t per_minute = fixed_ ? fixed_shares_per_minute : options_->shares_per_minute;
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::max(now - window_start_, flood_time_min));
    return static_cast<std::uint64_t>(elapsed.count()) * per_minute * one_share / 60'000;
}

bool Vardiff::flooded(std::uint64_t wished) const {
    if (fixed_) return work_ >= fixed_shares_per_minute * one_share && work_ >= 2 * wished;
    return work_ >= flood_shares * one_share && work_ >= flood_ratio * wished;
}

Flood Vardiff::share(int of_share, SteadyTime now) {
    // Shares of an earlier difficulty weigh what their work is at the present one, but no more than
    // four: one that was under way when the miner asked for less is no flood.
    const int shift = std::clamp(of_share - exponent_, -8, 2);
    work_ += shift >= 0 ? one_share << shift : one_share >> -shift;
    const std::uint64_t wished = std::max<std::uint64_t>(1, expected(now));
    heard_ = true;
    silence_step_ = silence_step;
    if (!flooded(wished)) return Flood::no;
    const int before = exponent();
    set(exponent_ + floor_log2(work_, wished), now);
    return exponent_ > before ? Flood::yes : Flood::no;
}

void Vardiff::look(SteadyTime now) {
    if (fixed_) {
        if (now >= window_start_ + fixed_window) set(exponent_, now);
        return;
    }
    const std::uint64_t wished = expected(now);
    if (work_ == 0 && wished >= silence_shares * one_share &&
        now < window_start_ + options_->window) {
        set(exponent_ - silence_step_, now);
        if (!heard_) {
            silence_step_ = static_cast<std::int8_t>(std::min(2 * silence_step_, silence_step_max));
        }
        return;
    }
    if (now < window_start_ + options_->window) return;
    const std::uint64_t work = std::max(work_, empty_window_shares * one_share);
    const bool off = work >= 2 * wished || work * 10 <= wished * 4;
    set(off ? exponent_ + round_log2(work, wished) : exponent_, now);
}

void Vardiff::suggest(int exponent, SteadyTime now) {
    if (fixed_) return;
    suggested_ = true;
    wish(exponent, now);
}

void Vardiff::resume(int exponent, SteadyTime now) {
    set(suggested_ || fixed_ ? exponent_ : exponent, now);
}

void Vardiff::fix(int exponent, SteadyTime now) {
    fixed_ = true;
    wish(exponent, now);
}

void Vardiff::set_floor(int exponent, SteadyTime now) {
    floor_ = static_cast<std::int8_t>(
        std::clamp(exponent, options_->exponent_min, options_->exponent_max));
    if (exponent_ < floor_) set(floor_, now);
}

// What changes nothing leaves the window as it is: who wishes for the same again and again is not
// to hide its flood.
void Vardiff::wish(int exponent, SteadyTime now) {
    const int wished = bounded(exponent);
    if (wished == exponent_) return;
    if (wished < exponent_) {
        if (lowered_ == lowered_max) return;
        ++lowered_;
    }
    set(wished, now);
}

int Vardiff::bounded(int exponent) const {
    return std::clamp(exponent, static_cast<int>(floor_), options_->exponent_max);
}

void Vardiff::set(int exponent, SteadyTime now) {
    exponent_ = static_cast<std::int8_t>(bounded(exponent));
    window_start_ = now;
    work_ = 0;
}

}  // namespace lode::sserver
