// Owners sifted, cut to the limits, and as many of them as the coins and a transaction hold.
#include "payout/payment/plan.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <variant>

namespace lode::payout {
namespace {

constexpr std::array<std::string_view, 8> reasons{
    "below_minimum", "held", "frozen", "no_address", "bad_address", "dust", "limit", "next_payment",
};

struct Refusal {
    SkipReason reason;
    std::string detail{};
};

Satoshi least(const Candidate& candidate, const PlanRules& rules) {
    return std::max(candidate.minimum, rules.minimum);
}

// He is paid no less at a time.
Satoshi floor_of(const Candidate& candidate, const PaymentItem& item, const PlanRules& rules) {
    return std::max({least(candidate, rules), Satoshi(1), bitcoin::dust_limit(item.script)});
}

// The candidate as one who can be paid, with all of the balance.
std::variant<PaymentItem, Refusal> sift_one(const Candidate& candidate, const PlanRules& rules,
                                            UnixTime now) {
    if (!candidate.frozen.empty()) return Refusal{SkipReason::frozen, candidate.frozen};
    if (candidate.held_until > now) return Refusal{SkipReason::held};
    if (candidate.balance < least(candidate, rules)) return Refusal{SkipReason::below_minimum};
    const bool by_name = candidate.address.empty() && candidate.owner.kind == Owner::Kind::user;
    auto address =
        bitcoin::parse_address(by_name ? candidate.owner.name : candidate.address, rules.network);
    if (!address) {
        const auto reason =
            candidate.address.empty() ? SkipReason::no_address : SkipReason::bad_address;
        return Refusal{reason, address.error().context};
    }
    if (candidate.balance < bitcoin::dust_limit(address.value().script)) {
        return Refusal{SkipReason::dust};
    }
    return PaymentItem{.owner = candidate.owner,
                       .address = std::move(address.value().text),
                       .script = std::move(address.value().script),
                       .amount = candidate.balance};
}

class Planning {
  public:
    Planning(const PlanInput& input, const PlanRules& rules, Bytes change_script)
        : input_(input), rules_(rules), change_script_(std::move(change_script)) {}

    PaymentPlan run() {
        sift();
        cut_to_limits();
        fill();
        return std::move(plan_);
    }

  private:
    // An owner who can be paid, with all of the balance.
    struct Payee {
        const Candidate* candidate;
        PaymentItem item;
    };
    struct Funded {
        Selection selection;
        std::vector<PaymentItem> items;
        std::vector<Skipped> dusty;  // those whom the fee would bring below dust
    };

    void skip(const Candidate& candidate, Refusal refusal) {
        plan_.skipped.push_back(
            {candidate.owner, candidate.balance, refusal.reason, std::move(refusal.detail)});
    }

    void sift() {
        for (const Candidate& candidate : input_.candidates) {
            auto sifted = sift_one(candidate, rules_, input_.now);
            if (auto* const refusal = std::get_if<Refusal>(&sifted)) {
                skip(candidate, std::move(*refusal));
            } else {
                payees_.push_back({&candidate, std::get<PaymentItem>(std::move(sifted))});
            }
        }
        std::ranges::sort(payees_, [](const Payee& a, const Payee& b) {
            if (a.item.amount != b.item.amount) return a.item.amount < b.item.amount;
            return a.item.owner < b.item.owner;
        });
    }

    // Who has more than the limits leave is paid a part, if it is no less than the minimum.
    void cut_to_limits() {
        std::int64_t left = std::min(rules_.batch_max, rules_.day_max).value();
        std::size_t kept = 0;
        for (Payee& payee : payees_) {
            const Satoshi amount =
                std::min(payee.item.amount, Satoshi(std::max(left, std::int64_t{0})));
            if (amount < floor_of(*payee.candidate, payee.item, rules_)) {
                skip(*payee.candidate, {SkipReason::limit});
                continue;
            }
            left -= amount.value();
            payee.item.amount = amount;
            if (&payees_[kept] != &payee) payees_[kept] = std::move(payee);
            ++kept;
        }
        payees_.resize(kept);
    }

    // The first `count` payees with coins for all of them.
    [[nodiscard]] std::optional<Funded> fund(std::size_t count) const;
    [[nodiscard]] std::optional<Selection> select(const std::vector<PaymentItem>& items) const;
    // Takes out whom an equal part of the fee would bring below dust; whether it did.
    [[nodiscard]] bool take_out_dust(Funded& funded) const;

