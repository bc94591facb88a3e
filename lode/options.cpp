// The only CLI11 of the launcher.
#include "lode/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "common/runtime/version.hpp"

namespace lode::launcher {
namespace {

// A row of audit_log holds it with the gap's own text.
constexpr std::size_t reason_max = 512;

std::string day_problem(const std::string& day) {
    const std::string_view shape = "dddd-dd-dd";
    const bool right = std::ranges::equal(day, shape, [](char c, char wanted) {
        return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
    });
    return right ? "" : "a day is written 2026-11-21, not " + day;
}

constexpr std::size_t token_name_max = 64;

// "30d" or "12h".
std::chrono::hours days_or_hours(const std::string& text) {
    constexpr std::int64_t longest = 100'000;  // of either; 11 years of hours
    std::int64_t count = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, count);
    const std::string_view unit(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
    if (parsed.ec != std::errc() || count < 1 || count > longest || (unit != "d" && unit != "h")) {
        throw CLI::ValidationError("--expires", "a time is written 30d or 12h, not " + text);
    }
    return unit == "d" ? std::chrono::days(count) : std::chrono::hours(count);
}

// The commands and what each sets; lives as long as the parsing.
class Parser {
  public:
    explicit Parser(Options& options)
        : options_(options),
          app_("Runs the services of a Lode pool together, and its tools.", "lode") {
        app_.set_version_flag("--version", "lode " + std::string(runtime::version()));
        add(app_, {"run", "Run every service in this process"}, Command::run);
        CLI::App& config = group("config", "Check a configuration, or print one");
        with_config(add(config, {"check", "Read the file as strictly as the services do"},
                        Command::config_check));
        add(config, {"example", "Print the configuration with all settings, commented"},
            Command::config_example);
        CLI::App& db = group("db", "The accounting database");
        with_config(add(db, {"migrate", "Bring the schema to this version"}, Command::db_migrate));
        CLI::App& status = add(app_, {"status", "Ask the running pool how it is"}, Command::status);
        with_config(status);
        status.add_flag("--json", json_, "One JSON object");
        status.add_flag("--watch", options_.watch, "Again every 2 s, until Ctrl-C");
        CLI::App& topics = group("topics", "The bus's topics on Kafka");
        with_config(add(topics, {"create", "Create those that are missing, and list all"},
                        Command::topics_create));
        CLI::App& sharelog = group("sharelog", "The archive of shares");
        CLI::App& dump =
            add(sharelog, {"dump", "Print each archived share"}, Command::sharelog_dump);
        with_day(dump);
        dump.add_flag("--json", json_, "One JSON object a line");
        with_day(add(sharelog,
                     {"verify", "Prove each archived share again and compare with the database"},
                     Command::sharelog_verify));
        CLI::App& recompute = add(sharelog,
                                  {"recompute",
                                   "Compute users' sums anew from the archive and "
                                   "name each that the database has otherwise"},
                                  Command::sharelog_recompute);
        with_day(recompute, "Only sums that begin on that day (UTC)");
        recompute
            .add_flag("--check", check_, "Compare, which is all it does: rows are not changed")
            ->required();
        with_gap(add(sharelog,
                     {"accept-gap", "Give up shares that never came, so that a partition goes on"},
                     Command::sharelog_accept_gap));
        CLI::App& user = group("user", "Who may mine where users are registered");
        with_name(add(user, {"add", "Register a name"}, Command::user_add));
        with_config(add(user, {"list", "Print each name and the day it was registered (UTC)"},
                        Command::user_list));
        CLI::App& tokens =
            *group("api", "Who may ask what of the JSON API").add_subcommand("token", "Its tokens");
        with_token(
            add(tokens, {"create", "Make a token and print it, once"}, Command::api_token_create));
        with_config(
            add(tokens, {"list", "Print all tokens but not their text"}, Command::api_token_list));
        CLI::App& revoke = add(tokens, {"revoke", "End a token"}, Command::api_token_revoke);
        with_config(revoke);
        revoke.add_option("id", options_.token.id, "As list prints it")
            ->type_name("NUMBER")
            ->required();
        PayoutParser{.options = options_.payout,
                     .config = options_.config,
                     .chosen = [this](Command command) { options_.command = command; }}
            .add_to(app_);
    }

