// Work and shares of the last minutes or hours, in a ring of slots of equal length. Time is handed
// in; slots are whole, so a sum covers its window and the begun part of the current slot.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>

#include "common/base/clock.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::statshttpd {

struct Sum {
    bitcoin::Work work;
    std::int64_t shares = 0;

    Sum& operator+=(const Sum& other) {
        work += other.work;
        shares += other.shares;
        return *this;
    }
    friend bool operator==(const Sum&, const Sum&) = default;
};

// A sum and the time it was taken over.
struct Measured {
    Sum sum;
    std::chrono::milliseconds covered{};
};

// Hashes per second, rounded down: the work divided by the time.
[[nodiscard]] inline std::string hashrate(const Measured& measured) {
    if (measured.covered.count() <= 0) return "0";
    const bitcoin::Uint256 work({measured.sum.work.low(), measured.sum.work.high(), 0, 0});
    const auto divisor = static_cast<std::uint64_t>(measured.covered.count());
    return bitcoin::divide(bitcoin::multiply(work, 1000).low, bitcoin::Uint256(divisor))
        .quotient.to_decimal();
}

// Holds `Slots` whole slots of `SlotSeconds` and the current one.
template <std::int64_t SlotSeconds, std::size_t Slots>
class SlidingSum {
  public:
    static constexpr std::chrono::seconds slot{SlotSeconds};
    static constexpr std::chrono::seconds longest = slot * Slots;

    // What is older than the ring reaches, is dropped.
    void add(UnixTime at, const Sum& sum) {
        const std::int64_t index = index_of(at);
        Slot& place = slots_[static_cast<std::size_t>(index) % slots_.size()];
        if (place.index > index) return;
        if (place.index < index) place = {index, {}};
        place.sum += sum;
    }

    // `window` is a multiple of the slot, at most `longest`.
    [[nodiscard]] Measured last(std::chrono::seconds window, UnixTime now) const {
        const std::int64_t current = index_of(now);
        const std::int64_t first = current - window / slot;
        Measured measured{.sum = {}, .covered = now - UnixTime(slot * first)};
        for (const Slot& place : slots_) {
            if (place.index >= first && place.index <= current) measured.sum += place.sum;
        }
        return measured;
    }

    // By steps, a multiple of the slot; oldest first: each that is over and that the ring holds
    // whole, also one that nothing was added to.
    [[nodiscard]] std::map<UnixTime, Sum> by(std::chrono::seconds step, UnixTime now) const {
        const std::int64_t each = step / slot;
        const std::int64_t current = index_of(now);
        const std::int64_t oldest = current - static_cast<std::int64_t>(Slots);
        std::map<UnixTime, Sum> steps;
        for (std::int64_t first = (oldest + each - 1) / each * each; first + each <= current;
             first += each) {
            steps[UnixTime(slot * first)] = {};
        }
        for (const Slot& place : slots_) {
            if (place.index < oldest) continue;  // of an earlier round, or never used
            const auto found = steps.find(UnixTime(slot * (place.index / each * each)));
            if (found != steps.end()) found->second += place.sum;
        }
        return steps;
    }

  private:
    struct Slot {
        std::int64_t index = -1;  // slots since 1970
        Sum sum;
    };

    static std::int64_t index_of(UnixTime time) {
        return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()) / slot;
    }

    std::array<Slot, Slots + 1> slots_{};
};

}  // namespace lode::statshttpd
