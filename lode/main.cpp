// The program lode: commands to what they do, and their outcome to an exit code.
#include <cstdio>

#include "common/runtime/run.hpp"
#include "lode/api_command.hpp"
#include "lode/books_command.hpp"
#include "lode/configuration.hpp"
#include "lode/explain_command.hpp"
#include "lode/ledger_command.hpp"
#include "lode/options.hpp"
#include "lode/payment_command.hpp"
#include "lode/payout_settings_command.hpp"
#include "lode/sent_command.hpp"
#include "lode/services.hpp"
#include "lode/sharelog_command.hpp"
#include "lode/status_command.hpp"
#include "lode/topics_command.hpp"
#include "lode/user_command.hpp"

namespace {

using namespace lode;
using namespace lode::launcher;

int print(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    return runtime::exit_ok;
}

int run(const Options& options) {
    return runtime::run(services(), {.name = "lode run",
                                     .summary = "Runs every service of the pool in this process.",
                                     .arguments = options.run_arguments,
                                     .prepare = [](const config::Document&,
                                                   const config::PoolConfig& pool) -> Result<void> {
                                         LODE_TRY_VOID(migrate(pool));
                                         return success();
                                     }});
}

int config_check(const Options& options) {
    const auto lines = mistakes(options.config);
    for (const std::string& line : lines) std::fprintf(stderr, "%s\n", line.c_str());
    if (!lines.empty()) return runtime::exit_configuration;
    return print(options.config.string() + ": right\n");
}

Result<int> db_migrate(const Options& options) {
    LODE_TRY(const auto configuration, load(options.config));
    LODE_TRY(const auto version, migrate(configuration.pool));
    return print("schema version " + std::to_string(version) + "\n");
}

// The commands about money.
Result<int> perform_payout(const Options& options) {
    switch (options.command) {
        case Command::payout_pause:
            return payout_pause(options);
        case Command::payout_resume:
            return payout_resume(options);
        case Command::payout_freeze:
            return payout_freeze(options);
        case Command::payout_unfreeze:
            return payout_unfreeze(options);
        case Command::payout_scheme:
            return payout_scheme(options);
        case Command::payout_address:
            return payout_address(options);
        case Command::payout_minimum:
            return payout_minimum(options);
        case Command::payout_plan:
            return payout_plan(options);
        case Command::payout_bump:
            return payout_bump(options);
        case Command::payout_psbt_export:
            return payout_psbt_export(options);
        case Command::payout_psbt_import:
            return payout_psbt_import(options);
        case Command::payout_sent:
            return payout_sent(options);
        case Command::payout_book_sent:
            return payout_book_sent(options);
        case Command::payout_ignore_sent:
            return payout_ignore_sent(options);
        case Command::payout_deposit:
            return payout_deposit(options);
        case Command::payout_books:
            return payout_books(options);
        case Command::payout_explain:
            return payout_explain(options);
        case Command::payout_export:
            return payout_export(options);
        case Command::payout_close_month:
            return payout_close_month(options);
        default:
            return failure(ErrorCode::internal, "a command without its case");
    }
}

Result<int> perform(const Options& options) {
    switch (options.command) {
        case Command::print:
            return print(options.text);
        case Command::run:
            return run(options);
        case Command::config_check:
            return config_check(options);
        case Command::config_example:
            return print(example());
        case Command::db_migrate:
            return db_migrate(options);
        case Command::status:
            return status(options);
        case Command::topics_create:
            return topics_create(options);
        case Command::sharelog_dump:
            return sharelog_dump(options);
        case Command::sharelog_verify:
            return sharelog_verify(options);
        case Command::sharelog_recompute:
            return sharelog_recompute(options);
        case Command::sharelog_accept_gap:
            return sharelog_accept_gap(options);
        case Command::user_add:
            return user_add(options);
        case Command::user_list:
            return user_list(options);
        case Command::api_token_create:
            return api_token_create(options);
        case Command::api_token_list:
            return api_token_list(options);
        case Command::api_token_revoke:
            return api_token_revoke(options);
        case Command::ledger_verify:
            return ledger_verify(options);
        default:
            return perform_payout(options);
    }
}

int fail(const Error& error) {
    std::fprintf(stderr, "lode: %s\n", error.context.c_str());
    return runtime::exit_code(error.code);
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse_options(runtime::arguments_of(argc, argv));
    if (!options) return fail(options.error());
    const auto outcome = perform(options.value());
    return outcome ? outcome.value() : fail(outcome.error());
}
