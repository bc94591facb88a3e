// Windows are cut exactly, rows may come in any order, and a retarget changes no one's due.
#include "payout/scheme/buckets.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "tests/payout/scheme/cases.hpp"

using namespace lode;
using namespace lode::payout;

namespace {

constexpr std::uint32_t easy = 0x1d00ffff;  // difficulty 1
constexpr std::uint32_t hard = 0x1c7fff80;  // difficulty 2
constexpr auto begin = from_unix_ms(1'795'262'400'000);
UnixTime minute(std::int64_t number) {
    return begin + std::chrono::minutes(number);
}
// So many thousandths of a block with these bits.
bitcoin::Work milliblocks(std::uint64_t count, std::uint32_t bits) {
    return work_of(number(network_work(bits).value()) * count / 1000);
}
Units milliunits(std::uint64_t count) {
    return Units((Uint128{count} << 64) / 1000);
}
// Equal but for what floors leave.
bool near(Uint128 a, Uint128 b) {
    return (a > b ? a - b : b - a) < Uint128{1} << 40;  // 2^-24 of a block
}

// The sums that a database would have of the rows, newest first.
std::vector<BucketSum> sums_of(const std::vector<Bucket>& rows) {
    std::map<std::pair<UnixTime, std::uint32_t>, bitcoin::Work> sums;
    for (const Bucket& row : rows) sums[{row.start, row.bits}] += row.work;
    std::vector<BucketSum> out;
    for (auto at = sums.rbegin(); at != sums.rend(); ++at) {
        out.push_back({at->first.first, at->first.second, at->second});
    }
    return out;
}
Weights weights_of(const std::vector<Bucket>& rows, Units window) {
    return pplns_weights(rows, pplns_window(sums_of(rows), window).value()).value();
}
Uint128 weight_of(const Weights& weights, std::int64_t user) {
    Uint128 sum = 0;
    for (const Weight& weight : weights.of) {
        if (weight.holder.user == UserId(user)) sum += weight.weight;
    }
    return sum;
}

std::vector<Bucket> any_rows(cases::Random& random) {
    std::vector<Bucket> rows;
    const std::uint64_t count = cases::below(random, 25);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::int64_t>(cases::below(random, 8));
        rows.push_back({minute(at), UserId(static_cast<std::int64_t>(1 + cases::below(random, 5))),
                        at > 4 || cases::below(random, 9) == 0 ? hard : easy,
                        static_cast<Scheme>(cases::below(random, 4)),
                        work_of(cases::any_number(random, 36))});
    }
    return rows;
}

}  // namespace

TEST_CASE("a window holds as many units as asked for, or all there are") {
    cases::Random random(8);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const auto rows = any_rows(random);
        const Units asked((cases::any_number(random, 68) | 1));
        const auto sums = sums_of(rows);
        const Window window = pplns_window(sums, asked).value();
        Units all;
        NetworkTable networks;
        for (auto rest = std::span(sums); !rest.empty();
             rest = rest.subspan(same_start(rest).size())) {
            all += units_of_start(same_start(rest), networks).value();
        }
        REQUIRE(window.held == std::min(asked, all));
        REQUIRE(window.numerator <= window.denominator);
        // The weights hold the same units, but for one floor a user, scheme, bits and boundary.
        const Weights weights = pplns_weights(rows, window).value();
        REQUIRE(weights.whole <= window.held.raw() + 16);
        REQUIRE(weights.whole + 160 >= window.held.raw());
    }
}

TEST_CASE("the order of rows and how they are cut into pieces change nothing") {
    cases::Random random(9);
    for (int i = 0; i < cases::exact_cases; ++i) {
        auto rows = any_rows(random);
        const Window window =
            pplns_window(sums_of(rows), Units(cases::any_number(random, 67) | 1)).value();
        const Weights weights = pplns_weights(rows, window).value();
        const Weights round = prop_weights(rows);
        std::ranges::shuffle(rows, random);
        // A row in two, as of two partitions.
        if (!rows.empty()) {
            const Uint128 work = number(rows[0].work);
            rows.push_back(rows[0]);
            rows[0].work = work_of(work / 3);
            rows.back().work = work_of(work - work / 3);
        }
        REQUIRE(pplns_weights(rows, window).value().of == weights.of);
        REQUIRE(prop_weights(rows).of == round.of);
        PplnsSum pieces(window);
        for (std::size_t from = 0; from < rows.size(); from += 4) {
            pieces.add(std::span(rows).subspan(from, std::min<std::size_t>(4, rows.size() - from)));
        }
        REQUIRE(pieces.weights().value().of == weights.of);
    }
}

