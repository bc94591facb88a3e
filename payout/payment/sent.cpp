// Outputs matched to balances.
#include "payout/payment/sent.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

const Owner reserve{Owner::Kind::reserve, ""};

class Matching {
  public:
    explicit Matching(SentMoney money) : money_(std::move(money)) {}

    Result<std::vector<PaymentItem>> run() {
        std::erase_if(money_.outputs,
                      [](const SentOutput& each) { return each.own && each.payees.empty(); });
        if (money_.outputs.empty()) {
            return failure(ErrorCode::rejected, "it pays nobody but the wallet itself");
        }
        const std::int64_t fee =
            money_.fee_payer == FeePayer::recipients ? money_.fee.value() : std::int64_t{0};
        if (match(fee)) return std::move(items_);
        if (fee > 0 && match(0)) return std::move(items_);
        if (money_.rest == Rest::refused) {
            return failure(ErrorCode::rejected, missing_ + ": the reserve may bear it (--reserve)");
        }
        LODE_TRY_VOID(match_with_reserve());
        return std::move(items_);
    }

  private:
    // Each output from one balance; whether all are covered.
    bool match(std::int64_t fee) {
        items_.clear();
        used_.clear();
        const auto count = static_cast<std::int64_t>(money_.outputs.size());
        for (std::int64_t i = 0; i < count; ++i) {
            const SentOutput& output = money_.outputs[static_cast<std::size_t>(i)];
            const std::int64_t part = fee / count + (i < fee % count ? 1 : 0);
            const std::int64_t amount = output.amount.value() + part;
            const AddressOwner* const payee = covering(output, amount);
            if (payee == nullptr) return false;
            add(output, {payee->owner, Satoshi(amount), Satoshi(part)});
            used_.push_back(payee->owner);
        }
        return true;
    }

    // What a balance lacks is the reserve's.
    Result<void> match_with_reserve() {
        items_.clear();
        used_.clear();
        for (const SentOutput& output : money_.outputs) {
            std::int64_t left = output.amount.value();
            const AddressOwner* payee = covering(output, left);
            if (payee == nullptr) payee = richest(output);
            if (payee != nullptr) {
                const std::int64_t part = std::min(left, payee->balance.value());
                add(output, {payee->owner, Satoshi(part), Satoshi(0)});
                used_.push_back(payee->owner);
                left -= part;
            }
            LODE_TRY_VOID(check_pending(output, left));
            if (left > 0) add(output, {reserve, Satoshi(left), Satoshi(0)});
        }
        return success();
    }

    // What may yet be his is not the reserve's to bear: he would have it twice.
    static Result<void> check_pending(const SentOutput& output, std::int64_t left) {
        for (const AddressOwner& payee : output.payees) {
            if (left <= 0 || payee.pending <= Satoshi(0)) continue;
            return failure(ErrorCode::rejected,
                           "who is paid to " + output.address + " has " +
                               std::to_string(payee.pending.value()) +
                               " immature or in payments: wait until that is decided");
        }
        return success();
    }
    [[nodiscard]] bool is_free(const AddressOwner& payee) const {
        return payee.balance > Satoshi(0) && std::ranges::find(used_, payee.owner) == used_.end();
    }
    const AddressOwner* covering(const SentOutput& output, std::int64_t amount) {
        const AddressOwner* best = nullptr;
        for (const AddressOwner& payee : output.payees) {
            if (!is_free(payee) || payee.balance.value() < amount) continue;
            if (best == nullptr || payee.balance < best->balance) best = &payee;
        }
        if (best == nullptr) {
            missing_ = "no balance of who is paid to " + output.address + " covers " +
                       std::to_string(amount);
        }
        return best;
    }
    [[nodiscard]] const AddressOwner* richest(const SentOutput& output) const {
        const AddressOwner* best = nullptr;
        for (const AddressOwner& payee : output.payees) {
            if (!is_free(payee)) continue;
            if (best == nullptr || payee.balance > best->balance) best = &payee;
        }
        return best;
    }

    struct Share {
        Owner owner;
        Satoshi amount;
        Satoshi fee;
    };
    void add(const SentOutput& output, const Share& share) {
        items_.push_back({share.owner, output.address, output.script, share.amount, share.fee});
    }

    SentMoney money_;
    std::vector<PaymentItem> items_;
    std::vector<Owner> used_;  // each is paid once a transaction
    std::string missing_;
};

}  // namespace

std::string pause_reason(const std::vector<UnknownSend>& unknown) {
    const std::string more =
        unknown.size() == 1 ? "" : " and " + std::to_string(unknown.size() - 1) + " more";
    return "the wallet sent " + bitcoin::to_display_hex(unknown.front().txid) + more +
           ", which the books do not know: lode payout sent, then book-sent or ignore-sent";
}

Result<std::vector<PaymentItem>> items_of(SentMoney money) {
    return Matching(std::move(money)).run();
}

}  // namespace lode::payout
