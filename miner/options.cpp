// The options as CLI11 reads them, and the pool's URL.
#include "miner/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "common/config/url.hpp"

namespace lode::miner {

namespace {

// The names of this many threads of one machine; a larger number is a slip of the finger.
constexpr std::size_t threads_max = 1024;

auto wrong(const std::string& what) {
    return failure(ErrorCode::malformed, what);
}

Result<void> read_url(const std::string& url, Options& options) {
    const auto parsed = config::parse_url(url);
    if (!parsed) return wrong("--url: " + parsed.error().context);
    if (parsed.value().scheme != "stratum+tcp" || !parsed.value().port) {
        return wrong("--url: wanted stratum+tcp://host:port");
    }
    options.host = parsed.value().host;
    options.port = *parsed.value().port;
    return success();
}

}  // namespace

Result<Options> parse_options(std::vector<std::string> arguments,
                              const Surroundings& surroundings) {
    Options options;
    std::string url;
    std::string password;
    std::string level = "info";
    options.threads = std::max<std::size_t>(surroundings.cores, 2) - 1;

    CLI::App app("Mines on the CPU for a Stratum pool.", "lode-miner");
    app.set_version_flag("--version", surroundings.version);
    app.add_option("--url", url, "The pool: stratum+tcp://host:port")->required();
    app.add_option("--user", options.user, "Payout address or account, with .worker if wanted")
        ->required();
    app.add_option("--password", password, "Password or its options, as the pool wants them");
    app.add_option("--threads", options.threads, "Hashing threads; default: all cores but one")
        ->check(CLI::Range(std::size_t{1}, threads_max));
    app.add_option("--log", level, "Least level of log lines")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
    try {
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants a vector
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        options.print_and_exit = app.help();
        return options;
    } catch (const CLI::CallForVersion& version) {
        options.print_and_exit = std::string(version.what()) + "\n";
        return options;
    } catch (const CLI::ParseError& error) {
        return wrong(error.what());
    }
    LODE_TRY_VOID(read_url(url, options));
    if (options.user.empty()) return wrong("--user: must not be empty");
    options.password = Secret(std::move(password));
    if (level == "debug") options.level = log::Level::debug;
    if (level == "warn") options.level = log::Level::warn;
    if (level == "error") options.level = log::Level::error;
    return options;
}

}  // namespace lode::miner
