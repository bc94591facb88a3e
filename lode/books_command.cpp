// The books printed, and what an operator adds to them.
#include "lode/books_command.hpp"

#include <cstdio>

#include "common/base/day.hpp"
#include "common/runtime/run.hpp"
#include "lode/operator.hpp"
#include "lode/payout_desk.hpp"
#include "lode/payout_text.hpp"
#include "payout/book_repository.hpp"
#include "payout/scheme/pps.hpp"
#include "payout/wallet.hpp"

namespace lode::launcher {
namespace {

using payout::BookRepository;
using payout::BookSums;
using payout::BookTable;
using payout::Satoshi;

void print_row(const char* name, const BookSums::Of& of) {
    std::printf("%-8s %18s %18s %18s %18s\n", name, coins(of.immature.value()).c_str(),
                coins(of.balance.value()).c_str(), coins(of.locked.value()).c_str(),
                coins(of.paid.value()).c_str());
}

void print_amount(const char* name, Satoshi amount) {
    std::printf("%-27s %18s\n", name, coins(amount.value()).c_str());
}

void print_ruin(const PayoutDesk& desk, Satoshi reserve, Satoshi reward) {
    const char* const name = "reserve's ruin probability";
    if (reward == Satoshi(0)) {
        std::printf("%-27s %18s\n", name, "no block yet");
        return;
    }
    std::printf(
        "%-27s %18.6f\n", name,
        payout::ruin_probability(reserve, {reward, payout::Ppm(desk.settings.pps_fee_ppm)}));
}

// Nothing where payments are off.
Result<std::optional<node::WalletBalances>> wallet_balances(const PayoutDesk& desk) {
    if (desk.settings.payments == payout::Payments::off) {
        return std::optional<node::WalletBalances>();
    }
    LODE_TRY(const auto wallet,
             payout::open_wallet(desk.settings, desk.configuration.pool.chain()));
    LODE_TRY(const auto balances, wallet->balances());
    return std::optional(balances);
}

BookTable table_of(const std::string& name) {
    if (name == "balances") return BookTable::balances;
    if (name == "days") return BookTable::days;
    return name == "payments" ? BookTable::payments : BookTable::entries;
}

Result<payout::BookFilter> filter_of(const PayoutOptions& options, UnixTime now) {
    payout::BookFilter filter{.from = {}, .to = now + std::chrono::hours(1)};
    if (!options.from.empty()) {
        LODE_TRY(filter.from, day_start(options.from));
    }
    if (!options.to.empty()) {
        LODE_TRY(const auto last, day_start(options.to));
        filter.to = last + std::chrono::hours(24);
    }
    if (filter.from >= filter.to) {
        return failure(ErrorCode::malformed, "--from may not be above --to (lode --help)");
    }
    if (!options.user.empty()) filter.user = options.user;
    return filter;
}

Result<void> post_deposit(PayoutDesk& desk, const payout::Fence& fence, std::int64_t amount) {
    payout::LedgerRepository ledger(desk.connection, desk.chain());
    const payout::Transaction deposit{
        .key = "deposit " + std::to_string(to_unix_ms(desk.act.at)) + ' ' +
               desk.act.who.substr(0, 128),
        .reason = payout::Reason::deposit,
        .at = desk.act.at,
        .note = desk.act.reason,
        .entries = {
            {{{payout::Owner::Kind::reserve, ""}, payout::Pot::balance}, Satoshi(amount)},
            {{{payout::Owner::Kind::world, ""}, payout::Pot::deposited}, Satoshi(-amount)}}};
    return desk.connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(ledger.hold(fence, desk.act.at));
        LODE_TRY(const auto posted, ledger.post(deposit));
        if (posted == payout::LedgerRepository::Posted::already) return success();
        LODE_TRY_VOID(desk.connection.execute(
            "INSERT INTO audit_log (at_unix_ms, who, action, detail) VALUES (?, ?, ?, ?)",
            {to_unix_ms(desk.act.at), desk.act.who, std::string("reserve deposit"),
             std::to_string(amount) + ": " + desk.act.reason}));
        return success();
    });
}

}  // namespace

