// The blocks of a day are found by their median times and believed when nodes tell them alike.
#include "payout/fee_day_blocks.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace lode;
using namespace lode::payout;
using namespace std::chrono_literals;

namespace {

constexpr auto day = from_unix_ms(1'795'219'200'000);  // 2026-11-21

// Blocks with these median times, and how often they were asked for.
struct Chain {
    std::vector<UnixTime> times;
    int asked = 0;

    Result<std::optional<HeightRange>> blocks(UnixTime of) {
        return blocks_of_day(of, static_cast<std::int64_t>(times.size()) - 1,
                             [this](std::int64_t height) -> Result<UnixTime> {
                                 ++asked;
                                 return times.at(static_cast<std::size_t>(height));
                             });
    }
};

using Told = std::vector<std::vector<DayBlock>>;

DayBlock block(std::uint32_t height, std::int64_t fees) {
    DayBlock made;
    made.hash.bytes[0] = static_cast<std::uint8_t>(height);
    made.block = {height, bitcoin::Satoshi(fees), bitcoin::Satoshi(5'000)};
    return made;
}

}  // namespace

TEST_CASE("a day's blocks are those of its median times, on any chain") {
    std::mt19937_64 random(20);
    for (int round = 0; round < 2'000; ++round) {
        Chain chain;
        UnixTime at = day - 24h - std::chrono::milliseconds(random() % 86'400'000);
        for (std::uint64_t left = random() % 400; left > 0; --left) {
            at += std::chrono::milliseconds(random() % 3 == 0 ? 0 : random() % 1'800'000);
            chain.times.push_back(at);
        }
        const auto first = std::ranges::lower_bound(chain.times, day) - chain.times.begin();
        const auto end = std::ranges::lower_bound(chain.times, day + 24h) - chain.times.begin();
        const auto size = static_cast<std::int64_t>(chain.times.size());
        const auto found = chain.blocks(day).value();
        // The last block itself counts as one confirmation, and one block must be later.
        const bool deep = end < size && size - end >= fee_day_depth - 1;
        REQUIRE(found.has_value() == deep);
        if (found) CHECK(*found == HeightRange{first, end});
        CHECK(chain.asked <= 20);
    }
}

TEST_CASE("a node that does not answer is told, a day of too many blocks has its first ones") {
    CHECK(blocks_of_day(day, 10,
                        [](std::int64_t) -> Result<UnixTime> {
                            return failure(ErrorCode::unavailable, "down");
                        })
              .error()
              .code == ErrorCode::unavailable);
    Chain chain;
    chain.times.assign(fee_day_blocks_max + 1, day);
    chain.times.resize(chain.times.size() + 6, day + 24h);
    CHECK(chain.blocks(day).value() == HeightRange{0, fee_day_blocks_max});
}

TEST_CASE("nodes that differ in a block or in their number of blocks are not believed") {
    const std::vector<DayBlock> one{block(7, 10), block(8, 20)};
    CHECK(agreed_blocks(Told{one, one}).value().size() == 2);
    CHECK(agreed_blocks(Told{one}).value().at(1).fees == bitcoin::Satoshi(20));
    auto other = one;
    other[1].hash.bytes[5] = 1;
    const auto differ = agreed_blocks(Told{one, other});
    CHECK(differ.error().code == ErrorCode::conflict);
    CHECK(differ.error().context == "nodes differ about the block at height 8");
    other = one;
    other.push_back(block(9, 1));
    CHECK(agreed_blocks(Told{one, other}).error().context ==
          "nodes differ about the block at height 9");
    CHECK(agreed_blocks(Told{other, one}).error().context ==
          "nodes differ about the block at height 9");
}

TEST_CASE("too few blocks pay no fees, and nothing is divided by zero") {
    const auto none = frozen_fee_day({{1, bitcoin::Satoshi(100), bitcoin::Satoshi(5'000)}});
    CHECK(none.fees == bitcoin::Satoshi(0));
    CHECK(none.subsidies == bitcoin::Satoshi(1));
    CHECK(none.blocks == 0);
    std::vector<ChainBlock> blocks;
    for (std::uint32_t height = 0; height < 10; ++height) {
        blocks.push_back({height, bitcoin::Satoshi(height * 10), bitcoin::Satoshi(5'000)});
    }
    const auto day_of_ten = frozen_fee_day(blocks);
    CHECK(day_of_ten.blocks == 4);
    CHECK(day_of_ten.fees == bitcoin::Satoshi(30 + 40 + 50 + 60));
    CHECK(day_of_ten.subsidies == bitcoin::Satoshi(20'000));
}
