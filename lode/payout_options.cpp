// The commands about money and what each is told.
#include "lode/payout_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "common/bitcoin/amount.hpp"
#include "lode/options.hpp"

namespace lode::launcher {
namespace {

// As table payout_setting keeps it.
constexpr std::size_t reason_max = 255;

// `d` stands for a digit.
bool has_shape(const std::string& text, std::string_view shape) {
    return std::ranges::equal(text, shape, [](char c, char wanted) {
        return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
    });
}

std::string day_problem(const std::string& day) {
    return has_shape(day, "dddd-dd-dd") ? "" : "a day is written 2026-11-21, not " + day;
}

std::string month_problem(const std::string& month) {
    const bool right =
        has_shape(month, "dddd-dd") && month.substr(5) >= "01" && month.substr(5) <= "12";
    return right ? "" : "a month is written 2026-11, not " + month;
}

std::string reason_problem(const std::string& reason) {
    return reason.empty() || reason.size() > reason_max
               ? "a reason has 1 to " + std::to_string(reason_max) + " bytes"
               : "";
}

std::string txid_problem(const std::string& txid) {
    const bool right = txid.size() == 64 && std::ranges::all_of(txid, [](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                       });
    return right ? "" : "a txid has 64 hexadecimal digits, unlike " + txid;
}

// Adds commands to a group; lives as long as the adding.
class Group {
  public:
    Group(PayoutParser& parser, CLI::App& app) : parser_(parser), app_(app) {}

    struct Named {
        const char* name;
        const char* help;
    };
    CLI::App& add(const Named& named, Command command) {
        CLI::App& made = *app_.add_subcommand(named.name, named.help);
        made.parse_complete_callback([chosen = parser_.chosen, command] { chosen(command); });
        made.add_option("--config", parser_.config, "The configuration, such as lode.toml")
            ->type_name("FILE")
            ->required();
        return made;
    }
    [[nodiscard]] PayoutOptions& options() { return parser_.options; }

