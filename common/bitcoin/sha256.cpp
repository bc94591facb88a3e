// Padding, double hashing, and the choice of engine.
#include "common/bitcoin/sha256.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/bitcoin/sha256_engine.hpp"

namespace lode::bitcoin {
namespace {

const engine::Engine& active() {
    static const engine::Engine& chosen =
        engine::sha_ni_available() ? engine::sha_ni : engine::portable;
    return chosen;
}

const engine::Engine& engine_of(Sha256Engine which) {
    LODE_ASSERT(available(which));
    return which == Sha256Engine::sha_ni ? engine::sha_ni : engine::portable;
}

constexpr std::size_t length_place = 56;  // of the bit count in the last block

// The tail, the mark behind it, and the size of the whole message where it fits.
std::array<std::uint8_t, 64> last_block(ByteView tail, std::uint64_t size) {
    std::array<std::uint8_t, 64> block{};
    std::ranges::copy(tail, block.begin());
    block[tail.size()] = 0x80;
    if (tail.size() < length_place) store_be<std::uint64_t>(block.data() + length_place, size * 8);
    return block;
}

}  // namespace

void Sha256State::compress(ByteView blocks) {
    LODE_ASSERT(blocks.size() % 64 == 0);
    *this = active().compress(*this, blocks.data(), blocks.size() / 64);
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

Sha256::Ending Sha256::ending() const {
    const ByteView tail = ByteView(pending_).first(size_ % 64);
    Ending out{state_, last_block(tail, size_)};
    if (tail.size() >= length_place) {
        // The length does not fit behind the tail any more: it goes into a block of its own.
        out.before.compress(out.last);
        out.last = {};
        store_be<std::uint64_t>(out.last.data() + length_place, size_ * 8);
    }
    return out;
}

Hash256 Sha256::finish() const {
    Ending end = ending();
    end.before.compress(end.last);
    return end.before.digest();
}

Hash256 Sha256::finish_double() const {
    const Ending end = ending();
    return active().finish_double(end.before, end.last.data());
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
    return active().double_of_pair(left, right);
}

Sha256State header_midstate(std::span<const std::uint8_t, 64> head) {
    Sha256State state;
    state.compress(head);
    return state;
}

Hash256 sha256d_header(const Sha256State& midstate, std::span<const std::uint8_t, 16> tail) {
    return active().finish_double(midstate, last_block(tail, 80).data());
}

HashPair sha256d_headers(const Sha256State& midstate, std::span<const std::uint8_t, 16> tail,
                         std::span<const std::uint8_t, 16> other_tail) {
    return active().finish_double_two(midstate, last_block(tail, 80).data(),
                                      last_block(other_tail, 80).data());
}

bool available(Sha256Engine which) {
    return which == Sha256Engine::portable || engine::sha_ni_available();
}

Sha256Engine active_engine() {
    return &active() == &engine::sha_ni ? Sha256Engine::sha_ni : Sha256Engine::portable;
}

Sha256State compress_with(Sha256Engine which, const Sha256State& state, ByteView blocks) {
    LODE_ASSERT(blocks.size() % 64 == 0);
    return engine_of(which).compress(state, blocks.data(), blocks.size() / 64);
}

Hash256 finish_double_with(Sha256Engine which, const Sha256State& state,
                           std::span<const std::uint8_t, 64> last_block) {
    return engine_of(which).finish_double(state, last_block.data());
}

Hash256 sha256d_with(Sha256Engine which, const Hash256& left, const Hash256& right) {
    return engine_of(which).double_of_pair(left, right);
}

}  // namespace lode::bitcoin
