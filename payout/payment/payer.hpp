// Pays: plans, signs, sends, follows and settles payments, one pass at a time. Each step is stored
// before the next begins, so that a pass may end anywhere and the next one goes on from there.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/node/node_rpc.hpp"
#include "common/node/wallet_rpc.hpp"
#include "payout/payment/payment_store.hpp"
#include "payout/payment/plan.hpp"
#include "payout/payment/sent_watch.hpp"
#include "payout/payment/sightings.hpp"
#include "payout/payment/version.hpp"

namespace lode::payout {

enum class WalletKind : std::uint8_t {
    hot,         // the node's wallet signs
    watch_only,  // it knows the coins; people sign what is exported
};

struct PayerSettings {
    bitcoin::Network network = bitcoin::Network::main;
    WalletKind wallet = WalletKind::hot;
    FeePayer fee_payer = FeePayer::pool;
    Satoshi minimum{100'000};
    std::chrono::milliseconds interval = std::chrono::hours(1);  // between payments
    Satoshi batch_max{bitcoin::money_max};  // at one time, in as many payments as it takes
    Satoshi day_max{bitcoin::money_max};    // within any 24 hours
    Satoshi hot_max{bitcoin::money_max};    // more in a hot wallet is reported
    std::size_t outputs_max = 2'000;        // of one payment
    std::map<std::string, std::string> fee_addresses{};  // of fee recipients, by name
    std::size_t open_max = 10;                           // payments at a time
    std::int64_t settle_depth = 6;                       // confirmations
    std::string change_address{};       // empty: a new one of the wallet's each time
    std::int64_t fee_target = 6;        // blocks to confirm within, for the node's estimate
    FeeRate fee_rate_fallback{10'000};  // when the node has no estimate
    FeeRate fee_rate_max{200'000};      // no estimate is taken for more
};

// What a pass did and found.
struct PayReport {
    std::int64_t planned = 0;
    std::int64_t signed_ = 0;
    std::int64_t sent = 0;
    std::int64_t settled = 0;
    std::int64_t cancelled = 0;
    std::int64_t open = 0;  // at its end
    Pause pause{};
    std::map<SkipReason, std::int64_t> skipped{};
    Satoshi wallet_balance{};  // confirmed, immature coins apart
    // What the wallet sent that the books do not know: nothing new is done then.
    std::vector<UnknownSend> unknown{};
    Satoshi over_hot_max{};  // 0: the wallet holds no more than hot_max
    // Payments that did not get on, each with what a person should know: "payment 7: …".
    std::vector<std::string> troubles{};
};

class Payer {
  public:
    // All outlive it. `others` are nodes besides the wallet's own: with any, two must agree that a
    // payment is deep.
    struct Neighbours {
        PaymentStore& store;
        node::WalletRpc& wallet;
        std::vector<node::NodeRpc*> others{};
        // Looks whether the books know all that the wallet sent; without it nothing is compared.
        SentWatch* watch = nullptr;
    };
    Payer(Neighbours neighbours, PayerSettings settings);

    // Takes every open payment as far as it goes and begins new ones when it is time. An error
    // when the database or the wallet's node does not answer: the next pass goes on. `held`: why
    // payments stand still for this pass as if they were paused; empty where they need not.
    [[nodiscard]] Result<PayReport> run(UnixTime now, const std::string& held = "");
    // What the next payment would be, were it time for it. Changes nothing.
    [[nodiscard]] Result<PaymentPlan> plan(UnixTime now);

    // Replaces what is not confirmed yet by a version that pays `rate`, or, without one, what the
    // node asks for now and at least a quarter more than before. Signs and stores it; the next pass
    // sends it. The new fee. Rejected when there is nothing to replace, when another payment spends
    // its change, or when the coins do not suffice.
    [[nodiscard]] Result<Satoshi> bump(PaymentId id, std::optional<FeeRate> rate, UnixTime now);

    // For a wallet that cannot sign: the payment's first version, or with a rate a replacement, as
    // a PSBT (base64, BIP 174).
    [[nodiscard]] Result<std::string> export_psbt(PaymentId id, std::optional<FeeRate> rate);
    // The signed one, stored as a version; the next pass sends it. Rejected when it is not fully
    // signed or no version of this payment.
    [[nodiscard]] Result<bitcoin::Hash256> import_psbt(PaymentId id, const std::string& psbt,
                                                       UnixTime now);

  private:
    struct Pass {
        UnixTime now;
        Satoshi left;  // what may still be paid at this time
        PayReport report{};
    };
    [[nodiscard]] Result<void> compare(Pass& pass, SentWatch::When when);
    // An error ends the pass; what only concerns this payment becomes one of the troubles.
    [[nodiscard]] Result<void> advance(Payment payment, Pass& pass);
    [[nodiscard]] Result<void> step(Payment& payment, Pass& pass);
    [[nodiscard]] Result<void> sign_first(Payment& payment, Pass& pass);
    // Whether a node has a version now; if not, why each was refused is a trouble.
    [[nodiscard]] Result<bool> send(const Payment& payment, Pass& pass);
    [[nodiscard]] Result<void> look_for_coins(const Payment& payment, Pass& pass);
    // Rejected when it cannot be stored as a version of the payment.
    [[nodiscard]] Result<void> store_version(PaymentId id, const PaymentVersion& version,
                                             const std::vector<PaymentInput>& more_inputs);
    [[nodiscard]] Result<void> adopt(const Payment& payment,
                                     const bitcoin::Transaction& transaction, UnixTime now);
    // Whether there are more to pay now, in another payment.
    [[nodiscard]] Result<bool> begin(Pass& pass);
    [[nodiscard]] Result<bool> is_time(const Pass& pass);
    [[nodiscard]] Result<void> measure(Pass& pass);

    struct PlanFor {
        std::string change_address;
        UnixTime now;
        Satoshi left;
    };
    [[nodiscard]] Result<PaymentPlan> plan_with(const PlanFor& what);
    [[nodiscard]] Result<std::string> change_address_to_show() const;
    [[nodiscard]] Result<std::vector<Coin>> free_coins(const std::vector<Payment>& open);
    [[nodiscard]] Result<FeeRate> fee_rate();
    [[nodiscard]] Result<Payment> find_open(PaymentId id);
    [[nodiscard]] Result<UnsignedVersion> replacement(const Payment& payment,
                                                      std::optional<FeeRate> rate);
    // The signed transaction is what was to be signed, and its fee is no more than allowed.
    [[nodiscard]] Result<PaymentVersion> accept(const Payment& payment,
                                                const bitcoin::Transaction& transaction,
                                                const std::vector<PaymentInput>& others);

    PaymentStore& store_;
    node::WalletRpc& wallet_;
    SentWatch* watch_;
    Sightings sightings_;
    PayerSettings settings_;
};

}  // namespace lode::payout
