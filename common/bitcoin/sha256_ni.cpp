// SHA-256's compression by the x86 SHA instructions. Each function carries its target, so that
// the rest of the program still runs on CPUs without them.
#include "common/base/assert.hpp"
#include "common/bitcoin/sha256_engine.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

namespace lode::bitcoin::engine {
namespace {

#define LODE_SHA_NI __attribute__((target("sha,sse4.1"), always_inline)) inline

// The instructions keep the words as the pairs ABEF and CDGH; `message` is a ring of the last
// sixteen words of the schedule.
struct Lanes {
    __m128i abef;
    __m128i cdgh;
    __m128i message[4];
};

// Four of the 64 rounds, and the schedule's part that can be done beside them.
template <int group>
LODE_SHA_NI void rounds(Lanes& lanes) {
    __m128i& now = lanes.message[group % 4];
    __m128i& next = lanes.message[(group + 1) % 4];
    __m128i& previous = lanes.message[(group + 3) % 4];
    const auto* constants = reinterpret_cast<const __m128i*>(round_constants) + group;
    const __m128i words = _mm_add_epi32(now, _mm_load_si128(constants));
    lanes.cdgh = _mm_sha256rnds2_epu32(lanes.cdgh, lanes.abef, words);
    if constexpr (group >= 3 && group <= 14) {
        next = _mm_add_epi32(next, _mm_alignr_epi8(now, previous, 4));
        next = _mm_sha256msg2_epu32(next, now);
    }
    lanes.abef = _mm_sha256rnds2_epu32(lanes.abef, lanes.cdgh, _mm_shuffle_epi32(words, 0x0e));
    if constexpr (group >= 1 && group <= 12) previous = _mm_sha256msg1_epu32(previous, now);
}

LODE_SHA_NI void compress_block(Lanes& lanes, const std::uint8_t* block) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const auto* words = reinterpret_cast<const __m128i*>(block);
    for (int i = 0; i < 4; ++i) {
        lanes.message[i] = _mm_shuffle_epi8(_mm_loadu_si128(words + i), big_endian);
    }
    const __m128i abef = lanes.abef;
    const __m128i cdgh = lanes.cdgh;
    rounds<0>(lanes), rounds<1>(lanes), rounds<2>(lanes), rounds<3>(lanes);
    rounds<4>(lanes), rounds<5>(lanes), rounds<6>(lanes), rounds<7>(lanes);
    rounds<8>(lanes), rounds<9>(lanes), rounds<10>(lanes), rounds<11>(lanes);
    rounds<12>(lanes), rounds<13>(lanes), rounds<14>(lanes), rounds<15>(lanes);
    lanes.abef = _mm_add_epi32(lanes.abef, abef);
    lanes.cdgh = _mm_add_epi32(lanes.cdgh, cdgh);
}

#undef LODE_SHA_NI

}  // namespace

__attribute__((target("sha,sse4.1"))) void compress_sha_ni(std::uint32_t* state,
                                                           const std::uint8_t* blocks,
                                                           std::size_t count) {
    auto* const words = reinterpret_cast<__m128i*>(state);
    const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1b);
    Lanes lanes;
    lanes.abef = _mm_alignr_epi8(cdab, efgh, 8);
    lanes.cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
    for (std::size_t i = 0; i < count; ++i) compress_block(lanes, blocks + 64 * i);
    const __m128i feba = _mm_shuffle_epi32(lanes.abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(lanes.cdgh, 0xb1);
    _mm_storeu_si128(words, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(words + 1, _mm_alignr_epi8(dchg, feba, 8));
}

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

void compress_sha_ni(std::uint32_t*, const std::uint8_t*, std::size_t) {
    LODE_ASSERT(false);
}
bool sha_ni_available() {
    return false;
}

}  // namespace lode::bitcoin::engine

#endif
