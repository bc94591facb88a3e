// The two paddings of the key.
#include "statshttpd/hmac.hpp"

#include "common/base/assert.hpp"
#include "common/bitcoin/sha256.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::size_t block = 64;

std::array<std::uint8_t, block> padded(ByteView key, std::uint8_t with) {
    std::array<std::uint8_t, block> pad{};
    pad.fill(with);
    for (std::size_t i = 0; i < key.size(); ++i) {
        pad[i] = static_cast<std::uint8_t>(pad[i] ^ key[i]);
    }
    return pad;
}

}  // namespace

bitcoin::Hash256 hmac_sha256(ByteView key, ByteView message) {
    LODE_ASSERT(key.size() <= block);
    const auto inner = bitcoin::Sha256().update(padded(key, 0x36)).update(message).finish();
    return bitcoin::Sha256().update(padded(key, 0x5c)).update(inner.view()).finish();
}

}  // namespace lode::statshttpd
