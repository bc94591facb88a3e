// Units and the nonce loop, judged by the pool's own share check.
#include "miner/work.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "common/bitcoin/header.hpp"
#include "common/bitcoin/share_check.hpp"
#include "common/bitcoin/target.hpp"

using namespace lode;
using namespace lode::miner;

namespace {

Work regtest_work() {
    Work work;
    work.job.id = "1";
    work.job.coinbase_prefix = Bytes{1, 2, 3};
    work.job.coinbase_suffix = Bytes{4, 5};
    work.job.merkle_branch = {bitcoin::Hash256{}};
    work.job.version = 0x20000000;
    work.job.bits = 0x207fffff;
    work.job.time = 1'700'000'000;
    work.extranonce1 = Bytes{0xa, 0xb, 0xc, 0xd};
    work.extranonce2_size = 8;
    work.version_mask = 0x1fffe000;
    work.network_target = bitcoin::target_from_bits(work.job.bits).value();
    work.share_target = bitcoin::Uint256::max() >> 12;
    return work;
}

}  // namespace

TEST_CASE("what the scan finds, the pool's check finds too") {
    const Work work = regtest_work();
    const Unit unit = make_unit(work, 5);
    const auto hit = scan(unit, {}, work.share_target);
    REQUIRE(hit);
    bitcoin::ShareJob job;
    job.coinbase_prefix.update(work.job.coinbase_prefix);
    job.coinbase_suffix = work.job.coinbase_suffix;
    job.merkle_branch = work.job.merkle_branch;
    job.version = work.job.version;
    job.version_mask = work.version_mask;
    job.prev_hash = work.job.prev_hash;
    job.bits = work.job.bits;
    job.network_target = work.network_target;
    const bitcoin::ShareCheck check =
        bitcoin::check_share(job, {.extranonce1 = work.extranonce1,
                                   .extranonce2 = unit.extranonce2,
                                   .time = work.job.time,
                                   .nonce = hit->nonce,
                                   .version_bits = unit.version_bits,
                                   .share_target = work.share_target});
    CHECK(check.hash == hit->hash);
    CHECK(check.meets_share_target);
}

TEST_CASE("the scan gives the first nonce that meets the target, within the range only") {
    const Work work = regtest_work();
    const Unit unit = make_unit(work, 0);
    const auto first = scan(unit, {}, work.share_target);
    REQUIRE(first);
    const std::uint64_t nonce = first->nonce;
    CHECK_FALSE(scan(unit, {0, nonce}, work.share_target));
    CHECK(scan(unit, {nonce, nonce + 1}, work.share_target)->nonce == nonce);
    const auto second = scan(unit, {nonce + 1, nonces}, work.share_target);
    REQUIRE(second);
    CHECK(second->nonce > nonce);
}

TEST_CASE("the genesis block is found in its own header") {
    Work work;
    work.job.coinbase_prefix = from_hex(
                                   "01000000010000000000000000000000000000000000000000000000"
                                   "000000000000000000ffffffff4d04ffff001d0104455468652054"
                                   "696d65732030332f4a616e2f32303039204368616e63656c6c6f72"
                                   "206f6e206272696e6b206f66207365636f6e64206261696c6f7574"
                                   "20666f722062616e6b73ffffffff0100f2052a0100000043")
                                   .value();
    // The block has no extranonce: four bytes of its output script take the place.
    work.extranonce1 = from_hex("4104678a").value();
    work.extranonce2_size = 1;
    work.job.coinbase_suffix = Bytes{};
    const Bytes rest = from_hex(
                           "b0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f"
                           "4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000")
                           .value();
    work.job.coinbase_suffix = rest;
    work.job.version = 1;
    work.job.bits = 0x1d00ffff;
    work.job.time = 1231006505;
    const Unit unit = make_unit(work, 0xfd);
    const auto target = bitcoin::target_from_bits(work.job.bits).value();
    const auto hit = scan(unit, {2083236893 - 1000, nonces}, target);
    REQUIRE(hit);
    CHECK(hit->nonce == 2083236893);
    CHECK(bitcoin::to_display_hex(hit->hash) ==
          "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
}

TEST_CASE("units differ in extranonce2, big-endian, and in rolled bits within the mask") {
    const Work work = regtest_work();
    CHECK(make_unit(work, 0x102).extranonce2 == Bytes{0, 0, 0, 0, 0, 0, 1, 2});
    CHECK(make_unit(work, 1).version_bits == 0x2000);
    CHECK(make_unit(work, 0xffff).version_bits == 0x1fffe000);
    CHECK(make_unit(work, 0x10000).version_bits == 0);
}

TEST_CASE("without a mask no version bit is rolled") {
    Work work = regtest_work();
    work.version_mask = 0;
    CHECK(make_unit(work, 3).version_bits == 0);
}

TEST_CASE("when a short extranonce2 has gone round it meets other version bits") {
    Work work = regtest_work();
    work.extranonce2_size = 2;
    const Unit first = make_unit(work, 7);
    const Unit again = make_unit(work, 7 + 0x10000);
    CHECK(first.extranonce2 == again.extranonce2);
    CHECK(first.version_bits != again.version_bits);
}

TEST_CASE("an extranonce2 longer than the counter is filled with zeros in front") {
    Work work = regtest_work();
    work.extranonce2_size = 10;
    CHECK(make_unit(work, 9).extranonce2 == Bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 9});
}
