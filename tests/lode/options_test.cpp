// Command lines of the launcher.
#include "lode/options.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::launcher;

namespace {

Options parse(std::vector<std::string> arguments) {
    auto options = parse_options(std::move(arguments));
    REQUIRE(options);
    return std::move(options).value();
}

std::string refusal(std::vector<std::string> arguments) {
    const auto options = parse_options(std::move(arguments));
    REQUIRE(options.has_error());
    CHECK(options.error().code == ErrorCode::malformed);
    CHECK(options.error().context.find('\n') == std::string::npos);
    return options.error().context;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("run hands everything after it to the runtime") {
    const auto options = parse({"run", "--config", "a.toml", "--help"});
    CHECK(options.command == Command::run);
    CHECK(options.run_arguments == std::vector<std::string>{"--config", "a.toml", "--help"});
}

TEST_CASE("each command is known by its words") {
    CHECK(parse({"config", "check", "--config", "a"}).command == Command::config_check);
    CHECK(parse({"config", "example"}).command == Command::config_example);
    CHECK(parse({"db", "migrate", "--config", "a"}).command == Command::db_migrate);
    CHECK(parse({"status", "--config", "a"}).command == Command::status);
    CHECK(parse({"topics", "create", "--config", "a"}).command == Command::topics_create);
    CHECK(parse({"sharelog", "dump", "--config", "a"}).command == Command::sharelog_dump);
    CHECK(parse({"sharelog", "verify", "--config", "a"}).command == Command::sharelog_verify);
}

TEST_CASE("the archive is read whole and as text unless told otherwise") {
    const auto plain = parse({"sharelog", "dump", "--config", "a.toml"});
    CHECK(plain.config == "a.toml");
    CHECK_FALSE(plain.day);
    CHECK(plain.format == Format::text);
    const auto asked =
        parse({"sharelog", "dump", "--json", "--day", "2026-11-21", "--config", "a.toml"});
    CHECK(asked.day == "2026-11-21");
    CHECK(asked.format == Format::json);
}

TEST_CASE("a gap is named by stream and sequences, with a reason") {
    const std::vector<std::string> right{
        "sharelog", "accept-gap", "--config", "a", "--stream", "18446744073709551615",
        "--from",   "3",          "--to",     "5", "--reason", "lost"};
    const auto options = parse(right);
    CHECK(options.command == Command::sharelog_accept_gap);
    CHECK(options.gap.stream == ~0ULL);
    CHECK(options.gap.from == 3);
    CHECK(options.gap.to == 5);
    CHECK(options.gap.reason == "lost");
    const auto changed = [&](std::size_t at, const char* value) {
        auto arguments = right;
        arguments[at] = value;
        return refusal(arguments);
    };
    CHECK(contains(changed(7, "0"), "--from"));
    CHECK(contains(changed(9, "2"), "--to"));
    CHECK(contains(changed(11, ""), "--reason"));
    CHECK(contains(refusal({right.begin(), right.end() - 2}), "--reason"));
}

TEST_CASE("help and version are texts to print") {
    CHECK(contains(parse({"--help"}).text, "sharelog"));
    CHECK(contains(parse({"sharelog", "verify", "--help"}).text, "--day"));
    CHECK(parse({"--version"}).text.starts_with("lode 0."));
    CHECK(parse({"--version"}).command == Command::print);
}

TEST_CASE("wrong arguments are refused in one line that names them") {
    CHECK(contains(refusal({}), "a command is missing"));
    CHECK(contains(refusal({"sharelog"}), "a command is missing"));
    CHECK(contains(refusal({"stauts"}), "stauts"));
    CHECK(contains(refusal({"sharelog", "prove"}), "prove"));
    CHECK(contains(refusal({"status"}), "--config"));
    CHECK(contains(refusal({"status", "--config", "a", "--loud"}), "--loud"));
    CHECK(contains(refusal({"sharelog", "verify", "--config", "a", "--json"}), "--json"));
    CHECK(contains(refusal({"sharelog", "dump", "--config", "a", "--day", "21.11.2026"}),
                   "21.11.2026"));
}

TEST_CASE("a token is made for a scope, and of watch and manage for a user") {
    const auto admin = parse_options({"api", "token", "create", "--config", "a", "--scope", "admin",
                                      "--name", "desk", "--expires", "30d"})
                           .value();
    CHECK(admin.command == Command::api_token_create);
    CHECK(admin.token.scope == "admin");
    CHECK(admin.token.name == "desk");
    CHECK(admin.token.expires == std::chrono::hours(720));
    const auto make = [](std::vector<std::string> more) {
        std::vector<std::string> all{"api", "token", "create", "--config", "a", "--name", "n"};
        all.insert(all.end(), more.begin(), more.end());
        return parse_options(std::move(all));
    };
    CHECK(make({"--scope", "watch", "--user", "alice"}).value().user == "alice");
    CHECK(make({"--scope", "admin", "--expires", "12h"}).value().token.expires ==
          std::chrono::hours(12));
    CHECK_FALSE(make({"--scope", "watch"}));
    CHECK_FALSE(make({"--scope", "admin", "--user", "alice"}));
    CHECK_FALSE(make({"--scope", "root"}));
    CHECK_FALSE(make({}));
    for (const std::string wrong : {"0d", "d", "30", "30m", "-1d", "1d2", "999999999d"}) {
        CHECK_FALSE(make({"--scope", "admin", "--expires", wrong}));
    }
    CHECK(parse_options({"api", "token", "revoke", "--config", "a", "7"}).value().token.id == 7);
    CHECK_FALSE(parse_options({"api", "token", "revoke", "--config", "a"}));
    CHECK(parse_options({"api", "token", "list", "--config", "a"}).value().command ==
          Command::api_token_list);
}

TEST_CASE("a user is added by name") {
    const auto add = parse_options({"user", "add", "--config", "a", "alice"}).value();
    CHECK(add.command == Command::user_add);
    CHECK(add.user == "alice");
    CHECK(parse_options({"user", "list", "--config", "a"}).value().command == Command::user_list);
    CHECK_FALSE(parse_options({"user", "add", "--config", "a"}));
    CHECK_FALSE(parse_options({"user", "list", "--config", "a", "alice"}));
}

TEST_CASE("recompute only checks, and has to be told so") {
    const auto options =
        parse_options({"sharelog", "recompute", "--config", "a", "--check", "--day", "2026-11-21"});
    REQUIRE(options);
    CHECK(options.value().command == Command::sharelog_recompute);
    CHECK(options.value().day == "2026-11-21");
    CHECK_FALSE(parse_options({"sharelog", "recompute", "--config", "a"}));
}
