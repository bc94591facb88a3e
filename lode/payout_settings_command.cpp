// One change each, and a line that says what holds now.
#include "lode/payout_settings_command.hpp"

#include <algorithm>
#include <cstdio>

#include "common/runtime/run.hpp"
#include "lode/operator.hpp"
#include "lode/payout_desk.hpp"
#include "lode/payout_text.hpp"

namespace lode::launcher {
namespace {

using db::OperatorRepository;

// `change` gives the line to print.
Result<int> perform(const Options& options,
                    Result<std::string> (*change)(PayoutDesk&, const PayoutOptions&)) {
    LODE_TRY(auto desk, PayoutDesk::open(options));
    const auto line = change(desk, options.payout);
    if (!line) return at_run_time(line.error());
    std::printf("%s\n", line.value().c_str());
    return runtime::exit_ok;
}

OperatorRepository repository(PayoutDesk& desk) {
    return {desk.connection, desk.chain()};
}

Result<std::string> pause(PayoutDesk& desk, const PayoutOptions&) {
    LODE_TRY_VOID(repository(desk).pause(desk.act));
    return std::string("paused: no payment is begun or sent until payout resume");
}

Result<std::string> resume(PayoutDesk& desk, const PayoutOptions&) {
    LODE_TRY_VOID(repository(desk).resume(desk.act));
    return std::string("resumed: payments go on with the next pass");
}

Result<std::string> freeze(PayoutDesk& desk, const PayoutOptions& options) {
    LODE_TRY_VOID(repository(desk).freeze(options.user, desk.act));
    return "frozen: " + options.user + " is credited, but not paid until payout unfreeze";
}

Result<std::string> unfreeze(PayoutDesk& desk, const PayoutOptions& options) {
    LODE_TRY_VOID(repository(desk).unfreeze(options.user, desk.act));
    return "unfrozen: " + options.user + " is paid again";
}

Result<std::string> choose(PayoutDesk& desk, const PayoutOptions& options) {
    LODE_TRY(const auto scheme, payout::scheme_from(options.scheme));
    const auto& choices = desk.settings.choices;
    if (scheme != payout::Scheme::base &&
        std::ranges::find(choices, options.scheme) == choices.end()) {
        return failure(ErrorCode::rejected,
                       options.scheme + " is not among the choices of [payout]");
    }
    LODE_TRY(const auto since, repository(desk).choose(options.user, options.scheme, desk.act));
    return options.user + ": " + options.scheme + " from " + utc_minute(since);
}

Result<std::string> change_address(PayoutDesk& desk, const PayoutOptions& options) {
    const auto address = bitcoin::parse_address(options.address, desk.network);
    if (!address) return failure(ErrorCode::rejected, address.error().context);
    const auto own = bitcoin::parse_address(options.user, desk.network);
    LODE_TRY(const auto held, repository(desk).set_address({.user = options.user,
                                                            .address = address.value().text,
                                                            .before = own ? own.value().text : "",
                                                            .hold = desk.settings.address_hold},
                                                           desk.act));
    return options.user + ": paid to " + address.value().text +
           (held > desk.act.at ? " from " + utc_minute(held) : std::string());
}

Result<std::string> change_minimum(PayoutDesk& desk, const PayoutOptions& options) {
    const std::int64_t least = desk.settings.minimum_base_units;
    if (options.amount != 0 && options.amount < least) {
        return failure(ErrorCode::rejected, "the pool's own minimum is " + coins(least));
    }
    LODE_TRY_VOID(
        repository(desk).set_minimum(options.user, bitcoin::Satoshi(options.amount), desk.act));
    return options.user + ": paid from " + coins(options.amount == 0 ? least : options.amount);
}

}  // namespace

Result<int> payout_pause(const Options& options) {
    return perform(options, pause);
}

Result<int> payout_resume(const Options& options) {
    return perform(options, resume);
}

Result<int> payout_freeze(const Options& options) {
    return perform(options, freeze);
}

Result<int> payout_unfreeze(const Options& options) {
    return perform(options, unfreeze);
}

Result<int> payout_scheme(const Options& options) {
    return perform(options, choose);
}

Result<int> payout_address(const Options& options) {
    return perform(options, change_address);
}

Result<int> payout_minimum(const Options& options) {
    return perform(options, change_minimum);
}

}  // namespace lode::launcher
