// The ways to compute SHA-256 behind sha256.hpp; used by nothing else.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "common/bitcoin/sha256.hpp"

namespace lode::bitcoin::engine {

struct Engine {
    // Goes on from the state over `count` blocks of 64 bytes.
    Sha256State (*compress)(const Sha256State& state, const std::uint8_t* blocks,
                            std::size_t count);
    // sha256 of the digest that the state has after a last, already padded block.
    Hash256 (*finish_double)(const Sha256State& state, const std::uint8_t* last_block);
    // The same for two messages with one beginning: their rounds fill each other's waiting times.
    HashPair (*finish_double_two)(const Sha256State& state, const std::uint8_t* last_block,
                                  const std::uint8_t* other_last_block);
    // sha256d of 64 bytes.
    Hash256 (*double_of_pair)(const Hash256& left, const Hash256& right);
};

extern const Engine portable;
// Only where sha_ni_available().
extern const Engine sha_ni;
[[nodiscard]] bool sha_ni_available();

using Words = std::array<std::uint32_t, 64>;

// The round constants; aligned for vector loads.
alignas(16) inline constexpr Words round_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The message schedule of a block given by its first sixteen words.
constexpr Words expand(Words w) {
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t a = w[i - 15];
        const std::uint32_t b = w[i - 2];
        w[i] = (std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10)) + w[i - 7] +
               (std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3)) + w[i - 16];
    }
    return w;
}

// Schedule and constants of the block that pads 64 bytes, which every inner node of a Merkle
// tree hashes anew.
constexpr Words padding_of_pair() {
    Words first{};
    first[0] = 0x80000000;
    first[15] = 64 * 8;
    Words w = expand(first);
    for (std::size_t i = 0; i < 64; ++i) w[i] += round_constants[i];
    return w;
}

}  // namespace lode::bitcoin::engine
