// SHA-256 by the x86 SHA instructions. Each function carries its target, so that the rest of the
// program still runs on CPUs without them.
#include "common/bitcoin/sha256_engine.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

namespace lode::bitcoin::engine {
namespace {

#define LODE_SHA_NI __attribute__((target("sha,sse4.1")))
#define LODE_SHA_NI_INLINE __attribute__((target("sha,sse4.1"), always_inline)) inline

alignas(16) constexpr Words pair_padding = padding_of_pair();

// The eight words as the instructions keep them. Named from the highest 32 bits down.
struct State {
    __m128i abef;
    __m128i cdgh;
};

// A ring of the last sixteen words of the schedule, the lowest 32 bits first.
struct Message {
    __m128i words[4];
};

LODE_SHA_NI_INLINE State initial_state() {
    return {_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f,
                          static_cast<int>(0x9b05688c)),
            _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19)};
}

LODE_SHA_NI_INLINE State load_state(const Sha256State& from) {
    const auto* words = reinterpret_cast<const __m128i*>(from.words.data());
    const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1b);
    return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

// The words in their natural order: a … d, e … h, the lowest 32 bits first.
struct Natural {
    __m128i low;
    __m128i high;
};

LODE_SHA_NI_INLINE Natural natural_order(const State& state) {
    const __m128i feba = _mm_shuffle_epi32(state.abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(state.cdgh, 0xb1);
    return {_mm_blend_epi16(feba, dchg, 0xf0), _mm_alignr_epi8(dchg, feba, 8)};
}

LODE_SHA_NI_INLINE __m128i swap_bytes(__m128i words) {
    return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

LODE_SHA_NI_INLINE Message load_message(const std::uint8_t* first, const std::uint8_t* second) {
    const auto* low = reinterpret_cast<const __m128i*>(first);
    const auto* high = reinterpret_cast<const __m128i*>(second);
    return {{swap_bytes(_mm_loadu_si128(low)), swap_bytes(_mm_loadu_si128(low + 1)),
             swap_bytes(_mm_loadu_si128(high)), swap_bytes(_mm_loadu_si128(high + 1))}};
}

// The one block that hashes a digest: its 32 bytes and their padding.
LODE_SHA_NI_INLINE Message message_of_digest(const State& digest) {
    const Natural words = natural_order(digest);
    return {{words.low, words.high, _mm_set_epi32(0, 0, 0, static_cast<int>(0x80000000)),
             _mm_set_epi32(32 * 8, 0, 0, 0)}};
}

LODE_SHA_NI_INLINE __m128i four_of(const Words& words, int group) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(words.data()) + group);
}

// Four of the 64 rounds, and the schedule's part that can be done beside them.
template <int group>
LODE_SHA_NI_INLINE void rounds(State& state, Message& message) {
    __m128i& now = message.words[group % 4];
    __m128i& next = message.words[(group + 1) % 4];
    __m128i& previous = message.words[(group + 3) % 4];
    const __m128i words = _mm_add_epi32(now, four_of(round_constants, group));
    state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, words);
    if constexpr (group >= 3 && group <= 14) {
        next = _mm_add_epi32(next, _mm_alignr_epi8(now, previous, 4));
        next = _mm_sha256msg2_epu32(next, now);
    }
    state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, _mm_shuffle_epi32(words, 0x0e));
    if constexpr (group >= 1 && group <= 12) previous = _mm_sha256msg1_epu32(previous, now);
}

LODE_SHA_NI_INLINE State added(const State& a, const State& b) {
    return {_mm_add_epi32(a.abef, b.abef), _mm_add_epi32(a.cdgh, b.cdgh)};
}

LODE_SHA_NI_INLINE State compressed(const State& start, Message message) {
    State s = start;
    rounds<0>(s, message), rounds<1>(s, message), rounds<2>(s, message), rounds<3>(s, message);
    rounds<4>(s, message), rounds<5>(s, message), rounds<6>(s, message), rounds<7>(s, message);
    rounds<8>(s, message), rounds<9>(s, message), rounds<10>(s, message), rounds<11>(s, message);
    rounds<12>(s, message), rounds<13>(s, message), rounds<14>(s, message), rounds<15>(s, message);
    return added(s, start);
}

