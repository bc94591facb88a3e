// Padding, double hashing, and the choice of engine.
#include "common/bitcoin/sha256.hpp"

#include <algorithm>
#include <cstring>

#include "common/base/assert.hpp"
#include "common/bitcoin/sha256_engine.hpp"

namespace lode::bitcoin {
namespace {

using Compress = void (*)(std::uint32_t*, const std::uint8_t*, std::size_t);

Compress active_compress() {
    static const Compress chosen =
        engine::sha_ni_available() ? engine::compress_sha_ni : engine::compress_portable;
    return chosen;
}

using Block = std::array<std::uint8_t, 64>;

// The last block of a message of `size` bytes, of which `tail` (at most 55) lie in it.
Block last_block(ByteView tail, std::uint64_t size) {
    Block block{};
    std::copy(tail.begin(), tail.end(), block.begin());
    block[tail.size()] = 0x80;
    store_be<std::uint64_t>(block.data() + 56, size * 8);
    return block;
}

Hash256 sha256_of_digest(const Hash256& digest) {
    Sha256State state;
    state.compress(last_block(digest.bytes, 32));
    return state.digest();
}

}  // namespace

void Sha256State::compress(ByteView blocks) {
    LODE_ASSERT(blocks.size() % 64 == 0);
    active_compress()(words.data(), blocks.data(), blocks.size() / 64);
}

Hash256 Sha256State::digest() const {
    Hash256 out;
    for (std::size_t i = 0; i < words.size(); ++i) store_be(out.bytes.data() + 4 * i, words[i]);
    return out;
}

Sha256& Sha256::update(ByteView bytes) {
    const std::size_t used = size_ % 64;
    size_ += bytes.size();
    if (used > 0) {
        const std::size_t fill = std::min(bytes.size(), 64 - used);
        std::copy_n(bytes.begin(), fill, pending_.begin() + static_cast<std::ptrdiff_t>(used));
        bytes = bytes.subspan(fill);
        if (used + fill < 64) return *this;
        state_.compress(pending_);
    }
    const std::size_t whole = bytes.size() / 64 * 64;
    if (whole > 0) state_.compress(bytes.first(whole));
    std::ranges::copy(bytes.subspan(whole), pending_.begin());
    return *this;
}

Hash256 Sha256::finish() const {
    Sha256State state = state_;
    const ByteView tail = ByteView(pending_).first(size_ % 64);
    if (tail.size() < 56) {
        state.compress(last_block(tail, size_));
        return state.digest();
    }
    // The length does not fit behind the tail any more: it goes into a block of its own.
    Block full{};
    std::ranges::copy(tail, full.begin());
    full[tail.size()] = 0x80;
    state.compress(full);
    Block length{};
    store_be<std::uint64_t>(length.data() + 56, size_ * 8);
    state.compress(length);
    return state.digest();
}

Hash256 Sha256::finish_double() const {
    return sha256_of_digest(finish());
}

Hash256 sha256(ByteView bytes) {
    return Sha256().update(bytes).finish();
}

Hash256 sha256d(ByteView bytes) {
    return Sha256().update(bytes).finish_double();
}

Hash256 sha256d(ByteView first, ByteView second) {
    return Sha256().update(first).update(second).finish_double();
}

Hash256 sha256d(const Hash256& left, const Hash256& right) {
    std::array<std::uint8_t, 128> blocks{};
    std::ranges::copy(left.bytes, blocks.begin());
    std::ranges::copy(right.bytes, blocks.begin() + 32);
    blocks[64] = 0x80;
    store_be<std::uint64_t>(blocks.data() + 120, 64 * 8);
    Sha256State state;
    state.compress(blocks);
    return sha256_of_digest(state.digest());
}

Sha256State header_midstate(std::span<const std::uint8_t, 64> head) {
    Sha256State state;
    state.compress(head);
    return state;
}

Hash256 sha256d_header(const Sha256State& midstate, std::span<const std::uint8_t, 16> tail) {
    Sha256State state = midstate;
    state.compress(last_block(tail, 80));
    return sha256_of_digest(state.digest());
}

bool available(Sha256Engine which) {
    return which == Sha256Engine::portable || engine::sha_ni_available();
}

Sha256Engine active_engine() {
    return active_compress() == engine::compress_sha_ni ? Sha256Engine::sha_ni
                                                        : Sha256Engine::portable;
}

Sha256State compress_with(Sha256Engine which, const Sha256State& state, ByteView blocks) {
    LODE_ASSERT(available(which) && blocks.size() % 64 == 0);
    Sha256State next = state;
    const auto compress =
        which == Sha256Engine::sha_ni ? engine::compress_sha_ni : engine::compress_portable;
    compress(next.words.data(), blocks.data(), blocks.size() / 64);
    return next;
}

}  // namespace lode::bitcoin