    // As many as can be, the smallest first: fewer need fewer coins and less room.
    void fill() {
        std::size_t fits = 0;
        std::size_t too_many = std::min(payees_.size(), rules_.outputs_max) + 1;
        std::optional<Funded> best;
        while (too_many - fits > 1) {
            const std::size_t middle = fits + (too_many - fits) / 2;
            if (auto funded = fund(middle)) {
                best = std::move(funded);
                fits = middle;
            } else {
                too_many = middle;
            }
        }
        for (std::size_t i = fits; i < payees_.size(); ++i) {
            skip(*payees_[i].candidate, {SkipReason::next_payment});
        }
        if (best) write(std::move(*best));
    }

    void write(Funded funded) {
        std::ranges::move(funded.dusty, std::back_inserter(plan_.skipped));
        if (funded.items.empty()) return;
        PaymentDraft& draft = plan_.draft;
        draft.fee_payer = rules_.fee_payer;
        draft.items = std::move(funded.items);
        for (const Coin& coin : funded.selection.coins) {
            draft.inputs.push_back({coin.at, coin.amount});
        }
        // In the order that they are stored in, so that they are always signed in the same.
        std::ranges::sort(draft.inputs, [](const PaymentInput& a, const PaymentInput& b) {
            return std::tie(a.coin.txid, a.coin.index) < std::tie(b.coin.txid, b.coin.index);
        });
        draft.change_address = input_.change_address;
        draft.fee = Satoshi(funded.selection.fee.value() + funded.selection.extra.value());
        draft.height = input_.height;
        plan_.change = funded.selection.change;
        plan_.weight = funded.selection.weight;
    }

    const PlanInput& input_;
    const PlanRules& rules_;
    Bytes change_script_;
    std::vector<Payee> payees_;
    PaymentPlan plan_;
};

std::optional<Selection> Planning::select(const std::vector<PaymentItem>& items) const {
    Need need{.fee_payer = rules_.fee_payer, .change_script = change_script_};
    std::int64_t sum = 0;
    for (const PaymentItem& item : items) {
        sum += item.amount.value();
        need.weight += output_weight(item.script);
    }
    need.amount = Satoshi(sum);
    return select_coins(input_.coins, need, rules_.selection);
}

bool Planning::take_out_dust(Funded& funded) const {
    const auto count = static_cast<std::int64_t>(funded.items.size());
    const std::int64_t fee = funded.selection.fee.value();
    std::vector<PaymentItem> kept;
    for (std::int64_t i = 0; i < count; ++i) {
        PaymentItem& item = funded.items[static_cast<std::size_t>(i)];
        // The first ones bear the satoshi that do not divide.
        item.fee = Satoshi(fee / count + (i < fee % count ? 1 : 0));
        if (item.net() >= bitcoin::dust_limit(item.script)) {
            kept.push_back(std::move(item));
        } else {
            funded.dusty.push_back({item.owner, item.amount, SkipReason::dust, "behind the fee"});
        }
    }
    const bool fewer = kept.size() < funded.items.size();
    funded.items = std::move(kept);
    return fewer;
}

std::optional<Planning::Funded> Planning::fund(std::size_t count) const {
    Funded funded;
    for (std::size_t i = 0; i < count; ++i) funded.items.push_back(payees_[i].item);
    // Each round takes out at least one.
    while (!funded.items.empty()) {
        auto selection = select(funded.items);
        if (!selection) return std::nullopt;
        funded.selection = std::move(*selection);
        if (rules_.fee_payer == FeePayer::pool || !take_out_dust(funded)) return funded;
    }
    return funded;
}

}  // namespace

std::string_view to_string(SkipReason reason) {
    return reasons[static_cast<std::size_t>(reason)];
}

bool is_payable(const Candidate& candidate, const PlanRules& rules, UnixTime now) {
    const auto sifted = sift_one(candidate, rules, now);
    const auto* const item = std::get_if<PaymentItem>(&sifted);
    const Satoshi limit = std::max(rules.minimum, std::min(rules.batch_max, rules.day_max));
    return item != nullptr && floor_of(candidate, *item, rules) <= limit;
}

Result<PaymentPlan> plan_payment(const PlanInput& input, const PlanRules& rules) {
    auto change = bitcoin::parse_address(input.change_address, rules.network);
    if (!change) return failure_in("change address", change.error());
    return Planning(input, rules, std::move(change.value().script)).run();
}

}  // namespace lode::payout
