// A credit's derivation in words and numbers, line by line.
#include "lode/explain_command.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "common/runtime/run.hpp"
#include "lode/operator.hpp"
#include "lode/payout_desk.hpp"
#include "lode/payout_text.hpp"

namespace lode::launcher {
namespace {

using payout::DerivedPart;
using payout::Explanation;
using payout::Uint128;

// Of a user's rows only the newest are shown; their sum is of all.
constexpr std::size_t rows_shown = 20;

std::string decimal(Uint128 number) {
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
        number /= 10;
    } while (number > 0);
    return digits;
}

// Blocks with six decimals, rounded down.
std::string blocks_text(payout::Units units) {
    constexpr Uint128 million = 1'000'000;
    const Uint128 part = (units.raw() & ((Uint128{1} << 64) - 1)) * million >> 64;
    const std::string digits = decimal(part);
    return decimal(units.raw() >> 64) + '.' + std::string(6 - digits.size(), '0') + digits;
}

std::string percent(payout::Ppm ppm) {
    const std::string part = std::to_string(ppm.value() % 10'000);
    return std::to_string(ppm.value() / 10'000) + '.' + std::string(4 - part.size(), '0') + part +
           " %";
}

std::string text(bitcoin::Satoshi amount) {
    return coins(amount.value());
}

// To the millisecond: cuts lie between two of them.
std::string moment(UnixTime time) {
    const auto rest = (time - std::chrono::floor<std::chrono::minutes>(time)).count();
    std::string seconds = std::to_string(rest);
    seconds.insert(0, 5 - seconds.size(), '0');
    seconds.insert(2, ".");
    const std::string minute = utc_minute(time);
    return minute.substr(0, 16) + ':' + seconds + " UTC";
}

std::string heading(const Explanation& told) {
    std::string lines = "block " + std::to_string(told.block.height) + ' ' +
                        bitcoin::to_display_hex(told.block.hash) + ", found " +
                        moment(told.block.found) + ", credit " +
                        std::string(to_string(told.block.credit)) + '\n';
    lines += "terms " + std::to_string(told.terms.version) + ": " +
             std::string(to_string(told.terms.base)) + ", fee " + percent(told.terms.base_fee) +
             ", finder's bonus " + percent(told.terms.finder_bonus) + '\n';
    return lines + "value " + text(told.value.subsidy) + " subsidy + " + text(told.value.fees) +
           " fees\n";
}

std::string work_lines(const Explanation& told) {
    std::string lines;
    if (told.since) lines += "work counts behind " + moment(*told.since) + '\n';
    if (told.window) {
        const payout::Window& window = *told.window;
        lines += "window of " + std::to_string(told.terms.pplns_window) +
                 " blocks' work: " + blocks_text(window.held) + " are in it, from " +
                 moment(window.start) + " on\n";
        if (window.numerator != window.denominator) {
            lines += "  of its first bucket " + decimal(window.numerator) + " / " +
                     decimal(window.denominator) + " count\n";
        }
    }
    bitcoin::Work sum;
    for (const payout::Bucket& row : told.rows) sum = sum + row.work;
    lines += "buckets of the user: " + std::to_string(told.rows_all) + ", work " +
             sum.to_decimal() + '\n';
    const std::size_t first = told.rows.size() - std::min(told.rows.size(), rows_shown);
    if (first > 0) lines += "  the newest " + std::to_string(rows_shown) + ":\n";
    for (std::size_t i = first; i < told.rows.size(); ++i) {
        lines +=
            "  " + moment(told.rows[i].start) + "  work " + told.rows[i].work.to_decimal() + '\n';
    }
    return lines;
}

bool is_bought_out(const DerivedPart& part) {
    const bool fees_are_his =
        part.scheme == payout::Scheme::pps_plus && part.of == DerivedPart::Of::fees;
    return part.scheme != payout::Scheme::base && !fees_are_his;
}

std::string part_lines(const DerivedPart& part) {
    const std::string amount = part.of == DerivedPart::Of::subsidy ? "subsidy" : "fees";
    std::string lines = amount + ", as " + std::string(to_string(part.scheme)) + ": weight " +
                        decimal(part.weight) + " of " + decimal(part.whole) + '\n';
    if (is_bought_out(part)) {
        return lines + "  the reserve has this part; it pays per share\n";
    }
    lines += "  " + text(part.amount) + " - " + text(part.bonus) + " bonus, of it " +
             decimal(part.own) + " / " + decimal(part.whole) + " = " + text(part.gross) +
             " (rounded down)\n";
    lines += "  less the fee of " + text(part.fee) +
             " (rounded down): " + coins(part.gross.value() - part.fee.value()) +
             " for weights of " + decimal(part.own) + '\n';
    return lines + "  up to his own and before it, each rounded down: " + text(part.floor_after) +
           " - " + text(part.floor_before) + " = " + text(part.due()) + '\n';
}

std::string ledger_lines(const Explanation& told) {
    std::string lines = "ledger:\n";
    for (const auto& line : told.ledger) {
        lines += "  " + utc_minute(line.at) + "  " + line.reason + "  " +
                 std::string(to_string(line.pot)) + "  " + text(line.amount) + '\n';
    }
    lines += "  in all " + text(told.posted) + " (" + std::to_string(told.posted.value()) +
             " base units)";
    if (!told.derivation) return lines + '\n';
    return lines + (told.agrees() ? ": the same\n" : ": NOT the same\n");
}

// The block of that hash, or the one at that height.
Result<bitcoin::Hash256> find_block(PayoutDesk& desk, const std::string& asked) {
    if (asked.size() == 64) return bitcoin::from_display_hex(asked);
    std::int64_t height = 0;
    const char* const end = asked.data() + asked.size();
    const auto parsed = std::from_chars(asked.data(), end, height);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
        return failure(ErrorCode::rejected, asked + " is neither a height nor a hash");
    }
    LODE_TRY(const auto rows,
             desk.connection.query("SELECT block_hash FROM block WHERE chain = ? AND height = ? "
                                   "AND state NOT IN ('orphaned', 'rejected') LIMIT 2",
                                   {desk.chain(), height}));
    if (rows.empty()) {
        return failure(ErrorCode::rejected, "no block of ours is at height " + asked);
    }
    if (rows.size() > 1) {
        return failure(ErrorCode::rejected,
                       "several blocks of ours are at height " + asked + ": ask by hash");
    }
    bitcoin::Hash256 hash;
    std::ranges::copy(rows.front().bytes(0), hash.bytes.begin());
    return hash;
}

Result<Explanation> ask(PayoutDesk& desk, const PayoutOptions& options) {
    LODE_TRY(const auto block, find_block(desk, options.block));
    return payout::explain(desk.connection,
                           {.chain = desk.chain(),
                            .halving_interval = desk.network == bitcoin::Network::regtest
                                                    ? bitcoin::regtest_halving_interval
                                                    : bitcoin::halving_interval,
                            .block = block,
                            .user = options.user});
}

}  // namespace

std::string explanation_text(const Explanation& told) {
    std::string lines = heading(told) + work_lines(told);
    if (!told.derivation) {
        return lines + "scores before this block are not kept: its division cannot be shown\n" +
               ledger_lines(told);
    }
    for (const DerivedPart& part : told.derivation->parts) lines += part_lines(part);
    if (told.derivation->parts.empty()) lines += "no work of the user counts for it\n";
    if (told.derivation->bonus.value() > 0) {
        lines += "found it: bonus " + text(told.derivation->bonus) + '\n';
    }
    return lines + "due " + text(told.derivation->due) + '\n' + ledger_lines(told);
}

Result<int> payout_explain(const Options& options) {
    LODE_TRY(auto desk, PayoutDesk::open(options));
    const auto told = ask(desk, options.payout);
    if (!told) return at_run_time(told.error());
    std::fputs(explanation_text(told.value()).c_str(), stdout);
    const bool differs = told.value().derivation && !told.value().agrees();
    return differs ? runtime::exit_run_time : runtime::exit_ok;
}

}  // namespace lode::launcher