Result<int> payout_books(const Options& options) {
    LODE_TRY(auto desk, PayoutDesk::open(options));
    BookRepository repository(desk.connection, desk.chain());
    const auto sums = repository.sums();
    if (!sums) return at_run_time(sums.error());
    const auto reward = repository.newest_reward();
    if (!reward) return at_run_time(reward.error());
    const auto wallet = wallet_balances(desk);
    if (!wallet) return at_run_time(wallet.error());
    const BookSums& books = sums.value();
    std::printf("%-8s %18s %18s %18s %18s\n", "", "immature", "balance", "locked", "paid");
    print_row("users", books.users);
    print_row("fees", books.fees);
    print_row("reserve", books.reserve);
    print_amount("owed (not paid yet)", books.liability());
    print_amount("reserve deposited", books.deposited);
    print_amount("network fees paid", books.network_fees);
    print_ruin(desk, books.reserve.balance, reward.value());
    if (!wallet.value()) {
        std::printf("payments are off: no wallet is asked\n");
        return runtime::exit_ok;
    }
    const node::WalletBalances& held = *wallet.value();
    print_amount("wallet, confirmed", held.trusted);
    print_amount("wallet, immature", held.immature);
    // The reserve's coins are in the same wallet; where it owes, users' claims are not covered.
    const std::int64_t due =
        books.liability().value() + books.reserve.balance.value() + books.reserve.immature.value();
    const Satoshi left(held.trusted.value() + held.immature.value() - due);
    print_amount("wallet less all claims", left);
    return left.value() < 0 ? runtime::exit_run_time : runtime::exit_ok;
}

Result<int> payout_export(const Options& options) {
    const PayoutOptions& asked = options.payout;
    LODE_TRY(const auto filter, filter_of(asked, system_clock().unix_now()));
    LODE_TRY(auto desk, PayoutDesk::open(options));
    const BookTable table = table_of(asked.table);
    const auto columns = payout::columns_of(table);
    const bool json = asked.format == "json";
    if (!json) std::printf("%s\n", csv_line(columns).c_str());
    const auto read = BookRepository(desk.connection, desk.chain())
                          .read(table, filter, [&](const payout::BookRow& row) {
                              const std::string line =
                                  json ? json_line(columns, row) : csv_line(row);
                              std::printf("%s\n", line.c_str());
                          });
    if (!read) return at_run_time(read.error());
    return runtime::exit_ok;
}

Result<int> payout_close_month(const Options& options) {
    const std::string& month = options.payout.month;
    LODE_TRY(const auto begin, day_start(month + "-01"));
    LODE_TRY(auto desk, PayoutDesk::open(options));
    const std::chrono::year_month_day first{std::chrono::floor<std::chrono::days>(begin)};
    const auto end = UnixTime(std::chrono::sys_days(first + std::chrono::months(1)));
    const auto closed = BookRepository(desk.connection, desk.chain())
                            .close_month({month, end, desk.act.who, desk.act.at});
    if (!closed) return at_run_time(closed.error());
    std::printf("%s closed: %s\n", month.c_str(), closed.value().c_str());
    return runtime::exit_ok;
}

Result<int> payout_deposit(const Options& options) {
    const std::int64_t amount = options.payout.amount;
    if (amount == 0) return failure(ErrorCode::malformed, "--amount may not be 0 (lode --help)");
    LODE_TRY(auto desk, PayoutDesk::open(options));
    const auto posted = with_fence(
        desk, [&](const payout::Fence& fence) { return post_deposit(desk, fence, amount); });
    if (!posted) return at_run_time(posted.error());
    const auto reserve = payout::LedgerRepository(desk.connection, desk.chain())
                             .balance({{payout::Owner::Kind::reserve, ""}, payout::Pot::balance});
    if (!reserve) return at_run_time(reserve.error());
    std::printf("booked: the reserve has %s\n", coins(reserve.value().value()).c_str());
    return runtime::exit_ok;
}

}  // namespace lode::launcher
