// The command line of `lode`: which command, on which configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "lode/payout_options.hpp"

namespace lode::launcher {

enum class Command : std::uint8_t {
    print,  // --help and --version
    run,
    config_check,
    config_example,
    db_migrate,
    status,
    topics_create,
    sharelog_dump,
    sharelog_verify,
    sharelog_recompute,
    sharelog_accept_gap,
    user_add,
    user_list,
    api_token_create,
    api_token_list,
    api_token_revoke,
    ledger_verify,
    payout_pause,
    payout_resume,
    payout_freeze,
    payout_unfreeze,
    payout_scheme,
    payout_address,
    payout_minimum,
    payout_plan,
    payout_bump,
    payout_psbt_export,
    payout_psbt_import,
    payout_sent,
    payout_book_sent,
    payout_ignore_sent,
    payout_deposit,
    payout_books,
    payout_explain,
    payout_export,
    payout_close_month,
};

enum class Format : std::uint8_t { text, json };

struct Options {
    Command command = Command::print;
    std::string text;                        // of print
    std::vector<std::string> run_arguments;  // of run, which common/runtime reads
    std::filesystem::path config;
    std::optional<std::string> day;  // "2026-11-21", in UTC
    Format format = Format::text;
    bool watch = false;  // of status
    // Of sharelog accept-gap: the stream, and its first and last missing sequence.
    struct Gap {
        std::uint64_t stream = 0;
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        std::string reason;
    };
    Gap gap{};
    std::string user;  // of user add, and whose a token is
    // Of api token: of create all but the id, of revoke the id.
    struct Token {
        std::string scope;
        std::string name;
        std::optional<std::chrono::hours> expires;
        std::int64_t id = 0;
    };
    Token token{};
    PayoutOptions payout;
};

// `arguments` are without the program's own name. Malformed says in one line what is allowed.
[[nodiscard]] Result<Options> parse_options(std::vector<std::string> arguments);

}  // namespace lode::launcher
