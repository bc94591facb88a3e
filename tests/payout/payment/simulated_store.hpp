// Payments, their ledger and what is known of the wallet in memory, through calls that fail, lose
// their answers and end the process as chance will have it.
#pragma once

#include "payout/payment/postings.hpp"
#include "payout/payment/sent_booking.hpp"
#include "tests/payout/payment/simulated_pool.hpp"

namespace lode::payout::test {

class SimulatedStore final : public PaymentStore, public SentStore {
  public:
    explicit SimulatedStore(Chance& chance) : chance_(chance) {}

    Result<std::optional<PaymentId>> lock(const PaymentDraft& draft, UnixTime now) override {
        return chance_.call([&]() -> Result<std::optional<PaymentId>> {
            if (coins_are_taken) return std::optional<PaymentId>();
            for (const auto& [id, payment] : payments) {
                if (!shares_coins(payment, draft.inputs)) continue;
                if (payment.draft.inputs != draft.inputs || payment.created != now) {
                    return std::optional<PaymentId>();
                }
                return std::optional(id);
            }
            const PaymentId id(static_cast<std::int64_t>(payments.size()) + 1);
            Payment payment{.id = id, .draft = draft, .created = now, .updated = now};
            LODE_TRY_VOID(post(lock_posting(payment, now)));
            payments.emplace(id, std::move(payment));
            return std::optional(id);
        });
    }
    Result<Kept> add_version(PaymentId id, const PaymentVersion& version,
                             const std::vector<PaymentInput>& more_inputs) override {
        return chance_.call([&]() -> Result<Kept> {
            Payment& payment = payments.at(id);
            if (!is_open(payment.state)) return Kept::closed;
            if (std::ranges::find(payment.versions, version.txid, &PaymentVersion::txid) !=
                payment.versions.end()) {
                return Kept::stored;
            }
            for (const auto& [other, rival] : payments) {
                if (shares_coins(rival, more_inputs)) return Kept::coins_taken;
                if (std::ranges::find(rival.versions, version.txid, &PaymentVersion::txid) !=
                    rival.versions.end()) {
                    return Kept::of_another;
                }
            }
            payment.versions.push_back(version);
            std::ranges::copy(more_inputs, std::back_inserter(payment.more_inputs));
            if (payment.state == PaymentState::locked) payment.state = PaymentState::signed_;
            return Kept::stored;
        });
    }
    Result<bool> is_of_another(PaymentId id, const Hash& txid) override {
        return chance_.call([&]() -> Result<bool> {
            return std::ranges::any_of(payments, [&](const auto& each) {
                const auto& versions = each.second.versions;
                return each.first != id &&
                       std::ranges::find(versions, txid, &PaymentVersion::txid) != versions.end();
            });
        });
    }
    Result<void> mark_sent(PaymentId id, UnixTime) override {
        return chance_.call([&]() -> Result<void> {
            Payment& payment = payments.at(id);
            if (payment.state == PaymentState::signed_) payment.state = PaymentState::sent;
            return success();
        });
    }
    Result<void> settle(const Payment& payment, const Hash& confirmed, UnixTime now) override {
        return chance_.call([&]() -> Result<void> {
            LODE_TRY(const auto open, close(payment.id, PaymentState::settled));
            if (!open) return success();
            const auto version =
                std::ranges::find(payment.versions, confirmed, &PaymentVersion::txid);
            return post(settle_posting(payment, {version->fee, {Owner::Kind::reserve, ""}}, now));
        });
    }
    Result<void> cancel(const Payment& payment, UnixTime now) override {
        return chance_.call([&]() -> Result<void> {
            LODE_TRY(const auto open, close(payment.id, PaymentState::cancelled));
            return open ? post(unlock_posting(payment, now)) : success();
        });
    }
    Result<std::vector<Payment>> open() override {
        return chance_.call([&]() -> Result<std::vector<Payment>> { return open_now(); });
    }
    [[nodiscard]] std::vector<Payment> open_now() const {
        std::vector<Payment> open;
        for (const auto& [id, payment] : payments) {
            if (is_open(payment.state)) open.push_back(payment);
        }
        return open;
    }
    Result<std::optional<Payment>> find(PaymentId id) override {
        return chance_.call([&]() -> Result<std::optional<Payment>> {
            const auto found = payments.find(id);
            if (found == payments.end()) return std::optional<Payment>();
            return std::optional(found->second);
        });
    }
    Result<std::optional<UnixTime>> newest(UnixTime now) override {
        return chance_.call([&]() -> Result<std::optional<UnixTime>> {
            std::optional<UnixTime> newest;
            for (const auto& [id, payment] : payments) {
                if (payment.state == PaymentState::cancelled || payment.created > now) continue;
                newest = payment.created;
            }
            return newest;
        });
    }
    Result<Satoshi> paid_since(UnixTime since) override {
        std::int64_t sum = 0;
        for (const auto& [id, payment] : payments) {
            if (payment.state != PaymentState::cancelled && payment.created > since) {
                sum += gross(payment.draft).value();
            }
        }
        return Satoshi(sum);
    }
    Result<std::vector<Candidate>> candidates(const CandidatePage& page) override {
        return chance_.call([&]() -> Result<std::vector<Candidate>> {
            std::vector<Candidate> found;
            for (const auto& [account, amount] : ledger) {
                if (account.pot != Pot::balance || account.owner.kind > Owner::Kind::fee) continue;
                const bool is_behind =
                    amount > page.least.value() || (amount == page.least.value() &&
                                                    (!page.behind || *page.behind < account.owner));
                if (!is_behind) continue;
                found.push_back({.owner = account.owner, .balance = Satoshi(amount)});
            }
            std::ranges::sort(found, [](const Candidate& a, const Candidate& b) {
                return std::tie(a.balance, a.owner) < std::tie(b.balance, b.owner);
            });
            found.resize(std::min(found.size(), static_cast<std::size_t>(page.rows)));
            return found;
        });
    }
    Result<Pause> pause() override { return paused; }

