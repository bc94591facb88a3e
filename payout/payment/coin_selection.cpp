// Weights of inputs and outputs, and coins largest first.
#include "payout/payment/coin_selection.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace lode::payout {
namespace {

// Outpoint, an empty scriptSig's length, and sequence.
constexpr std::uint64_t bare_input = 4 * (36 + 1 + 4);
constexpr std::uint64_t signature = 1 + 72;  // DER, and its length
constexpr std::uint64_t key = 1 + 33;
// Count, a dummy, three signatures, and a script of five keys with its length.
constexpr std::uint64_t three_of_five = 1 + 1 + 3 * signature + 3 + 3 + 5 * key;

bool is_program(ByteView script, std::uint8_t version, std::size_t size) {
    return script.size() == size + 2 && script[0] == version && script[1] == size;
}

}  // namespace

std::uint64_t input_weight(ByteView script) {
    constexpr std::uint8_t op_1 = 0x51;
    if (is_program(script, 0, 20)) return bare_input + 1 + signature + key;
    if (is_program(script, op_1, 32)) return bare_input + 1 + 1 + 65;
    if (is_program(script, 0, 32)) return bare_input + three_of_five;
    // P2SH: a witness script inside, whose program the scriptSig repeats.
    if (script.size() == 23) return bare_input + 4 * (1 + 34) + three_of_five;
    return bare_input + 4 * (signature + key);  // P2PKH, and P2PK, which is less
}

std::uint64_t output_weight(ByteView script) {
    return 4 * (8 + bitcoin::compact_size_length(script.size()) + script.size());
}

Satoshi fee_of(FeeRate rate, std::uint64_t weight) {
    constexpr std::uint64_t weight_per_1000_vbytes = 4'000;
    LODE_ASSERT(rate.value() >= 0);
    const auto product = static_cast<std::uint64_t>(rate.value()) * weight;
    return Satoshi(
        static_cast<std::int64_t>((product + weight_per_1000_vbytes - 1) / weight_per_1000_vbytes));
}

namespace {

class Selecting {
  public:
    Selecting(const Need& need, const SelectionRules& rules)
        : need_(need), rules_(rules), weight_(frame_weight + need.weight) {}

    [[nodiscard]] bool fits(const Coin& coin) const {
        return coins_.size() < rules_.inputs_max &&
               weight_ + input_weight(coin.script) + output_weight(need_.change_script) <=
                   rules_.weight_max;
    }
    void take(Coin coin) {
        weight_ += input_weight(coin.script);
        sum_ += coin.amount.value();
        coins_.push_back(std::move(coin));
    }
    [[nodiscard]] bool suffices() const {
        const std::int64_t fee =
            need_.fee_payer == FeePayer::pool ? fee_of(rules_.rate, weight_).value() : 0;
        return sum_ >= need_.amount.value() + fee;
    }
    [[nodiscard]] Selection finish() && {
        const bool pool_pays = need_.fee_payer == FeePayer::pool;
        const std::uint64_t with_change = weight_ + output_weight(need_.change_script);
        const Satoshi fee_with = fee_of(rules_.rate, with_change);
        const std::int64_t change =
            sum_ - need_.amount.value() - (pool_pays ? fee_with.value() : 0);
        Selection selection{.coins = std::move(coins_)};
        if (change >= bitcoin::dust_limit(need_.change_script).value()) {
            selection.fee = fee_with;
            selection.change = Satoshi(change);
            selection.weight = with_change;
            return selection;
        }
        selection.fee = fee_of(rules_.rate, weight_);
        selection.weight = weight_;
        selection.extra =
            Satoshi(sum_ - need_.amount.value() - (pool_pays ? selection.fee.value() : 0));
        return selection;
    }

  private:
    const Need& need_;
    const SelectionRules& rules_;
    std::vector<Coin> coins_;
    std::int64_t sum_ = 0;
    std::uint64_t weight_;
};

// Where coins are many, small ones that are worth more than thrice what spending them costs.
void consolidate(Selecting& selecting, std::span<const Coin> rest, const SelectionRules& rules) {
    // Few at a time: each payment adds some, and none becomes much dearer.
    constexpr std::size_t at_a_time = 20;
    if (rest.size() <= rules.consolidate_above) return;
    std::size_t taken = 0;
    for (auto coin = rest.rbegin(); coin != rest.rend() && taken < at_a_time; ++coin) {
        const std::int64_t cost = fee_of(rules.rate, input_weight(coin->script)).value();
        if (coin->confirmations < 1 || coin->amount.value() <= 3 * cost) continue;
        if (!selecting.fits(*coin)) return;
        selecting.take(*coin);
        ++taken;
    }
}

}  // namespace

std::optional<Selection> select_coins(std::vector<Coin> coins, const Need& need,
                                      const SelectionRules& rules) {
    LODE_ASSERT(need.amount > Satoshi(0));
    // Equal amounts in the order of their places, so that the same coins give the same payment.
    std::ranges::sort(coins, [](const Coin& a, const Coin& b) {
        if (a.amount != b.amount) return a.amount > b.amount;
        if (a.at.txid != b.at.txid) return a.at.txid < b.at.txid;
        return a.at.index < b.at.index;
    });
    Selecting selecting(need, rules);
    bool unconfirmed = false;
    std::size_t next = 0;
    while (!selecting.suffices()) {
        if (next == coins.size()) return std::nullopt;
        Coin& coin = coins[next++];
        if (coin.confirmations < 1 && std::exchange(unconfirmed, true)) continue;
        if (!selecting.fits(coin)) return std::nullopt;
        selecting.take(std::move(coin));
    }
    if (need.fee_payer == FeePayer::pool) {
        consolidate(selecting, std::span(coins).subspan(next), rules);
    }
    return std::move(selecting).finish();
}

}  // namespace lode::payout
