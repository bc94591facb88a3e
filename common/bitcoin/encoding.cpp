// CompactSize and bounded reading.
#include "common/bitcoin/encoding.hpp"

#include <string>

namespace lode::bitcoin {

void append_compact_size(Bytes& to, std::uint64_t value) {
    if (value < 0xfd) {
        to.push_back(static_cast<std::uint8_t>(value));
    } else if (value <= 0xffff) {
        to.push_back(0xfd);
        append_le(to, static_cast<std::uint16_t>(value));
    } else if (value <= 0xffffffff) {
        to.push_back(0xfe);
        append_le(to, static_cast<std::uint32_t>(value));
    } else {
        to.push_back(0xff);
        append_le(to, value);
    }
}

std::size_t compact_size_length(std::uint64_t value) {
    return value < 0xfd ? 1 : value <= 0xffff ? 3 : value <= 0xffffffff ? 5 : 9;
}

Result<ByteView> Reader::take(std::size_t count) {
    if (count > rest_.size()) {
        return failure(ErrorCode::malformed,
                       "ends " + std::to_string(count - rest_.size()) + " bytes too early");
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
}

Result<std::uint64_t> Reader::compact_size() {
    LODE_TRY(auto first, read_le<std::uint8_t>());
    std::uint64_t value = first;
    if (first == 0xfd) {
        LODE_TRY(value, read_le<std::uint16_t>());
    } else if (first == 0xfe) {
        LODE_TRY(value, read_le<std::uint32_t>());
    } else if (first == 0xff) {
        LODE_TRY(value, read_le<std::uint64_t>());
    }
    const std::size_t read = first < 0xfd ? 1 : first == 0xfd ? 3 : first == 0xfe ? 5 : 9;
    if (compact_size_length(value) != read) {
        return failure(ErrorCode::malformed, "a length is not in its shortest form");
    }
    return value;
}

Result<std::size_t> Reader::count(std::size_t item_size_min) {
    LODE_TRY(auto items, compact_size());
    if (items > rest_.size() / item_size_min) {
        return failure(ErrorCode::malformed, "counts " + std::to_string(items) + " items in " +
                                                 std::to_string(rest_.size()) + " bytes");
    }
    return static_cast<std::size_t>(items);
}

Result<ByteView> Reader::sized_bytes() {
    LODE_TRY(auto size, count(1));
    return take(size);
}

}  // namespace lode::bitcoin