    Result<std::optional<UnixTime>> begun() override {
        return chance_.call([&]() -> Result<std::optional<UnixTime>> {
            return ledger.empty() ? std::nullopt : std::optional(UnixTime());
        });
    }
    Result<std::optional<UnixTime>> compared() override {
        return chance_.call([&]() -> Result<std::optional<UnixTime>> { return compared_until; });
    }
    Result<void> set_compared(UnixTime until) override {
        return chance_.call([&]() -> Result<void> {
            compared_until = until;
            return success();
        });
    }
    Result<std::set<Hash>> known(const std::vector<Hash>& txids) override {
        return chance_.call([&]() -> Result<std::set<Hash>> {
            std::set<Hash> known;
            for (const Hash& txid : txids) {
                if (ignored.contains(txid) || is_version(txid)) known.insert(txid);
            }
            return known;
        });
    }
    Result<std::vector<Payment>> rivals(const std::vector<bitcoin::OutPoint>& coins) override {
        return chance_.call([&]() -> Result<std::vector<Payment>> {
            std::vector<Payment> found;
            for (const auto& [id, payment] : payments) {
                if (payment.state == PaymentState::cancelled) continue;
                const auto own = all_inputs(payment);
                if (std::ranges::any_of(own, [&](const PaymentInput& input) {
                        return std::ranges::find(coins, input.coin) != coins.end();
                    })) {
                    found.push_back(payment);
                }
            }
            return found;
        });
    }
    Result<AddressOwners> payees(const std::vector<std::string>& addresses) override {
        return chance_.call([&]() -> Result<AddressOwners> {
            AddressOwners payees;
            for (const std::string& address : addresses) {
                const auto found = ledger.find({user(address), Pot::balance});
                if (found == ledger.end()) continue;
                payees[address] = {{user(address), Satoshi(found->second),
                                    Satoshi(ledger[{user(address), Pot::locked}])}};
            }
            return payees;
        });
    }

    // The database as it is, and put back.
    struct Backup {
        std::map<PaymentId, Payment> payments;
        std::map<Account, std::int64_t> ledger;
        std::set<std::string> keys;
        std::set<Hash> ignored;
        std::optional<UnixTime> compared_until;
    };
    [[nodiscard]] Backup backup() const {
        return {payments, ledger, keys, ignored, compared_until};
    }
    void restore(Backup backup) {
        payments = std::move(backup.payments);
        ledger = std::move(backup.ledger);
        keys = std::move(backup.keys);
        ignored = std::move(backup.ignored);
        compared_until = backup.compared_until;
    }

    Result<void> post(const Transaction& transaction) {
        LODE_TRY_VOID(check(transaction));
        if (!keys.insert(transaction.key).second) {
            return failure(ErrorCode::internal, transaction.key + " twice");
        }
        for (const Entry& entry : transaction.entries) {
            const std::int64_t sum = ledger[entry.account] += entry.amount.value();
            if (sum < 0 && !may_be_negative(entry.account)) {
                return failure(ErrorCode::internal, transaction.key + " overdraws");
            }
        }
        return success();
    }

    std::map<PaymentId, Payment> payments{};
    std::map<Account, std::int64_t> ledger{};
    std::set<std::string> keys{};
    std::set<Hash> ignored{};
    std::optional<UnixTime> compared_until{};
    Pause paused{};
    bool coins_are_taken = false;  // whatever is locked

  private:
    [[nodiscard]] bool is_version(const Hash& txid) const {
        return std::ranges::any_of(payments, [&](const auto& each) {
            const auto& versions = each.second.versions;
            return std::ranges::find(versions, txid, &PaymentVersion::txid) != versions.end();
        });
    }
    static bool shares_coins(const Payment& payment, const std::vector<PaymentInput>& inputs) {
        if (!is_open(payment.state)) return false;
        const auto own = all_inputs(payment);
        return std::ranges::any_of(inputs, [&](const PaymentInput& input) {
            return std::ranges::find(own, input.coin, &PaymentInput::coin) != own.end();
        });
    }
    Result<bool> close(PaymentId id, PaymentState state) {
        Payment& payment = payments.at(id);
        if (payment.state == state) return false;
        if (!is_open(payment.state)) return failure(ErrorCode::rejected, "not open");
        payment.state = state;
        return true;
    }

    Chance& chance_;
};

}  // namespace lode::payout::test