struct StatePair {
    State one;
    State other;
};

template <int group>
LODE_SHA_NI_INLINE void rounds_of_two(StatePair& states, Message& one, Message& other) {
    rounds<group>(states.one, one);
    rounds<group>(states.other, other);
}

LODE_SHA_NI_INLINE StatePair compressed_two(const State& start, Message one, Message other) {
    StatePair s{start, start};
    rounds_of_two<0>(s, one, other), rounds_of_two<1>(s, one, other);
    rounds_of_two<2>(s, one, other), rounds_of_two<3>(s, one, other);
    rounds_of_two<4>(s, one, other), rounds_of_two<5>(s, one, other);
    rounds_of_two<6>(s, one, other), rounds_of_two<7>(s, one, other);
    rounds_of_two<8>(s, one, other), rounds_of_two<9>(s, one, other);
    rounds_of_two<10>(s, one, other), rounds_of_two<11>(s, one, other);
    rounds_of_two<12>(s, one, other), rounds_of_two<13>(s, one, other);
    rounds_of_two<14>(s, one, other), rounds_of_two<15>(s, one, other);
    return {added(s.one, start), added(s.other, start)};
}

// The padding of 64 bytes has a schedule known beforehand.
LODE_SHA_NI_INLINE State compressed_pair_padding(const State& start) {
    State s = start;
#pragma GCC unroll 16
    for (int group = 0; group < 16; ++group) {
        const __m128i words = four_of(pair_padding, group);
        s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, words);
        s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(words, 0x0e));
    }
    return added(s, start);
}

LODE_SHA_NI_INLINE Hash256 to_hash(const State& state) {
    const Natural words = natural_order(state);
    Hash256 out;
    auto* bytes = reinterpret_cast<__m128i*>(out.bytes.data());
    _mm_storeu_si128(bytes, swap_bytes(words.low));
    _mm_storeu_si128(bytes + 1, swap_bytes(words.high));
    return out;
}

LODE_SHA_NI_INLINE Hash256 hash_of_digest(const State& digest) {
    return to_hash(compressed(initial_state(), message_of_digest(digest)));
}

LODE_SHA_NI Sha256State compress(const Sha256State& from, const std::uint8_t* blocks,
                                 std::size_t count) {
    State state = load_state(from);
    for (const std::uint8_t* block = blocks; count > 0; block += 64, --count) {
        state = compressed(state, load_message(block, block + 32));
    }
    const Natural words = natural_order(state);
    Sha256State to;
    auto* out = reinterpret_cast<__m128i*>(to.words.data());
    _mm_storeu_si128(out, words.low);
    _mm_storeu_si128(out + 1, words.high);
    return to;
}

LODE_SHA_NI Hash256 finish_double(const Sha256State& from, const std::uint8_t* last_block) {
    return hash_of_digest(compressed(load_state(from), load_message(last_block, last_block + 32)));
}

LODE_SHA_NI HashPair finish_double_two(const Sha256State& from, const std::uint8_t* last_block,
                                       const std::uint8_t* other_last_block) {
    const StatePair digests =
        compressed_two(load_state(from), load_message(last_block, last_block + 32),
                       load_message(other_last_block, other_last_block + 32));
    const StatePair hashes = compressed_two(initial_state(), message_of_digest(digests.one),
                                            message_of_digest(digests.other));
    return {to_hash(hashes.one), to_hash(hashes.other)};
}

LODE_SHA_NI Hash256 double_of_pair(const Hash256& left, const Hash256& right) {
    const Message message = load_message(left.bytes.data(), right.bytes.data());
    return hash_of_digest(compressed_pair_padding(compressed(initial_state(), message)));
}

#undef LODE_SHA_NI
#undef LODE_SHA_NI_INLINE

}  // namespace

const Engine sha_ni{compress, finish_double, finish_double_two, double_of_pair};

bool sha_ni_available() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0) return false;
    const bool sse = (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
    if (!sse || __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
    return (b & bit_SHA) != 0;
}

}  // namespace lode::bitcoin::engine

#else

namespace lode::bitcoin::engine {

const Engine sha_ni{};
bool sha_ni_available() {
    return false;
}

}  // namespace lode::bitcoin::engine

#endif
