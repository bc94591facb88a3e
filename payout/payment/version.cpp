// Inputs and outputs laid out in one order, so that a version is recognised by comparison.
#include "payout/payment/version.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

// The highest that says the transaction may be replaced (BIP 125).
constexpr std::uint32_t replaceable = 0xfffffffd;
// Nodes ask at least so much more for relaying a replacement: 1 satoshi a virtual byte.
constexpr FeeRate relay_step{1'000};

std::int64_t total(const std::vector<PaymentInput>& inputs) {
    std::int64_t sum = 0;
    for (const PaymentInput& input : inputs) sum += input.amount.value();
    return sum;
}

std::int64_t total_net(const PaymentDraft& draft) {
    std::int64_t sum = 0;
    for (const PaymentItem& item : draft.items) sum += item.net().value();
    return sum;
}

// One an item, but where the reserve bears the rest of an output that was booked.
std::vector<bitcoin::TxOutput> payee_outputs(const PaymentDraft& draft) {
    std::vector<bitcoin::TxOutput> outputs;
    for (const PaymentItem& item : draft.items) {
        const bool is_rest = item.owner.kind == Owner::Kind::reserve && !outputs.empty() &&
                             outputs.back().script == item.script;
        if (is_rest) {
            outputs.back().amount = Satoshi(outputs.back().amount.value() + item.net().value());
        } else {
            outputs.push_back({item.net(), item.script});
        }
    }
    return outputs;
}

// A change of 0 is none.
bitcoin::Transaction lay_out(const std::vector<PaymentInput>& inputs, const PaymentDraft& draft,
                             const bitcoin::TxOutput& change) {
    bitcoin::Transaction transaction;
    for (const PaymentInput& input : inputs) {
        transaction.inputs.push_back({.previous = input.coin, .sequence = replaceable});
    }
    transaction.outputs = payee_outputs(draft);
    if (change.amount > Satoshi(0)) transaction.outputs.push_back(change);
    return transaction;
}

Result<Bytes> change_script(const PaymentDraft& draft, bitcoin::Network network) {
    auto address = bitcoin::parse_address(draft.change_address, network);
    if (!address) return failure_in("change address", address.error());
    return std::move(address.value().script);
}

bool contains(const std::vector<PaymentInput>& inputs, const bitcoin::OutPoint& coin) {
    return std::ranges::find(inputs, coin, &PaymentInput::coin) != inputs.end();
}

}  // namespace

bool spends(const bitcoin::Transaction& transaction, const bitcoin::OutPoint& coin) {
    return std::ranges::find(transaction.inputs, coin, &bitcoin::TxInput::previous) !=
           transaction.inputs.end();
}

std::vector<PaymentInput> all_inputs(const Payment& payment) {
    std::vector<PaymentInput> inputs = payment.draft.inputs;
    std::ranges::copy(payment.more_inputs, std::back_inserter(inputs));
    return inputs;
}

Result<UnsignedVersion> first_version(const PaymentDraft& draft, bitcoin::Network network) {
    LODE_TRY(auto script, change_script(draft, network));
    const std::int64_t change = total(draft.inputs) - total_net(draft) - draft.fee.value();
    if (change < 0 || draft.inputs.empty() || draft.items.empty()) {
        return failure(ErrorCode::internal, "the payment's inputs do not cover it");
    }
    return UnsignedVersion{
        lay_out(draft.inputs, draft, {Satoshi(change), std::move(script)}), draft.fee, {}};
}

namespace {

class Bumping {
  public:
    Bumping(const Payment& payment, const BumpRules& rules, Bytes change_script)
        : payment_(payment),
          rules_(rules),
          change_script_(std::move(change_script)),
          inputs_(all_inputs(payment)) {}

    // What the last version weighed, its change apart, and the most that any version cost.
    Result<void> measure() {
        LODE_TRY(const auto last, bitcoin::parse_transaction(payment_.versions.back().raw));
        const std::uint64_t whole = bitcoin::weight(last);
        // A signature may turn out a byte longer each time.
        weight_ = whole + 4 * inputs_.size();
        if (last.outputs.size() > payee_outputs(payment_.draft).size()) {
            weight_ -= output_weight(change_script_);
        }
        for (const PaymentVersion& version : payment_.versions) {
            before_ = std::max(before_, version.fee);
        }
        if (fee_of(rules_.rate, whole) > before_) return success();
        return failure(ErrorCode::rejected, "its fee is " + std::to_string(before_.value()) +
                                                " satoshi already: ask for a higher rate");
    }

