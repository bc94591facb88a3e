// A payer of its own for one call, under the lease of the running payout.
#include "lode/payment_command.hpp"

#include <cstdio>

#include "common/base/file.hpp"
#include "common/runtime/run.hpp"
#include "lode/operator.hpp"
#include "lode/payout_desk.hpp"
#include "lode/payout_text.hpp"
#include "payout/config_rules.hpp"
#include "payout/payment/payment_repository.hpp"
#include "payout/wallet.hpp"

namespace lode::launcher {
namespace {

using payout::FeeRate;
using payout::Payer;
using payout::PaymentId;

// Those left out that are printed; of a large pool most wait for their minimum.
constexpr std::size_t skipped_lines_max = 100;

Result<void> with_payer(PayoutDesk& desk, const std::function<Result<void>(Payer&)>& body) {
    if (desk.settings.payments == payout::Payments::off) {
        return failure(ErrorCode::rejected, "payments are off ([payout] payments)");
    }
    LODE_TRY(const auto wallet,
             payout::open_wallet(desk.settings, desk.configuration.pool.chain()));
    return with_fence(desk, [&](const payout::Fence& fence) -> Result<void> {
        payout::PaymentRepository store(
            desk.connection, payout::payment_options(desk.settings, fence, desk.network));
        Payer payer({.store = store, .wallet = *wallet},
                    payout::payer_settings(desk.settings, desk.network));
        return body(payer);
    });
}

Result<void> note(PayoutDesk& desk, const std::string& action, const std::string& detail) {
    LODE_TRY_VOID(desk.connection.execute(
        "INSERT INTO audit_log (at_unix_ms, who, action, detail) VALUES (?, ?, ?, ?)",
        {to_unix_ms(desk.act.at), desk.act.who, action, detail}));
    return success();
}

std::optional<FeeRate> fee_rate(const Options& options) {
    const auto& rate = options.payout.fee_rate;
    return rate ? std::optional(FeeRate(*rate)) : std::nullopt;
}

std::string name_of(const payout::Owner& owner) {
    return owner.kind == payout::Owner::Kind::user
               ? owner.name
               : std::string(to_string(owner.kind)) + ' ' + owner.name;
}

void print_plan(const payout::PaymentPlan& plan) {
    for (const payout::PaymentItem& item : plan.draft.items) {
        std::printf("pay   %18s  %s  to %s\n", coins(item.amount.value()).c_str(),
                    name_of(item.owner).c_str(), item.address.c_str());
    }
    std::size_t lines = 0;
    for (const payout::Skipped& skipped : plan.skipped) {
        if (++lines > skipped_lines_max) break;
        std::printf("leave %18s  %s: %s%s%s\n", coins(skipped.balance.value()).c_str(),
                    name_of(skipped.owner).c_str(), std::string(to_string(skipped.reason)).c_str(),
                    skipped.detail.empty() ? "" : ", ", skipped.detail.c_str());
    }
    if (lines > skipped_lines_max) {
        std::printf("leave %zu more\n", plan.skipped.size() - skipped_lines_max);
    }
    if (plan.draft.items.empty()) {
        std::printf("nobody is to be paid\n");
        return;
    }
    std::printf("%zu recipients, %s in all, from %zu coins; network fee %s, change %s, %llu WU\n",
                plan.draft.items.size(), coins(gross(plan.draft).value()).c_str(),
                plan.draft.inputs.size(), coins(plan.draft.fee.value()).c_str(),
                coins(plan.change.value()).c_str(), static_cast<unsigned long long>(plan.weight));
}

// Opens the desk and does `body` with a payer.
Result<int> perform(const Options& options,
                    const std::function<Result<void>(PayoutDesk&, Payer&)>& body) {
    LODE_TRY(auto desk, PayoutDesk::open(options));
    const auto done = with_payer(desk, [&](Payer& payer) { return body(desk, payer); });
    if (!done) return at_run_time(done.error());
    return runtime::exit_ok;
}

}  // namespace

Result<int> payout_plan(const Options& options) {
    return perform(options, [](PayoutDesk& desk, Payer& payer) -> Result<void> {
        LODE_TRY(const auto plan, payer.plan(desk.act.at));
        print_plan(plan);
        return success();
    });
}

Result<int> payout_bump(const Options& options) {
    const std::int64_t payment = options.payout.payment;
    return perform(options, [&](PayoutDesk& desk, Payer& payer) -> Result<void> {
        LODE_TRY(const auto fee, payer.bump(PaymentId(payment), fee_rate(options), desk.act.at));
        const std::string text =
            "payment " + std::to_string(payment) + ": network fee " + coins(fee.value());
        LODE_TRY_VOID(note(desk, "payment bumped", text));
        std::printf("%s; payout sends it with its next pass\n", text.c_str());
        return success();
    });
}

Result<int> payout_psbt_export(const Options& options) {
    return perform(options, [&](PayoutDesk& desk, Payer& payer) -> Result<void> {
        LODE_TRY(const auto psbt,
                 payer.export_psbt(PaymentId(options.payout.payment), fee_rate(options)));
        LODE_TRY_VOID(
            note(desk, "psbt exported", "payment " + std::to_string(options.payout.payment)));
        std::printf("%s\n", psbt.c_str());
        return success();
    });
}

Result<int> payout_psbt_import(const Options& options) {
    const std::int64_t payment = options.payout.payment;
    auto psbt = read_file(options.payout.file);
    if (!psbt) return psbt.error();
    while (psbt.value().ends_with('\n') || psbt.value().ends_with('\r')) psbt.value().pop_back();
    return perform(options, [&](PayoutDesk& desk, Payer& payer) -> Result<void> {
        LODE_TRY(const auto txid, payer.import_psbt(PaymentId(payment), psbt.value(), desk.act.at));
        const std::string text =
            "payment " + std::to_string(payment) + ": " + bitcoin::to_display_hex(txid);
        LODE_TRY_VOID(note(desk, "psbt imported", text));
        std::printf("%s; payout sends it with its next pass\n", text.c_str());
        return success();
    });
}

}  // namespace lode::launcher
