// FIPS 180 vectors, and every way of hashing against every other.
#include "common/bitcoin/sha256.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "common/base/hex.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

Bytes random_bytes(std::mt19937_64& random, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

std::string hex_of(const Hash256& hash) {
    return to_hex(hash.bytes);
}

}  // namespace

TEST_CASE("SHA-256 gives the published digests") {
    CHECK(hex_of(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex_of(sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex_of(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex_of(sha256(as_bytes(std::string(1'000'000, 'a')))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("double SHA-256 gives the known digest") {
    CHECK(hex_of(sha256d(as_bytes("hello"))) ==
          "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
}

TEST_CASE("the portable engine gives the published digest") {
    Bytes block(64, 0);
    block[0] = 'a', block[1] = 'b', block[2] = 'c', block[3] = 0x80, block[63] = 24;
    CHECK(hex_of(compress_with(Sha256Engine::portable, {}, block).digest()) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("the SHA instructions and portable code agree on random states and blocks") {
    if (!available(Sha256Engine::sha_ni)) SKIP("this CPU has no SHA instructions");
    CHECK(active_engine() == Sha256Engine::sha_ni);
    std::mt19937_64 random(1);
    for (std::size_t i = 0; i < 500; ++i) {
        Sha256State state;
        for (auto& word : state.words) word = static_cast<std::uint32_t>(random());
        const Bytes blocks = random_bytes(random, 64 * (1 + i % 5));
        CHECK(compress_with(Sha256Engine::sha_ni, state, blocks) ==
              compress_with(Sha256Engine::portable, state, blocks));
        const std::span<const std::uint8_t, 64> last(blocks.data(), 64);
        CHECK(finish_double_with(Sha256Engine::sha_ni, state, last) ==
              finish_double_with(Sha256Engine::portable, state, last));
        const Hash256 left = sha256(blocks);
        const Hash256 right = state.digest();
        CHECK(sha256d_with(Sha256Engine::sha_ni, left, right) ==
              sha256d_with(Sha256Engine::portable, left, right));
    }
}

TEST_CASE("a hash in pieces is the hash of the whole, at every length around the block") {
    std::mt19937_64 random(2);
    for (std::size_t size = 0; size <= 200; ++size) {
        const Bytes bytes = random_bytes(random, size);
        const ByteView view(bytes);
        const std::size_t cut = size == 0 ? 0 : random() % (size + 1);
        const std::size_t cut2 = cut + (size == cut ? 0 : random() % (size - cut + 1));
        Sha256 pieces;
        pieces.update(view.first(cut)).update(view.subspan(cut, cut2 - cut));
        pieces.update(view.subspan(cut2));
        CHECK(pieces.finish() == sha256(bytes));
        CHECK(pieces.finish_double() == sha256(sha256(bytes).bytes));
        CHECK(sha256d(view.first(cut), view.subspan(cut)) == sha256d(bytes));
    }
}

TEST_CASE("a copied hash goes on by itself") {
    Sha256 common;
    common.update(as_bytes("common beginning, "));
    Sha256 other = common;
    common.update(as_bytes("one end"));
    other.update(as_bytes("another end"));
    CHECK(common.finish() == sha256(as_bytes("common beginning, one end")));
    CHECK(other.finish() == sha256(as_bytes("common beginning, another end")));
}

TEST_CASE("two hashes together hash as their 64 bytes") {
    std::mt19937_64 random(3);
    const Bytes bytes = random_bytes(random, 64);
    const auto left = hash256_from_bytes(ByteView(bytes).first(32)).value();
    const auto right = hash256_from_bytes(ByteView(bytes).last(32)).value();
    CHECK(sha256d(left, right) == sha256(sha256(bytes).bytes));
    CHECK(sha256d_with(Sha256Engine::portable, left, right) == sha256(sha256(bytes).bytes));
}

TEST_CASE("a header hashed from its midstate hashes as its 80 bytes") {
    std::mt19937_64 random(4);
    const Bytes bytes = random_bytes(random, 80);
    const std::span<const std::uint8_t, 80> header(bytes.data(), 80);
    CHECK(sha256d_header(header_midstate(header.first<64>()), header.last<16>()) ==
          sha256(sha256(bytes).bytes));
}

TEST_CASE("two headers at once hash as each by itself") {
    std::mt19937_64 random(5);
    for (int i = 0; i < 50; ++i) {
        const Bytes head = random_bytes(random, 64);
        const Bytes tails = random_bytes(random, 32);
        const Sha256State midstate =
            header_midstate(std::span<const std::uint8_t, 64>(head.data(), 64));
        const std::span<const std::uint8_t, 16> one(tails.data(), 16);
        const std::span<const std::uint8_t, 16> other(tails.data() + 16, 16);
        const HashPair hashes = sha256d_headers(midstate, one, other);
        CHECK(hashes[0] == sha256d(head, one));
        CHECK(hashes[1] == sha256d(head, other));
    }
}
