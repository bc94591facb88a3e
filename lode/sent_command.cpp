// Payout's own comparison of wallet and books, asked by a person, and his answers to it.
#include "lode/sent_command.hpp"

#include <cstdio>

#include "common/runtime/run.hpp"
#include "lode/operator.hpp"
#include "lode/payout_desk.hpp"
#include "lode/payout_text.hpp"
#include "payout/config_rules.hpp"
#include "payout/payment/sent_booking.hpp"
#include "payout/payment/sent_repository.hpp"
#include "payout/payment/sent_watch.hpp"
#include "payout/wallet.hpp"

namespace lode::launcher {
namespace {

using payout::SentRepository;

// Outputs of one transaction that are printed.
constexpr std::size_t outputs_shown = 20;

// What each of the commands works with.
struct Sent {
    PayoutDesk& desk;
    node::WalletRpc& wallet;
    SentRepository& store;
};

Result<int> perform(const Options& options, Result<int> (*body)(Sent, const PayoutOptions&)) {
    LODE_TRY(auto desk, PayoutDesk::open(options));
    if (desk.settings.payments == payout::Payments::off) {
        return failure(ErrorCode::rejected, "payments are off ([payout] payments)");
    }
    const config::ChainConfig& chain = desk.configuration.pool.chain();
    LODE_TRY(const auto wallet, payout::open_wallet(desk.settings, chain));
    SentRepository store(desk.connection, payout::sent_options(desk.settings, chain, desk.network));
    auto done = body({desk, *wallet, store}, options.payout);
    if (!done) return at_run_time(done.error());
    return done;
}

Result<void> print_outputs(const Sent& sent, const bitcoin::Transaction& transaction) {
    std::vector<std::string> addresses;
    for (const bitcoin::TxOutput& output : transaction.outputs) {
        auto address = bitcoin::address_of_script(output.script, sent.desk.network);
        addresses.push_back(address ? std::move(address).value() : "no address");
    }
    LODE_TRY(const auto payees, sent.store.payees(addresses));
    for (std::size_t i = 0; i < std::min(addresses.size(), outputs_shown); ++i) {
        const auto found = payees.find(addresses[i]);
        const std::string whose =
            found == payees.end()
                ? ""
                : "  " + payout::describe({found->second.front().owner, payout::Pot::balance}) +
                      ' ' + coins(found->second.front().balance.value());
        std::printf("  %18s  to %s%s\n", coins(transaction.outputs[i].amount.value()).c_str(),
                    addresses[i].c_str(), whose.c_str());
    }
    if (addresses.size() > outputs_shown) {
        std::printf("  and %zu outputs more\n", addresses.size() - outputs_shown);
    }
    return success();
}

Result<int> list(Sent sent, const PayoutOptions&) {
    payout::SentWatch watch({sent.store, sent.wallet}, sent.desk.network);
    LODE_TRY(const auto unknown, watch.look(payout::SentWatch::When::now, sent.desk.act.at));
    for (const payout::UnknownSend& send : unknown) {
        std::printf("%s  %s, %lld confirmations\n", bitcoin::to_display_hex(send.txid).c_str(),
                    utc_minute(send.heard).c_str(), static_cast<long long>(send.confirmations));
        LODE_TRY(const auto found, sent.wallet.find(send.txid));
        if (!found) continue;
        LODE_TRY_VOID(print_outputs(sent, found->transaction));
    }
    if (unknown.empty()) std::printf("the books know all that the wallet sent\n");
    return unknown.empty() ? runtime::exit_ok : runtime::exit_run_time;
}

Result<void> note_booked(PayoutDesk& desk, const std::string& text) {
    LODE_TRY_VOID(desk.connection.execute(
        "INSERT INTO audit_log (at_unix_ms, who, action, detail) VALUES (?, ?, ?, ?)",
        {to_unix_ms(desk.act.at), desk.act.who, std::string("sent transaction booked"), text}));
    return success();
}

Result<void> book(const Sent& sent, const PayoutOptions& options, const payout::Fence& fence) {
    payout::PaymentRepository payments(
        sent.desk.connection,
        payout::payment_options(sent.desk.settings, fence, sent.desk.network));
    payout::SentBooking booking(
        {payments, sent.store, sent.wallet},
        {.network = sent.desk.network,
         .fee_payer = sent.desk.settings.network_fee,
         .rest = options.reserve_bears ? payout::Rest::reserve : payout::Rest::refused});
    for (const std::string& text : options.txids) {
        LODE_TRY(const auto txid, bitcoin::from_display_hex(text));
        LODE_TRY(const auto id, booking.book(txid, sent.desk.act.at));
        const std::string line = "payment " + std::to_string(id.value()) + ": " + text;
        LODE_TRY_VOID(note_booked(sent.desk, line));
        std::printf("%s\n", line.c_str());
    }
    return success();
}

Result<int> book_all(Sent sent, const PayoutOptions& options) {
    LODE_TRY_VOID(with_fence(
        sent.desk, [&](const payout::Fence& fence) { return book(sent, options, fence); }));
    std::printf(
        "booked; payout settles it once it is deep, and pays others behind payout resume\n");
    return runtime::exit_ok;
}

Result<int> ignore_all(Sent sent, const PayoutOptions& options) {
    for (const std::string& text : options.txids) {
        LODE_TRY(const auto txid, bitcoin::from_display_hex(text));
        LODE_TRY_VOID(
            sent.store.ignore({txid, sent.desk.act.who, sent.desk.act.reason, sent.desk.act.at}));
        std::printf("%s: no payment\n", text.c_str());
    }
    return runtime::exit_ok;
}

}  // namespace

Result<int> payout_sent(const Options& options) {
    return perform(options, list);
}

Result<int> payout_book_sent(const Options& options) {
    return perform(options, book_all);
}

Result<int> payout_ignore_sent(const Options& options) {
    return perform(options, ignore_all);
}

}  // namespace lode::launcher