  private:
    PayoutParser& parser_;
    CLI::App& app_;
};

CLI::Option& text(CLI::App& command, const Group::Named& named, std::string& value) {
    return *command.add_option(named.name, value, named.help)->type_name("TEXT");
}
void with_user(CLI::App& command, PayoutOptions& options) {
    text(command, {"--user", "The user, by the name miners log in with"}, options.user)
        .type_name("NAME")
        ->required();
}
void with_reason(CLI::App& command, PayoutOptions& options) {
    text(command, {"--reason", "Why, for the audit log"}, options.reason)
        .required()
        ->check(reason_problem);
}
CLI::Option& amount(CLI::App& command, const char* help, std::int64_t& value) {
    return *command.add_option("--amount", value, help)->type_name("BASE_UNITS")->required();
}
void with_payment(CLI::App& command, PayoutOptions& options) {
    command.add_option("--payment", options.payment, "Its number (lode payout export)")
        ->type_name("NUMBER")
        ->required()
        ->check(CLI::PositiveNumber);
}
void with_fee_rate(CLI::App& command, PayoutOptions& options) {
    command
        .add_option("--fee-rate", options.fee_rate,
                    "What to pay the network, in base units for 1000 virtual bytes")
        ->type_name("NUMBER")
        ->check(CLI::PositiveNumber);
}

void add_settings(Group& group) {
    PayoutOptions& options = group.options();
    with_reason(group.add({"pause", "Begin and send no payments until they are resumed"},
                          Command::payout_pause),
                options);
    with_reason(group.add({"resume", "Go on with payments"}, Command::payout_resume), options);
    CLI::App& freeze = group.add({"freeze", "Credit a user, but pay nothing until he is unfrozen"},
                                 Command::payout_freeze);
    with_user(freeze, options);
    with_reason(freeze, options);
    CLI::App& unfreeze = group.add({"unfreeze", "Pay a user again"}, Command::payout_unfreeze);
    with_user(unfreeze, options);
    with_reason(unfreeze, options);
    CLI::App& scheme = group.add({"scheme", "Pay a user by another scheme from midnight UTC on"},
                                 Command::payout_scheme);
    with_user(scheme, options);
    text(scheme, {"--scheme", "base, or one of [payout] choices"}, options.scheme)
        .required()
        ->check(CLI::IsMember({"base", "pps", "pps_plus", "fpps"}));
    CLI::App& address =
        group.add({"address", "Pay a user to this address"}, Command::payout_address);
    with_user(address, options);
    text(address, {"--address", "An address of the chain's network"}, options.address)
        .type_name("ADDRESS")
        ->required();
    with_reason(address, options);
    CLI::App& minimum =
        group.add({"minimum", "Pay a user from this balance on"}, Command::payout_minimum);
    with_user(minimum, options);
    amount(minimum, "The balance; 0: the pool's own minimum", options.amount)
        .check(CLI::Range(std::int64_t{0}, bitcoin::money_max.value()));
}

void add_payments(Group& group, Group& psbt) {
    PayoutOptions& options = group.options();
    group.add({"plan", "Show what the next payment would be; nothing is changed"},
              Command::payout_plan);
    CLI::App& bump = group.add({"bump",
                                "Replace a payment that is not confirmed by one that "
                                "pays the network more"},
                               Command::payout_bump);
    with_payment(bump, options);
    with_fee_rate(bump, options);
    CLI::App& out = psbt.add({"export", "Print a payment to be signed (base64, BIP 174)"},
                             Command::payout_psbt_export);
    with_payment(out, options);
    with_fee_rate(out, options);
    CLI::App& in = psbt.add({"import", "Take in a signed payment; payout sends it"},
                            Command::payout_psbt_import);
    with_payment(in, options);
    in.add_option("--file", options.file, "Holds the signed PSBT in base64")
        ->type_name("FILE")
        ->required();
}

void add_sent(Group& group) {
    PayoutOptions& options = group.options();
    group.add({"sent", "List what the wallet sent and the books do not know"},
              Command::payout_sent);
    const auto with_txids = [&](CLI::App& command, const char* help) {
        return command.add_option("txid", options.txids, help)
            ->type_name("TXID")
            ->required()
            ->check(txid_problem);
    };
    CLI::App& book =
        group.add({"book-sent", "Book it as the payment that the books have forgotten"},
                  Command::payout_book_sent);
    with_txids(book, "Transactions of the wallet");
    book.add_flag("--reserve", options.reserve_bears,
                  "What no balance covers is the reserve's, not a reason to refuse");
    CLI::App& ignore = group.add({"ignore-sent", "It is no payment: never ask about it again"},
                                 Command::payout_ignore_sent);
    with_txids(ignore, "Transactions of the wallet");
    with_reason(ignore, options);
}

void add_books(Group& group) {
    PayoutOptions& options = group.options();
    CLI::App& deposit =
        group.add({"deposit", "Book what was put into the reserve, or taken out of it"},
                  Command::payout_deposit);
    amount(deposit, "What was added; below 0: taken away", options.amount)
        .check(CLI::Range(-bitcoin::money_max.value(), bitcoin::money_max.value()));
    with_reason(deposit, options);
    group.add({"books", "What is owed beside what the wallet holds"}, Command::payout_books);
    CLI::App& explain = group.add({"explain", "Show how a user's credit of a block came about"},
                                  Command::payout_explain);
    text(explain, {"--block", "Height, or hash"}, options.block).type_name("BLOCK")->required();
    with_user(explain, options);
    CLI::App& table = group.add({"export", "Print a table of the books"}, Command::payout_export);
    text(table, {"--what", "entries, balances, payments or days"}, options.table)
        .required()
        ->check(CLI::IsMember({"entries", "balances", "payments", "days"}));
    text(table, {"--format", "csv, or json: an object a line"}, options.format)
        .default_str("csv")
        ->check(CLI::IsMember({"csv", "json"}));
    text(table, {"--from", "First day (UTC)"}, options.from)
        .type_name("YYYY-MM-DD")
        ->check(day_problem);
    text(table, {"--to", "Last day (UTC)"}, options.to).type_name("YYYY-MM-DD")->check(day_problem);
    text(table, {"--user", "Only this user's"}, options.user).type_name("NAME");
    CLI::App& close = group.add({"close-month", "Write down the sums of a month that is over"},
                                Command::payout_close_month);
    text(close, {"--month", "The month (UTC)"}, options.month)
        .type_name("YYYY-MM")
        ->required()
        ->check(month_problem);
}

}  // namespace

void PayoutParser::add_to(CLI::App& app) {
    Group ledger(*this, *app.add_subcommand("ledger", "The ledger of all money"));
    ledger.add({"verify", "Prove every sum of the ledger and print them"}, Command::ledger_verify);
    CLI::App& payout_app = *app.add_subcommand("payout", "What miners are credited and paid");
    Group payout(*this, payout_app);
    Group psbt(*this, *payout_app.add_subcommand("psbt", "Payments that are signed elsewhere"));
    add_settings(payout);
    add_payments(payout, psbt);
    add_sent(payout);
    add_books(payout);
}

}  // namespace lode::launcher
