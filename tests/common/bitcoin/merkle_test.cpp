// The tree, and the coinbase's branch through it.
#include "common/bitcoin/merkle.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "common/bitcoin/sha256.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

std::vector<Hash256> random_ids(std::mt19937_64& random, std::size_t count) {
    std::vector<Hash256> ids(count);
    for (auto& id : ids) {
        for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
    }
    return ids;
}

}  // namespace

TEST_CASE("one transaction's id is the root, and its branch is empty") {
    std::mt19937_64 random(31);
    const auto ids = random_ids(random, 1);
    CHECK(merkle_root(ids) == ids[0]);
    CHECK(merkle_branch({}).empty());
    CHECK(merkle_root_from_branch(ids[0], {}) == ids[0]);
}

TEST_CASE("the last of an odd row is paired with itself") {
    std::mt19937_64 random(32);
    const auto ids = random_ids(random, 3);
    CHECK(merkle_root(ids) == sha256d(sha256d(ids[0], ids[1]), sha256d(ids[2], ids[2])));
}

TEST_CASE("the branch leads to the root for every number of transactions up to 100") {
    std::mt19937_64 random(33);
    for (std::size_t count = 1; count <= 100; ++count) {
        const auto ids = random_ids(random, count);
        const auto branch = merkle_branch(std::span(ids).subspan(1));
        CHECK(merkle_root_from_branch(ids[0], branch) == merkle_root(ids));
        // The branch does not depend on the coinbase.
        auto others = ids;
        others[0] = Hash256{};
        CHECK(merkle_root_from_branch(Hash256{}, branch) == merkle_root(others));
    }
}

TEST_CASE("the root of block 100000 is that of its four transactions") {
    std::vector<Hash256> ids;
    for (const char* id : {"8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
                           "fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
                           "6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
                           "e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d"}) {
        ids.push_back(from_display_hex(id).value());
    }
    CHECK(to_display_hex(merkle_root(ids)) ==
          "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766");
}
