// The table of payout's settings.
#include "payout/config.hpp"

#include "common/bitcoin/amount.hpp"

namespace lode::payout {
namespace {

constexpr std::int64_t amount_max = bitcoin::money_max.value();

config::Section<RecipientConfig> recipient_section() {
    return config::Section<RecipientConfig>("recipient",
                                            "Whose the pool's fees are. There may be several.")
        .setting("name", &RecipientConfig::name,
                 {.help = "What its purse in the ledger is called; it stays.", .min = 1, .max = 64})
        .setting("share_ppm", &RecipientConfig::share_ppm,
                 {.help = "Its part of all fees, in parts per million; all add up to 1000000.",
                  .min = 1,
                  .max = parts})
        .setting("address", &RecipientConfig::address,
                 {.help = "Where its balance is paid to; without one it stays in the wallet.",
                  .min = 1,
                  .max = 128,
                  .sample = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"});
}

void add_terms(config::Section<Config>& table) {
    table
        .setting("scheme", &Config::scheme,
                 {.help = "How a block is divided: pplns, by the work of the last pplns_window "
                          "blocks' worth; prop, by the work since our block before; dgm, by "
                          "scores that fade. A change of any of these terms holds from the next "
                          "midnight UTC."})
        .setting("pplns_window", &Config::pplns_window,
                 {.help = "PPLNS: the window, in multiples of the network's difficulty.",
                  .min = 1,
                  .max = 100})
        .setting("dgm_cross_ppm", &Config::dgm_cross_ppm,
                 {.help = "DGM: the operator's part of a block on average, in parts per million.",
                  .min = 1,
                  .max = parts - 1})
        .setting("dgm_keep_ppm", &Config::dgm_keep_ppm,
                 {.help = "DGM: the part of the scores that outlives a block, in parts per "
                          "million.",
                  .max = parts - 1})
        .setting("choices", &Config::choices,
                 {.help = "Schemes that users may choose instead (lode payout scheme): pps, "
                          "pps_plus, fpps. The reserve pays them and takes their part of each "
                          "block. Not beside prop.",
                  .sample = "fpps",
                  .choices = {"pps", "pps_plus", "fpps"}})
        .setting("base_fee_ppm", &Config::base_fee_ppm,
                 {.help = "The pool's fee, in parts per million: 10000 is 1 %.", .max = parts - 1})
        .setting("pps_fee_ppm", &Config::pps_fee_ppm,
                 {.help = "The fee of PPS, and of the subsidy's part in PPS+.", .max = parts - 1})
        .setting("fpps_fee_ppm", &Config::fpps_fee_ppm,
                 {.help = "The fee of FPPS.", .max = parts - 1})
        .setting(
            "finder_bonus_ppm", &Config::finder_bonus_ppm,
            {.help = "Of a block's value, for who found it, before all else.", .max = parts - 1})
        .setting("notice", &Config::notice,
                 {.help = "What miners are told about the terms.", .max = 1024})
        .list("recipient", &Config::recipients, recipient_section(), {.min = 1, .max = 16});
}

void add_settlement(config::Section<Config>& table) {
    table
        .setting("settle_interval", &Config::settle_interval,
                 {.help = "Time between two passes over blocks and shares; PPS is posted in each.",
                  .min = std::chrono::seconds(1),
                  .max = std::chrono::hours(24)})
        .setting("reserve_floor_base_units", &Config::reserve_floor_base_units,
                 {.help = "The reserve below which below_floor acts, in satoshi.",
                  .min = -amount_max,
                  .max = amount_max})
        .setting("below_floor", &Config::below_floor,
                 {.help = "When the reserve falls below its floor: warn, or also stop all payments "
                          "until a person has looked (lode payout resume). Users are credited "
                          "in either case."});
}

void add_wallet(config::Section<Config>& table) {
    table
        .setting("payments", &Config::payments,
                 {.help = "Whether balances are paid: off; by the node's wallet, which has the "
                          "keys; or as PSBTs that are exported and signed elsewhere."})
        .setting("wallet", &Config::wallet,
                 {.help = "The node's wallet; payout_address must be one of its own.",
                  .min = 1,
                  .max = 128})
        .setting("wallet_url", &Config::wallet_url,
                 {.help = "RPC of the node that has the wallet; by default the chain's first node, "
                          "by that one's credentials.",
                  .sample = "http://127.0.0.1:18443",
                  .schemes = {"http"}})
        .setting("wallet_user", &Config::wallet_user,
                 {.help = "RPC user at wallet_url, unless the cookie is used."})
        .setting("wallet_password", &Config::wallet_password,
                 {.help = "RPC password at wallet_url; better \"${NAME}\" or \"file:/path\" than "
                          "the word itself."})
        .setting("wallet_cookie_file", &Config::wallet_cookie_file,
                 {.help = "That node's .cookie, instead of user and password.",
                  .min = 1,
                  .sample = "/var/lib/bitcoind/regtest/.cookie"});
}

void add_payments(config::Section<Config>& table) {
    table
        .setting("payment_interval", &Config::payment_interval,
                 {.help = "Time between two payments.",
                  .min = std::chrono::seconds(1),
                  .max = std::chrono::hours(24 * 31)})
        .setting("minimum_base_units", &Config::minimum_base_units,
                 {.help = "Balances below it wait, in satoshi; each user may set another, not "
                          "below the least that nodes relay.",
                  .min = 1'000,
                  .max = amount_max})
        .setting("batch_recipients_max", &Config::batch_recipients_max,
                 {.help = "Recipients of one payment.", .min = 1, .max = 2'000})
        .setting("batch_base_units_max", &Config::batch_base_units_max,
                 {.help = "Largest payment, in satoshi.", .min = 1, .max = amount_max})
        .setting("day_base_units_max", &Config::day_base_units_max,
                 {.help = "All payments of 24 hours, in satoshi.", .min = 1, .max = amount_max})
        .setting("hot_base_units_max", &Config::hot_base_units_max,
                 {.help = "With more than this in the wallet, in satoshi, an alert asks to take "
                          "some away; 0: never.",
                  .min = 0,
                  .max = amount_max})
        .setting("address_hold", &Config::address_hold,
                 {.help = "After a change of a user's address nothing is paid for so long.",
                  .min = std::chrono::seconds(0),
                  .max = std::chrono::hours(24 * 90)})
        .setting("network_fee", &Config::network_fee,
                 {.help = "Who bears the network's fee of payments."})
        .setting("fee_base_units_per_kvb_max", &Config::fee_base_units_per_kvb_max,
                 {.help = "Most that is paid to the network, in satoshi per 1000 virtual bytes.",
                  .min = 1'000,
                  .max = 10'000'000})
        .setting(
            "fee_base_units_per_kvb_fallback", &Config::fee_base_units_per_kvb_fallback,
            {.help = "The same where the node has no estimate.", .min = 1'000, .max = 10'000'000})
        .setting(
            "settle_depth", &Config::settle_depth,
            {.help = "Confirmations after which a payment is settled.", .min = 1, .max = 1'000});
}

std::string shares_problem(const Config& config) {
    std::uint64_t sum = 0;
    for (const RecipientConfig& recipient : config.recipients) sum += recipient.share_ppm;
    for (std::size_t i = 0; i < config.recipients.size(); ++i) {
        for (std::size_t j = i + 1; j < config.recipients.size(); ++j) {
            if (config.recipients[i].name == config.recipients[j].name) {
                return "two recipients have the name " + config.recipients[i].name;
            }
        }
    }
    if (sum == parts) return "";
    return "share_ppm of all recipients must add up to 1000000, not " + std::to_string(sum);
}

std::string terms_problem(const Config& config) {
    if (config.scheme == BaseScheme::prop && !config.choices.empty()) {
        return "choices are not possible beside scheme = \"prop\"";
    }
    return "";
}

std::string wallet_problem(const Config& config) {
    const bool user = !config.wallet_user.empty();
    const bool password = user && !config.wallet_password.empty();
    const bool any = user || !config.wallet_password.empty() || config.wallet_cookie_file;
    if (!config.wallet_url) return any ? "credentials of a wallet's node need wallet_url" : "";
    if (password == config.wallet_cookie_file.has_value() ||
        user == config.wallet_password.empty()) {
        return "wallet_url needs either wallet_user and wallet_password or wallet_cookie_file";
    }
    return "";
}

std::string payments_problem(const Config& config) {
    if (config.fee_base_units_per_kvb_fallback > config.fee_base_units_per_kvb_max) {
        return "fee_base_units_per_kvb_fallback may not be above fee_base_units_per_kvb_max";
    }
    if (config.batch_base_units_max > config.day_base_units_max) {
        return "batch_base_units_max may not be above day_base_units_max";
    }
    if (config.minimum_base_units > config.batch_base_units_max) {
        return "minimum_base_units may not be above batch_base_units_max";
    }
    return "";
}

config::Section<Config> make_section() {
    config::Section<Config> table(
        "payout", "Divides what the pool finds among those who worked for it, and pays.");
    table.setting("health_port", &Config::health_port, config::about_health_port());
    add_terms(table);
    add_settlement(table);
    add_wallet(table);
    add_payments(table);
    table.check(shares_problem).check(terms_problem).check(wallet_problem).check(payments_problem);
    return table;
}

}  // namespace

const config::Section<Config>& section() {
    static const auto table = make_section();
    return table;
}

}  // namespace lode::payout