    [[nodiscard]] std::optional<UnsignedVersion> attempt() const {
        const std::int64_t room = total(inputs_) - total_net(payment_.draft);
        const Satoshi with_change = fee(weight_ + output_weight(change_script_));
        std::int64_t change = room - with_change.value();
        if (change < bitcoin::dust_limit(change_script_).value()) change = 0;
        if (change == 0 && room < fee(weight_).value()) return std::nullopt;
        return UnsignedVersion{lay_out(inputs_, payment_.draft, {Satoshi(change), change_script_}),
                               Satoshi(room - change), added_};
    }

    void add(const Coin& coin) {
        weight_ += input_weight(coin.script);
        added_.push_back({coin.at, coin.amount});
        inputs_.push_back({coin.at, coin.amount});
    }
    [[nodiscard]] bool is_full() const { return inputs_.size() >= rules_.inputs_max; }

  private:
    [[nodiscard]] Satoshi fee(std::uint64_t weight) const {
        const Satoshi least(before_.value() + fee_of(relay_step, weight).value());
        return std::max(fee_of(rules_.rate, weight), least);
    }

    const Payment& payment_;
    const BumpRules& rules_;
    Bytes change_script_;
    std::vector<PaymentInput> inputs_;
    std::vector<PaymentInput> added_;
    std::uint64_t weight_ = 0;
    Satoshi before_{};
};

}  // namespace

Result<UnsignedVersion> bump_version(const Payment& payment, std::vector<Coin> coins,
                                     const BumpRules& rules) {
    if (!is_open(payment.state) || payment.versions.empty()) {
        return failure(ErrorCode::rejected, "there is nothing to replace");
    }
    LODE_TRY(auto script, change_script(payment.draft, rules.network));
    Bumping bumping(payment, rules, std::move(script));
    LODE_TRY_VOID(bumping.measure());
    std::erase_if(coins, [](const Coin& coin) { return coin.confirmations < 1; });
    std::ranges::stable_sort(coins, std::ranges::greater(), &Coin::amount);
    auto next = coins.begin();
    while (true) {
        if (auto version = bumping.attempt()) return std::move(*version);
        if (next == coins.end() || bumping.is_full()) {
            return failure(ErrorCode::rejected, "the wallet's coins do not cover the fee");
        }
        bumping.add(*next++);
    }
}

Result<UnsignedVersion> recognise(const Payment& payment, const bitcoin::Transaction& transaction,
                                  const std::vector<PaymentInput>& others,
                                  bitcoin::Network network) {
    const auto known = all_inputs(payment);
    UnsignedVersion version{.transaction = transaction};
    std::int64_t in = 0;
    for (const bitcoin::TxInput& input : transaction.inputs) {
        const bool ours = contains(known, input.previous);
        const auto& where = ours ? known : others;
        const auto coin = std::ranges::find(where, input.previous, &PaymentInput::coin);
        if (coin == where.end()) {
            return failure(ErrorCode::rejected, "it spends a coin that is not free");
        }
        in += coin->amount.value();
        if (!ours) version.more_inputs.push_back(*coin);
    }
    for (const PaymentInput& input : payment.draft.inputs) {
        if (!spends(transaction, input.coin)) {
            return failure(ErrorCode::rejected, "it does not spend every input of the payment");
        }
    }
    LODE_TRY(auto script, change_script(payment.draft, network));
    const std::size_t items = payee_outputs(payment.draft).size();
    bitcoin::TxOutput change{Satoshi(0), std::move(script)};
    if (transaction.outputs.size() == items + 1 &&
        transaction.outputs.back().script == change.script) {
        change = transaction.outputs.back();
    }
    if (lay_out({}, payment.draft, change).outputs != transaction.outputs) {
        return failure(ErrorCode::rejected, "it does not pay what the payment says");
    }
    std::int64_t out = change.amount.value() + total_net(payment.draft);
    if (in < out) return failure(ErrorCode::rejected, "it pays more than it spends");
    version.fee = Satoshi(in - out);
    return version;
}

std::optional<std::vector<bitcoin::TxOutput>> pays_instead(const bitcoin::Transaction& transaction,
                                                           const Payment& payment) {
    if (std::ranges::none_of(payment.draft.inputs, [&](const PaymentInput& input) {
            return spends(transaction, input.coin);
        })) {
        return std::nullopt;
    }
    std::vector<bitcoin::TxOutput> left = transaction.outputs;
    for (const bitcoin::TxOutput& output : payee_outputs(payment.draft)) {
        const auto found = std::ranges::find(left, output);
        if (found == left.end()) return std::nullopt;
        left.erase(found);
    }
    return left;
}

}  // namespace lode::payout
