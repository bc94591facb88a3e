// How long a block takes to be divided: weights of a window of 20,160 minutes, 100,000 users and
// 10^7 rows, and the credits. Beside a floor: the work of the same rows only summed up. Each part
// is measured several times, the least counts.
//   settlement_bench [ROWS] [USERS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

#include "payout/scheme/buckets.hpp"
#include "payout/scheme/credit.hpp"
#include "payout/scheme/dgm.hpp"

namespace {

using namespace lode;
using namespace lode::payout;

constexpr std::uint64_t minutes = 20'160;
constexpr auto begin = from_unix_ms(1'795'262'400'000);
// A retarget in the middle of the window.
constexpr std::uint32_t early_bits = 0x17034219;
constexpr std::uint32_t late_bits = 0x17030000;
constexpr std::uint64_t blocks = 9;  // that all work is worth; the window is one less
constexpr int repeats = 5;

struct Input {
    std::vector<Bucket> rows;  // by start, as a database gives them
    std::vector<BucketSum> newest_first;
};

Input make_input(std::size_t rows, std::uint64_t users) {
    std::mt19937_64 random(1);
    const Uint128 network = number(network_work(early_bits).value());
    const Uint128 mean = network * blocks / rows;
    Input input;
    input.rows.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        const std::uint64_t minute = i * minutes / rows;
        const std::uint64_t user = 1 + random() % users;
        const auto start = begin + std::chrono::minutes(static_cast<std::int64_t>(minute));
        const auto bits = minute < minutes / 2 ? early_bits : late_bits;
        // Every tenth user is paid per share.
        const auto scheme = user % 10 == 0 ? Scheme::pps : Scheme::base;
        const auto work = work_of(mean / 64 * (1 + random() % 128));
        input.rows.push_back({start, UserId(static_cast<std::int64_t>(user)), bits, scheme, work});
        auto& sums = input.newest_first;
        if (sums.empty() || sums.back().start != start) sums.push_back({start, bits, {}});
        sums.back().work += work;
    }
    std::ranges::reverse(input.newest_first);
    return input;
}

double milliseconds(const std::function<void()>& work) {
    double least = 1e9;
    for (int i = 0; i < repeats; ++i) {
        const auto started = std::chrono::steady_clock::now();
        work();
        const auto spent = std::chrono::steady_clock::now() - started;
        least = std::min(least, std::chrono::duration<double, std::milli>(spent).count());
    }
    return least;
}

void print(const char* what, double spent, double floor) {
    std::printf("%-40s %8.1f ms  %5.2f x floor\n", what, spent, spent / floor);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t rows = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000'000;
    const std::uint64_t users = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100'000;
    const Input input = make_input(rows, users);
    Terms terms;
    terms.base_fee = Ppm(10'000);
    terms.dgm_keep = Ppm(900'000);
    terms.recipients = {{"operator", Ppm(parts)}};
    std::printf("%zu rows, %zu starts, %llu users\n", input.rows.size(), input.newest_first.size(),
                static_cast<unsigned long long>(users));

    bitcoin::Work sum;
    const double floor = milliseconds([&] {
        sum = {};
        for (const Bucket& row : input.rows) sum += row.work;
    });
    print("floor: the rows' work summed", floor, floor);
    Window window;
    Weights weights;
    std::vector<Credit> credits;
    const double find = milliseconds(
        [&] { window = pplns_window(input.newest_first, Units::whole(blocks - 1)).value(); });
    const double weigh = milliseconds([&] { weights = pplns_weights(input.rows, window).value(); });
    const double credit = milliseconds([&] {
        credits = credit_block({{Satoshi(312'500'000), Satoshi(20'000'000)}, {UserId(1)}, weights},
                               terms);
    });
    print("pplns_window", find, floor);
    print("pplns_weights", weigh, floor);
    print("credit_block", credit, floor);
    print("PPLNS in all (budget 1,000 ms)", find + weigh + credit, floor);
    const double dgm = milliseconds([&] {
        auto round = DgmRound::make(input.newest_first, terms).value();
        weights = round.add(input.rows) ? round.weights({}).value() : Weights{};
    });
    print("DgmRound", dgm, floor);
    std::printf("%zu credits, %zu scores, %s hashes\n", credits.size(), weights.of.size(),
                sum.to_decimal().c_str());
    return 0;
}
