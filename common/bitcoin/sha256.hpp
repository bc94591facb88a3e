// SHA-256 and Bitcoin's double SHA-256, by the CPU's SHA instructions where it has them (asked
// once, at run time), else in plain C++. The state after whole blocks is open, so that a miner or
// a share check hashes an unchanging beginning only once.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/bytes.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::bitcoin {

// The eight chaining words after zero or more whole 64-byte blocks.
struct Sha256State {
    std::array<std::uint32_t, 8> words{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    // `blocks` is a multiple of 64 bytes.
    void compress(ByteView blocks);

    // The words as a digest; padding is the caller's.
    [[nodiscard]] Hash256 digest() const;

    friend bool operator==(const Sha256State&, const Sha256State&) = default;
};

// A hash of bytes that come in pieces. Copies are cheap and go on independently, which keeps a
// common beginning. Never allocates.
class Sha256 {
  public:
    Sha256& update(ByteView bytes);

    [[nodiscard]] Hash256 finish() const;
    [[nodiscard]] Hash256 finish_double() const;

  private:
    // The last padded block and the state before it.
    struct Ending {
        Sha256State before;
        std::array<std::uint8_t, 64> last;
    };
    [[nodiscard]] Ending ending() const;

    Sha256State state_;
    std::array<std::uint8_t, 64> pending_{};
    std::uint64_t size_ = 0;  // bytes so far; size_ % 64 of them are in pending_
};

[[nodiscard]] Hash256 sha256(ByteView bytes);
[[nodiscard]] Hash256 sha256d(ByteView bytes);
// sha256d of the two pieces put together.
[[nodiscard]] Hash256 sha256d(ByteView first, ByteView second);
// sha256d of two hashes put together: the inner step of a Merkle tree.
[[nodiscard]] Hash256 sha256d(const Hash256& left, const Hash256& right);

// The state after the first 64 bytes of an 80-byte block header.
[[nodiscard]] Sha256State header_midstate(std::span<const std::uint8_t, 64> head);

// sha256d of a header from its midstate and its last 16 bytes: end of the Merkle root, time,
// bits, nonce.
[[nodiscard]] Hash256 sha256d_header(const Sha256State& midstate,
                                     std::span<const std::uint8_t, 16> tail);

// Two headers that differ in their tails only, in less time than one after the other.
using HashPair = std::array<Hash256, 2>;
[[nodiscard]] HashPair sha256d_headers(const Sha256State& midstate,
                                       std::span<const std::uint8_t, 16> tail,
                                       std::span<const std::uint8_t, 16> other_tail);

// The two ways to compute, for their test against each other and for benchmarks.
enum class Sha256Engine { portable, sha_ni };
[[nodiscard]] bool available(Sha256Engine engine);
[[nodiscard]] Sha256Engine active_engine();
[[nodiscard]] Sha256State compress_with(Sha256Engine engine, const Sha256State& state,
                                        ByteView blocks);
[[nodiscard]] Hash256 finish_double_with(Sha256Engine engine, const Sha256State& state,
                                         std::span<const std::uint8_t, 64> last_block);
[[nodiscard]] Hash256 sha256d_with(Sha256Engine engine, const Hash256& left, const Hash256& right);

}  // namespace lode::bitcoin
