// The worked example of payout/README.md: computed here, written there, and the same.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "payout/scheme/buckets.hpp"
#include "payout/scheme/pps.hpp"

using namespace lode;
using namespace lode::payout;

namespace {

constexpr auto readme = "payout/README.md";
constexpr std::string_view opening = "<!-- worked example: made by payout_scheme_test -->\n";
constexpr std::string_view closing = "<!-- end of the worked example -->\n";

constexpr std::uint32_t bits = 0x1e10c6f7;  // a block is 1,000,000 hashes of work
constexpr UserId a{1};
constexpr UserId b{2};
constexpr UserId c{3};  // is paid per share

UnixTime minute(int number) {
    return from_unix_ms(1'795'262'400'000) + std::chrono::minutes(number);
}
Bucket bucket(int at, UserId user, std::uint64_t work) {
    return {minute(at), user, bits, user == c ? Scheme::pps : Scheme::base, bitcoin::Work(0, work)};
}
std::vector<Bucket> rows() {
    return {bucket(0, a, 400'000), bucket(0, b, 300'000), bucket(1, a, 200'000),
            bucket(1, c, 301'003), bucket(2, a, 100'000), bucket(2, b, 400'000),
            bucket(2, c, 100'204), bucket(3, b, 200'000), bucket(3, c, 300'110)};
}
Terms terms() {
    Terms out;
    out.pplns_window = 2;
    out.base_fee = Ppm(20'000);
    out.pps_fee = Ppm(40'000);
    out.finder_bonus = Ppm(10'000);
    out.recipients = {{"operator", Ppm(750'000)}, {"developers", Ppm(250'000)}};
    return out;
}
constexpr BlockValue value{Satoshi(312'500'000), Satoshi(4'321'987)};

std::string grouped(std::int64_t number) {
    std::string text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}
std::string grouped(Satoshi amount) {
    return grouped(amount.value());
}
// With six decimals, to the nearest.
std::string decimals(Uint128 raw) {
    const auto millionths =
        static_cast<std::uint64_t>((raw * 1'000'000 + (Uint128{1} << 63)) >> 64);
    const std::string fraction = std::to_string(1'000'000 + millionths % 1'000'000);
    return std::to_string(millionths / 1'000'000) + "." + fraction.substr(1);
}

std::vector<BucketSum> newest_first(const std::vector<Bucket>& buckets) {
    std::vector<BucketSum> out;
    for (const Bucket& row : buckets) {
        if (out.empty() || out.front().start != row.start) {
            out.insert(out.begin(), {row.start, row.bits, {}});
        }
        out.front().work += row.work;
    }
    return out;
}

std::string work_table(const std::vector<Bucket>& buckets) {
    std::string out = "| minute | A | B | C | all | units |\n|---|---|---|---|---|---|\n";
    const bitcoin::Work network = network_work(bits).value();
    for (int at = 0; at < 4; ++at) {
        out += "| 12:0" + std::to_string(at) + " |";
        std::uint64_t all = 0;
        for (const UserId user : {a, b, c}) {
            std::uint64_t work = 0;
            for (const Bucket& row : buckets) {
                if (row.user == user && row.start == minute(at)) work += row.work.low();
            }
            all += work;
            out += " " + (work > 0 ? grouped(static_cast<std::int64_t>(work)) : "") + " |";
        }
        out += " " + grouped(static_cast<std::int64_t>(all)) + " | " +
               decimals(units_of(bitcoin::Work(0, all), network).raw()) + " |\n";
    }
    return out;
}

std::string name_of(const Payee& payee) {
    if (payee.kind == Payee::Kind::reserve) return "reserve";
    if (payee.kind == Payee::Kind::fee) {
        return "fee: " + terms().recipients[static_cast<std::size_t>(payee.id)].name;
    }
    return std::string(1, static_cast<char>('A' + payee.id - 1));
}

std::string render() {
    const auto buckets = rows();
    const bitcoin::Work network = network_work(bits).value();
    const Window window = pplns_window(newest_first(buckets), Units::whole(2)).value();
    const Weights weights = pplns_weights(buckets, window).value();
    std::string out = work_table(buckets);
    out += "\nThe window is 2 units, and the minutes from 12:01 on hold " +
           decimals(Units::whole(2).raw() - window.numerator) + " of them. The missing " +
           decimals(window.numerator) + " are taken from 12:00, which has " +
           decimals(window.denominator) + ": of all its work that part counts.\n\n";
    out += "| who | units in the window |\n|---|---|\n";
    for (const Weight& weight : weights.of) {
        out += "| " + name_of({Payee::Kind::user, weight.holder.user.value()}) +
               (weight.holder.scheme == Scheme::pps ? ", for the reserve" : "") + " | " +
               decimals(weight.weight) + " |\n";
    }
    out += "\nThe block brings " + grouped(value.subsidy) + " of subsidy and " +
           grouped(value.fees) + " of fees.\n\n";
    out += "| credit | base units |\n|---|---|\n";
    Satoshi sum;
    for (const Credit& credit : credit_block({value, {b}, weights}, terms())) {
        out += "| " + name_of(credit.payee) + " | " + grouped(credit.amount) + " |\n";
        sum = Satoshi(sum.value() + credit.amount.value());
    }
    out += "| all | " + grouped(sum) + " |\n";
    bitcoin::Work per_share;
    for (const Bucket& row : buckets) {
        if (row.user == c) per_share += row.work;
    }
    out += "\nC had " + grouped(static_cast<std::int64_t>(per_share.low())) +
           " hashes of work and is paid " +
           grouped(pps_earned(per_share, {network, value.subsidy, terms().pps_fee})) +
           " for them by the reserve, had there been a block or none: " +
           grouped(static_cast<std::int64_t>(per_share.low())) +
           " / 1,000,000 of the subsidy, less 4 %.\n";
    return out;
}

std::string text_of(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}
struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
};
Place place_in(const std::string& text) {
    const std::size_t begin = text.find(opening);
    const std::size_t end = text.find(closing);
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    return {begin + opening.size(), end};
}

}  // namespace

TEST_CASE("the worked example in payout/README.md is what the schemes compute") {
    CHECK(network_work(bits).value() == bitcoin::Work(0, 1'000'000));
    const std::string text = text_of(readme);
    const Place place = place_in(text);
    REQUIRE(place.begin <= place.end);
    INFO("payout_scheme_test '[render]', run in the repository's root, writes it again");
    CHECK(text.substr(place.begin, place.end - place.begin) == render());
}

TEST_CASE("the worked example is written into payout/README.md", "[.][render]") {
    std::string text = text_of(readme);
    const Place place = place_in(text);
    REQUIRE(place.begin <= place.end);
    text.replace(place.begin, place.end - place.begin, render());
    std::ofstream(readme) << text;
}