    Result<void> parse(std::vector<std::string> arguments) {
        try {
            std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants a vector
            app_.parse(std::move(arguments));
        } catch (const CLI::CallForHelp&) {
            options_.command = Command::print;
            options_.text = app_.help();
        } catch (const CLI::CallForVersion& version) {
            options_.command = Command::print;
            options_.text = std::string(version.what()) + '\n';
        } catch (const CLI::ParseError& error) {
            return failure(ErrorCode::malformed, std::string(error.what()) + " (lode --help)");
        }
        if (json_) options_.format = Format::json;
        if (options_.gap.from > options_.gap.to) {
            return failure(ErrorCode::malformed, "--from may not be above --to (lode --help)");
        }
        if (options_.command == Command::api_token_create &&
            options_.user.empty() != (options_.token.scope == "admin")) {
            return failure(ErrorCode::malformed,
                           "--user belongs to the scopes watch and manage (lode --help)");
        }
        // CLI11's own demand for a command would hide which word is not one.
        if (options_.command == Command::print && options_.text.empty()) {
            return failure(ErrorCode::malformed, "a command is missing (lode --help)");
        }
        return success();
    }

  private:
    struct Named {
        const char* name;
        const char* help;
    };

    CLI::App& group(const char* name, const char* help) { return *app_.add_subcommand(name, help); }
    CLI::App& add(CLI::App& parent, const Named& named, Command command) {
        CLI::App& made = *parent.add_subcommand(named.name, named.help);
        made.parse_complete_callback([this, command] { options_.command = command; });
        return made;
    }
    void with_config(CLI::App& command) {
        command.add_option("--config", options_.config, "The configuration, such as lode.toml")
            ->type_name("FILE")
            ->required();
    }
    void with_day(CLI::App& command,
                  const char* what = "Only what was archived on that day (UTC)") {
        with_config(command);
        command.add_option("--day", options_.day, what)
            ->type_name("YYYY-MM-DD")
            ->check(day_problem);
    }

    void with_name(CLI::App& command) {
        with_config(command);
        command.add_option("name", options_.user, "1 to 128 letters, digits, - and _; case counts")
            ->type_name("NAME")
            ->required();
    }

    void with_token(CLI::App& command) {
        with_config(command);
        command.add_option("--scope", options_.token.scope, "What it is good for")
            ->required()
            ->check(CLI::IsMember({"watch", "manage", "admin"}));
        command.add_option("--name", options_.token.name, "What it is told apart by")
            ->type_name("NAME")
            ->required()
            ->check([](const std::string& name) -> std::string {
                return name.empty() || name.size() > token_name_max
                           ? "a name has 1 to " + std::to_string(token_name_max) + " bytes"
                           : "";
            });
        command.add_option("--user", options_.user, "Whose it is; of watch and manage")
            ->type_name("USER");
        command
            .add_option_function<std::string>(
                "--expires",
                [this](const std::string& text) { options_.token.expires = days_or_hours(text); },
                "After how many days or hours, such as 30d or 12h; never without it")
            ->type_name("TIME");
    }

    void with_gap(CLI::App& command) {
        with_config(command);
        const auto number = [&command](const char* name, std::uint64_t& value, const char* help) {
            return command.add_option(name, value, help)->type_name("NUMBER")->required();
        };
        number("--stream", options_.gap.stream, "Whose shares are missing, as sharelogger says");
        number("--from", options_.gap.from, "The first missing sequence")
            ->check(CLI::PositiveNumber);
        number("--to", options_.gap.to, "The last missing sequence");
        command.add_option("--reason", options_.gap.reason, "Why, for the audit log")
            ->type_name("TEXT")
            ->required()
            ->check([](const std::string& reason) -> std::string {
                return reason.empty() || reason.size() > reason_max
                           ? "a reason has 1 to " + std::to_string(reason_max) + " bytes"
                           : "";
            });
    }

    Options& options_;
    CLI::App app_;
    bool json_ = false;
    bool check_ = false;  // required, so it is never false
};

}  // namespace

Result<Options> parse_options(std::vector<std::string> arguments) {
    Options options;
    if (!arguments.empty() && arguments.front() == "run") {
        options.command = Command::run;
        options.run_arguments.assign(arguments.begin() + 1, arguments.end());
        return options;
    }
    LODE_TRY_VOID(Parser(options).parse(std::move(arguments)));
    return options;
}

}  // namespace lode::launcher
