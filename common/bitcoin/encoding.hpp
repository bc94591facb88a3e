// The wire's CompactSize, and a reader that never passes the end of hostile bytes.
#pragma once

#include <cstdint>
#include <span>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode::bitcoin {

void append_compact_size(Bytes& to, std::uint64_t value);
[[nodiscard]] std::size_t compact_size_length(std::uint64_t value);

class Reader {
  public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
    [[nodiscard]] ByteView rest() const { return rest_; }

    // Malformed when fewer bytes remain.
    [[nodiscard]] Result<ByteView> take(std::size_t count);

    template <class T>
    [[nodiscard]] Result<T> read_le() {
        LODE_TRY(auto raw, take(sizeof(T)));
        return load_le<T>(raw.data());
    }

    // A CompactSize in its only canonical form.
    [[nodiscard]] Result<std::uint64_t> compact_size();

    // A number of items of which each takes at least `item_size_min` bytes: refused unless they
    // can all lie in what remains, so that a count never reserves more memory than its message.
    [[nodiscard]] Result<std::size_t> count(std::size_t item_size_min);

    // A CompactSize length and that many bytes.
    [[nodiscard]] Result<ByteView> sized_bytes();

  private:
    ByteView rest_;
};

}  // namespace lode::bitcoin
