// Strong<T, Tag>: an integer that is not interchangeable with another of the same width, so that
// a height is never passed for a job id.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace lode {

template <class T, class Tag>
class Strong {
  public:
    using value_type = T;

    constexpr Strong() = default;
    constexpr explicit Strong(T value) : value_(value) {}

    [[nodiscard]] constexpr T value() const { return value_; }

    friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

  private:
    T value_{};
};

// Job id: unix seconds << 16 | counter, strictly rising across restarts and leaders.
using JobId = Strong<std::uint64_t, struct JobIdTag>;
// Stream of shares: server id u16, epoch u32, loop u16, packed big-endian.
using StreamId = Strong<std::uint64_t, struct StreamIdTag>;
// Place of a share in its stream, from 1, without gaps.
using Sequence = Strong<std::uint64_t, struct SequenceTag>;

}  // namespace lode

template <class T, class Tag>
struct std::hash<lode::Strong<T, Tag>> {
    std::size_t operator()(const lode::Strong<T, Tag>& id) const noexcept {
        return std::hash<T>{}(id.value());
    }
};
