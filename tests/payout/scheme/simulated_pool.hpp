// A pool in simulated units of work: blocks come after geometric numbers of shares, whole buckets
// of shares between them are drawn at once. One user is watched: what he was paid, and what his
// shares were worth.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "payout/scheme/buckets.hpp"
#include "payout/scheme/credit.hpp"
#include "payout/scheme/dgm.hpp"
#include "tests/payout/scheme/cases.hpp"

namespace lode::payout::simulated {

inline constexpr std::uint32_t easy = 0x1d00ffff;
inline constexpr std::uint32_t hard = 0x1c7fff80;    // twice as hard
inline constexpr std::uint64_t share_work = 42'950;  // p = 0.999991e-5 of an easy block
inline constexpr std::uint64_t bucket_shares = 10'000;
inline constexpr UserId watched{1};
inline constexpr UserId neighbour{2};
inline constexpr BlockValue value{Satoshi(312'500'000), Satoshi(12'500'000)};

// What the shares so far were, oldest first.
struct History {
    std::vector<Bucket> rows;
    std::vector<BucketSum> sums;
    std::size_t round_rows = 0;  // where those behind the latest block begin
    std::size_t round_sums = 0;
    std::uint32_t bits = easy;

    [[nodiscard]] std::vector<BucketSum> newest_first(std::size_t from) const {
        return {sums.rbegin(), sums.rend() - static_cast<std::ptrdiff_t>(from)};
    }
    [[nodiscard]] std::span<const Bucket> round() const {
        return std::span(rows).subspan(round_rows);
    }
};
// Divides a block that was found at the end of the history, and remembers that.
using Divider = std::function<Weights(const History&)>;
// The watched user's part of the next shares, by the units since the latest block.
using Strategy = std::function<double(double)>;

class Pool {
  public:
    Pool(cases::Random& random, Terms terms, Divider divide)
        : random_(random), terms_(std::move(terms)), divide_(std::move(divide)) {
        retarget(easy);
    }

    void retarget(std::uint32_t bits) {
        history_.bits = bits;
        p_ = share_work / static_cast<double>(number(network_work(bits).value()));
        draw();  // what was done does not bring a block nearer
    }
    void pay_neighbour_by(Scheme scheme) { neighbour_scheme_ = scheme; }

    // So many units of the present difficulty.
    void work(double units, const Strategy& strategy) {
        auto left = static_cast<std::uint64_t>(units / p_);
        while (left > 0) left -= bucket(left, strategy);
    }
    void finish_round() {
        for (const std::uint64_t found = blocks_; blocks_ == found;) {
            bucket(bucket_shares, [](double) { return 0.0; });
        }
    }

    // In base units, and in blocks.
    [[nodiscard]] double paid() const { return paid_; }
    [[nodiscard]] double worth() const { return worth_; }

  private:
    void draw() { to_block_ = 1 + std::geometric_distribution<std::uint64_t>(p_)(random_); }

    std::uint64_t bucket(std::uint64_t left, const Strategy& strategy) {
        const std::uint64_t shares = std::min({left, bucket_shares, to_block_});
        const auto own = static_cast<std::uint64_t>(static_cast<double>(shares) * strategy(age_));
        add(shares, own);
        to_block_ -= shares;
        if (to_block_ == 0) block();
        return shares;
    }
    void add(std::uint64_t shares, std::uint64_t own) {
        const auto start = from_unix_ms(++minutes_ * 60'000);
        const auto row = [&](UserId user, Scheme scheme, std::uint64_t count) {
            if (count == 0) return;
            history_.rows.push_back(
                {start, user, history_.bits, scheme, bitcoin::Work(0, count * share_work)});
        };
        row(watched, Scheme::base, own);
        row(neighbour, neighbour_scheme_, shares - own);
        history_.sums.push_back({start, history_.bits, bitcoin::Work(0, shares * share_work)});
        age_ += static_cast<double>(shares) * p_;
        worth_ += static_cast<double>(own) * p_;
    }
    void block() {
        for (const Credit& credit :
             credit_block({value, {neighbour, neighbour_scheme_}, divide_(history_)}, terms_)) {
            if (credit.payee == Payee{Payee::Kind::user, watched.value()}) {
                paid_ += static_cast<double>(credit.amount.value());
            }
        }
        history_.round_rows = history_.rows.size();
        history_.round_sums = history_.sums.size();
        age_ = 0;
        ++blocks_;
        draw();
    }

    cases::Random& random_;
    Terms terms_;
    Divider divide_;
    History history_;
    Scheme neighbour_scheme_ = Scheme::base;
    double p_ = 0;
    std::uint64_t to_block_ = 0;
    std::uint64_t blocks_ = 0;
    std::int64_t minutes_ = 0;
    double age_ = 0;
    double paid_ = 0;
    double worth_ = 0;
};

inline Divider pplns(Units window) {
    return [window](const History& history) {
        const Window found = pplns_window(history.newest_first(0), window).value();
        return pplns_weights(history.rows, found).value();
    };
}
inline Divider prop() {
    return [](const History& history) { return prop_weights(history.round()); };
}
inline Divider dgm(const Terms& terms) {
    auto scores = std::make_shared<std::vector<Weight>>();
    return [terms, scores](const History& history) {
        DgmRound round = DgmRound::make(history.newest_first(history.round_sums), terms).value();
        round.add(history.round()).value();
        Weights weights = round.weights(*scores).value();
        *scores = dgm_keep(weights, terms);
        return weights;
    };
}

// What a user's work was paid of its worth, over independent runs of a pool. sigma is that of the
// ratio, from how the runs differ among themselves.
struct Pay {
    double ratio = 0;
    double sigma = 0;
};
// A run gives what was paid, in blocks, and what the work was worth.
struct Run {
    double paid = 0;
    double worth = 0;
};
inline Run run_of(const Pool& pool) {
    const auto block = static_cast<double>(value.subsidy.value() + value.fees.value());
    return {pool.paid() / block, pool.worth()};
}
inline Pay measure(const std::vector<Run>& runs) {
    double paid = 0;
    double worth = 0;
    for (const Run& run : runs) {
        paid += run.paid;
        worth += run.worth;
    }
    double squares = 0;
    for (const Run& run : runs) squares += std::pow(run.paid - paid / worth * run.worth, 2);
    return {paid / worth, std::sqrt(squares) / worth};
}

}  // namespace lode::payout::simulated
