// A share's hash by check_share against the same hash by way of whole transactions and blocks.
#include "common/bitcoin/share_check.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/bitcoin/coinbase.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/script.hpp"
#include "common/bitcoin/target.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

Coinbase some_coinbase() {
    CoinbaseOptions options;
    options.height = 200;
    options.generation = 7;
    options.tag = "a tag that passes a block";
    options.tag.resize(24);
    options.outputs = {{Satoshi(5'000'000'000), witness_script(0, Bytes(20, 0x11))}};
    return build_coinbase(options).value();
}

// One job with its own storage.
struct Fixture {
    Coinbase coinbase = some_coinbase();
    std::vector<Hash256> others{Hash256{{1}}, Hash256{{2}}, Hash256{{3}}, Hash256{{4}}};
    std::vector<Hash256> branch = merkle_branch(others);
    Bytes extranonce1{1, 2, 3, 4};
    Bytes extranonce2{5, 6, 7, 8, 9, 10, 11, 12};
    ShareJob job{
        .coinbase_prefix = Sha256().update(coinbase.prefix),
        .coinbase_suffix = coinbase.suffix,
        .merkle_branch = branch,
        .version = 0x20000000,
        .version_mask = 0x1fffe000,
        .prev_hash = Hash256{{9}},
        .bits = 0x207fffff,
        .network_target = target_from_bits(0x207fffff).value(),
    };
    ShareSubmit submit{
        .extranonce1 = extranonce1,
        .extranonce2 = extranonce2,
        .time = 1'700'000'000,
        .nonce = 42,
        .version_bits = 0x00006000,
        .share_target = Uint256::max(),
    };
};

}  // namespace

TEST_CASE("a share's header is the one of the block that it would make") {
    const Fixture fixture;
    const ShareCheck check = check_share(fixture.job, fixture.submit);
    Bytes extranonce = fixture.extranonce1;
    append(extranonce, fixture.extranonce2);
    std::vector<Hash256> ids{
        txid(parse_transaction(fill_coinbase(fixture.coinbase, extranonce)).value())};
    ids.insert(ids.end(), fixture.others.begin(), fixture.others.end());
    const BlockHeader expected{.version = 0x20006000,
                               .prev_hash = Hash256{{9}},
                               .merkle_root = merkle_root(ids),
                               .time = 1'700'000'000,
                               .bits = 0x207fffff,
                               .nonce = 42};
    CHECK(check.header == expected);
    CHECK(check.hash == sha256d(expected.serialise()));
}

TEST_CASE("a hash equal to the target meets it, one above does not") {
    Fixture fixture;
    const Uint256 hash = Uint256::from_hash(check_share(fixture.job, fixture.submit).hash);
    fixture.submit.share_target = hash;
    fixture.job.network_target = hash - Uint256(1);
    const ShareCheck exact = check_share(fixture.job, fixture.submit);
    CHECK(exact.meets_share_target);
    CHECK_FALSE(exact.meets_network_target);
    fixture.submit.share_target = hash - Uint256(1);
    fixture.job.network_target = hash;
    const ShareCheck below = check_share(fixture.job, fixture.submit);
    CHECK_FALSE(below.meets_share_target);
    CHECK(below.meets_network_target);
}

TEST_CASE("each part that a miner submits changes the hash") {
    const Fixture base;
    const Hash256 hash = check_share(base.job, base.submit).hash;
    Fixture other;
    other.submit.nonce += 1;
    CHECK(check_share(other.job, other.submit).hash != hash);
    other.submit = base.submit;
    other.submit.time += 1;
    CHECK(check_share(other.job, other.submit).hash != hash);
    other.submit = base.submit;
    other.submit.version_bits = 0;
    CHECK(check_share(other.job, other.submit).hash != hash);
    other.submit = base.submit;
    other.submit.extranonce1 = base.submit.extranonce2.first(4);
    CHECK(check_share(other.job, other.submit).hash != hash);
    other.submit = base.submit;
    other.submit.version_bits |= 1;  // outside the mask
    CHECK(check_share(other.job, other.submit).hash == hash);
}