TEST_CASE("the boundary bucket counts pro rata, whatever lies before it not at all") {
    const std::vector<Bucket> rows{
        {minute(0), UserId(1), easy, Scheme::base, milliblocks(700, easy)},
        {minute(1), UserId(2), easy, Scheme::base, milliblocks(300, easy)},
        {minute(1), UserId(3), easy, Scheme::base, milliblocks(100, easy)},
        {minute(2), UserId(3), easy, Scheme::base, milliblocks(900, easy)}};
    const Weights weights = weights_of(rows, Units::whole(1));
    CHECK(weight_of(weights, 1) == 0);
    CHECK(near(weight_of(weights, 2), milliunits(75).raw()));
    CHECK(near(weight_of(weights, 3), milliunits(925).raw()));
    CHECK(near(weights.whole, Units::whole(1).raw()));
}

TEST_CASE("a window that ends with a bucket takes all of it and nothing of the next") {
    const std::vector<BucketSum> sums{{minute(1), easy, network_work(easy).value()},
                                      {minute(0), easy, network_work(easy).value()}};
    const Window window = pplns_window(sums, Units::whole(1)).value();
    CHECK(window.start == minute(1));
    CHECK(window.numerator == window.denominator);
    CHECK(window.held == Units::whole(1));
}

TEST_CASE("a window that is not full is shared by all who are in it") {
    const std::vector<Bucket> rows{
        {minute(0), UserId(1), easy, Scheme::base, milliblocks(20, easy)},
        {minute(5), UserId(2), easy, Scheme::base, milliblocks(60, easy)}};
    const Window window = pplns_window(sums_of(rows), Units::whole(8)).value();
    CHECK(window.start == minute(0));
    CHECK(near(window.held.raw(), milliunits(80).raw()));
    const Weights weights = pplns_weights(rows, window).value();
    CHECK(near(weight_of(weights, 2), 3 * weight_of(weights, 1)));
    const auto credits = credit_block({{Satoshi(4000), {}}, {}, weights},
                                      {.recipients = {{"operator", Ppm(parts)}}});
    CHECK(credits.size() == 2);
    CHECK(std::abs(credits[0].amount.value() - 1000) <= 1);
    CHECK(credits[0].amount.value() + credits[1].amount.value() == 4000);
}

TEST_CASE("nobody worked: no weights, nothing held") {
    const Window window = pplns_window({}, Units::whole(8)).value();
    CHECK(window.held == Units());
    CHECK(pplns_weights({}, window).value().of.empty());
    CHECK(prop_weights({}).whole == 0);
}

TEST_CASE("a share weighs what it was of a block when it was made, before and after a retarget") {
    const std::vector<Bucket> rows{
        {minute(0), UserId(1), easy, Scheme::base, milliblocks(500, easy)},
        {minute(1), UserId(2), hard, Scheme::base, milliblocks(500, hard)},
        // The minute of the retarget has work of both.
        {minute(1), UserId(1), easy, Scheme::base, milliblocks(500, easy)}};
    CHECK(number(rows[1].work) > 19 * number(rows[0].work) / 10);
    const Weights weights = weights_of(rows, Units::whole(8));
    CHECK(near(weight_of(weights, 1), Units::whole(1).raw()));
    CHECK(near(weight_of(weights, 2), milliunits(500).raw()));
    const Weights cut = weights_of(rows, milliunits(800));  // four fifths of minute 1
    CHECK(near(weight_of(cut, 1), milliunits(400).raw()));
    CHECK(near(weight_of(cut, 2), milliunits(400).raw()));
}

TEST_CASE("work of before and after a change of scheme is told apart") {
    const std::vector<Bucket> rows{
        {minute(0), UserId(1), easy, Scheme::pps, milliblocks(100, easy)},
        {minute(1), UserId(1), easy, Scheme::base, milliblocks(300, easy)}};
    const Weights weights = weights_of(rows, Units::whole(8));
    REQUIRE(weights.of.size() == 2);
    CHECK(weights.of[0].holder == Holder{UserId(1), Scheme::base});
    CHECK(near(weights.of[0].weight, 3 * weights.of[1].weight));
}

TEST_CASE("PROP weighs by work alone") {
    const std::vector<Bucket> rows{{minute(0), UserId(1), easy, Scheme::base, bitcoin::Work(0, 10)},
                                   {minute(1), UserId(2), hard, Scheme::base, bitcoin::Work(0, 20)},
                                   {minute(1), UserId(1), hard, Scheme::base, bitcoin::Work(0, 5)}};
    const Weights weights = prop_weights(rows);
    CHECK(weights.whole == 35);
    CHECK(weight_of(weights, 1) == 15);
    CHECK(weight_of(weights, 2) == 20);
}

TEST_CASE("bits that are no target are an error, not a weight") {
    const std::vector<BucketSum> sums{{minute(0), 0, bitcoin::Work(0, 1)}};
    CHECK(pplns_window(sums, Units::whole(1)).error().code == ErrorCode::malformed);
    const std::vector<Bucket> rows{{minute(0), UserId(1), 0, Scheme::base, bitcoin::Work(0, 1)}};
    CHECK(pplns_weights(rows, Window{}).error().code == ErrorCode::malformed);
}
