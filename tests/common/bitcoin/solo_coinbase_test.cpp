// Whatever reward and fee, a solo coinbase pays exactly the reward, and no dust to the pool.
#include "common/bitcoin/solo_coinbase.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "common/base/hex.hpp"
#include "common/bitcoin/script.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

const Bytes miner = witness_script(1, Bytes(32, 0x22));
const Bytes pool = witness_script(0, Bytes(20, 0x11));

SoloCoinbase solo(std::int64_t reward, std::uint32_t fee_ppm) {
    return {.end = {.head = {0xfe, 0xff, 0xff, 0xff}, .witness_commitment = {}, .lock_time = 99},
            .reward = Satoshi(reward),
            .fee_ppm = fee_ppm,
            .fee_script = pool};
}

}  // namespace

TEST_CASE("the miner gets the reward less the fee, which is rounded down") {
    CHECK(solo_outputs(solo(5'000'000'000, 15'000), miner) ==
          std::vector<TxOutput>{{Satoshi(4'925'000'000), miner}, {Satoshi(75'000'000), pool}});
    CHECK(solo_outputs(solo(312'500'099, 10'000), miner) ==
          std::vector<TxOutput>{{Satoshi(309'375'099), miner}, {Satoshi(3'125'000), pool}});
}

TEST_CASE("without a fee the miner's is the only output") {
    CHECK(solo_outputs(solo(5'000'000'000, 0), miner) ==
          std::vector<TxOutput>{{Satoshi(5'000'000'000), miner}});
    CHECK(solo_outputs(solo(0, 10'000), miner) == std::vector<TxOutput>{{Satoshi(0), miner}});
}

TEST_CASE("a fee below the dust limit is left to the miner, one at the limit is not") {
    CHECK(solo_outputs(solo(29'300, 10'000), miner) ==
          std::vector<TxOutput>{{Satoshi(29'300), miner}});
    CHECK(solo_outputs(solo(29'400, 10'000), miner) ==
          std::vector<TxOutput>{{Satoshi(29'106), miner}, {Satoshi(294), pool}});
}

TEST_CASE("for any reward and fee the outputs sum to the reward and the fee is exact") {
    std::mt19937_64 random(5);
    for (int i = 0; i < 20'000; ++i) {
        // All magnitudes alike.
        const auto reward =
            static_cast<std::int64_t>(random() >> (13 + random() % 50)) % (money_max.value() + 1);
        const auto ppm = static_cast<std::uint32_t>(random() % (parts_per_million + 1));
        const SoloCoinbase one = solo(reward, ppm);
        REQUIRE(check_solo_coinbase(one));
        const auto outputs = solo_outputs(one, miner);
        Satoshi sum;
        for (const TxOutput& output : outputs) sum = add(sum, output.amount).value();
        CHECK(sum == one.reward);
        const auto wide = static_cast<unsigned __int128>(reward) * ppm / parts_per_million;
        const auto fee = static_cast<std::int64_t>(wide);
        REQUIRE(outputs.size() == (fee < 294 ? 1 : 2));
        CHECK(outputs[0].script == miner);
        if (outputs.size() == 2) CHECK(outputs[1] == TxOutput{Satoshi(fee), pool});
    }
}

TEST_CASE("the suffix is that of a coinbase built whole with the same outputs") {
    CoinbaseOptions options;
    options.height = 840'000;
    options.aux_commitment = {0xab, 0xcd};
    options.witness_commitment = null_data_script(Bytes(36, 0x77));
    SoloCoinbase parts = solo(312'500'000, 20'000);
    parts.end = coinbase_end(options);
    options.outputs = solo_outputs(parts, miner);
    REQUIRE(options.outputs.size() == 2);
    CHECK(solo_suffix(parts, miner) == build_coinbase(options).value().suffix);
    options.witness_commitment.reset();
    parts.end = coinbase_end(options);
    CHECK(solo_suffix(parts, miner) == build_coinbase(options).value().suffix);
}

TEST_CASE("parts that cannot be are refused") {
    CHECK_FALSE(check_solo_coinbase(solo(-1, 0)));
    CHECK_FALSE(check_solo_coinbase(solo(money_max.value() + 1, 0)));
    CHECK_FALSE(check_solo_coinbase(solo(1, parts_per_million + 1)));
    SoloCoinbase nobody = solo(1, 1);
    nobody.fee_script.clear();
    CHECK_FALSE(check_solo_coinbase(nobody));
}
