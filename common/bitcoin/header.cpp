// Header bytes.
#include "common/bitcoin/header.hpp"

#include <algorithm>

#include "common/bitcoin/sha256.hpp"

namespace lode::bitcoin {

std::array<std::uint8_t, header_size> BlockHeader::serialise() const {
    std::array<std::uint8_t, header_size> out{};
    store_le(out.data(), version);
    std::ranges::copy(prev_hash.bytes, out.begin() + 4);
    std::ranges::copy(merkle_root.bytes, out.begin() + 36);
    store_le(out.data() + 68, time);
    store_le(out.data() + 72, bits);
    store_le(out.data() + 76, nonce);
    return out;
}

Hash256 BlockHeader::hash() const {
    const auto bytes = serialise();
    const std::span<const std::uint8_t, header_size> view(bytes);
    return sha256d_header(header_midstate(view.first<64>()), view.last<16>());
}

Result<BlockHeader> parse_header(ByteView bytes) {
    if (bytes.size() != header_size) {
        return failure(ErrorCode::malformed,
                       "a block header is 80 bytes, not " + std::to_string(bytes.size()));
    }
    BlockHeader header;
    header.version = load_le<std::uint32_t>(bytes.data());
    std::ranges::copy(bytes.subspan(4, 32), header.prev_hash.bytes.begin());
    std::ranges::copy(bytes.subspan(36, 32), header.merkle_root.bytes.begin());
    header.time = load_le<std::uint32_t>(bytes.data() + 68);
    header.bits = load_le<std::uint32_t>(bytes.data() + 72);
    header.nonce = load_le<std::uint32_t>(bytes.data() + 76);
    return header;
}

}  // namespace lode::bitcoin
