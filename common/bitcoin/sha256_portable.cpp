// SHA-256 (FIPS 180-4) in plain C++, for CPUs without SHA instructions.
#include <algorithm>
#include <bit>

#include "common/base/bytes.hpp"
#include "common/bitcoin/sha256_engine.hpp"

namespace lode::bitcoin::engine {
namespace {

std::uint32_t sigma0(std::uint32_t x) {
    return std::rotr(x, 2) ^ std::rotr(x, 13) ^ std::rotr(x, 22);
}
std::uint32_t sigma1(std::uint32_t x) {
    return std::rotr(x, 6) ^ std::rotr(x, 11) ^ std::rotr(x, 25);
}

Sha256State compress_words(const Sha256State& state, const Words& first) {
    const Words w = expand(first);
    auto [a, b, c, d, e, f, g, h] = state.words;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::uint32_t t1 = h + sigma1(e) + ((e & f) ^ (~e & g)) + round_constants[i] + w[i];
        const std::uint32_t t2 = sigma0(a) + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    Sha256State next{{a, b, c, d, e, f, g, h}};
    for (std::size_t i = 0; i < 8; ++i) next.words[i] += state.words[i];
    return next;
}

Sha256State compress(const Sha256State& state, const std::uint8_t* blocks, std::size_t count) {
    Sha256State next = state;
    for (const std::uint8_t* block = blocks; count > 0; block += 64, --count) {
        Words first;
        for (std::size_t i = 0; i < 16; ++i) first[i] = load_be<std::uint32_t>(block + 4 * i);
        next = compress_words(next, first);
    }
    return next;
}

Hash256 hash_of_digest(const Sha256State& digest) {
    Words first{};
    std::ranges::copy(digest.words, first.begin());
    first[8] = 0x80000000;
    first[15] = 32 * 8;
    return compress_words({}, first).digest();
}

Hash256 finish_double(const Sha256State& state, const std::uint8_t* last_block) {
    return hash_of_digest(compress(state, last_block, 1));
}

HashPair finish_double_two(const Sha256State& state, const std::uint8_t* last_block,
                           const std::uint8_t* other_last_block) {
    return {finish_double(state, last_block), finish_double(state, other_last_block)};
}

Hash256 double_of_pair(const Hash256& left, const Hash256& right) {
    std::array<std::uint8_t, 128> blocks{};
    std::ranges::copy(left.bytes, blocks.begin());
    std::ranges::copy(right.bytes, blocks.begin() + 32);
    blocks[64] = 0x80;
    store_be<std::uint64_t>(blocks.data() + 120, 64 * 8);
    return hash_of_digest(compress({}, blocks.data(), 2));
}

}  // namespace

const Engine portable{compress, finish_double, finish_double_two, double_of_pair};

}  // namespace lode::bitcoin::engine
