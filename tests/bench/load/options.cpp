// The options as CLI11 reads them, and the checks that need more than one.
#include "tests/bench/load/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "common/config/url.hpp"

namespace lode::load {

namespace {

constexpr const char* manual = R"(Modes:
  idle    connections that log in and stay. Look at the server's memory meanwhile.
  notify  the same; tells how far apart the first and the last connection had each job.
  submit  really valid shares: --in-flight N for each connection (as fast as the pool answers),
          or --rate R a second in all, each at its time whether earlier ones are answered or not;
          a latency counts from that time. The pool's difficulty must be tiny (regtest at 2^-32).
          Shares that solve a block are left out, unless --solve asks for nothing else.
  churn   --rate R a second connect, log in, wait for their job and leave.
  crowd   all connect at once: the time until the last has its job, and who was lost.
It ends after --duration seconds, at SIGINT or SIGTERM, and prints what it saw: text, or one JSON
object with --json (times in nanoseconds; those called _at_ns are of CLOCK_MONOTONIC). What a pool
must allow: so many connections from one address, and no bans for refused shares.
Exit code: 0; 1 when a connection was lost or a login failed; 2 when the options are wrong.)";

auto wrong(const std::string& what) {
    return failure(ErrorCode::malformed, what);
}

bool is_loopback(const net::SocketAddress& address) {
    const std::string host = address.address().text();
    return host.starts_with("127.") || host == "::1";
}

Result<net::SocketAddress> read_url(const std::string& text) {
    const auto url = config::parse_url(text);
    if (!url || url.value().scheme != "stratum+tcp" || !url.value().port) {
        return wrong("--url: wanted stratum+tcp://host:port, not " + text);
    }
    std::string host = url.value().host == "localhost" ? "127.0.0.1" : url.value().host;
    auto address = net::parse_socket_address(host, *url.value().port);
    if (!address) return wrong("--url: the host must be an address such as 127.0.0.1");
    return address;
}

Result<void> read_targets(const std::vector<std::string>& urls, bool anywhere, Options& options) {
    for (const std::string& url : urls) {
        LODE_TRY(const auto target, read_url(url));
        if (!anywhere && !is_loopback(target)) {
            return wrong("--url: " + target.address().text() +
                         " is not this machine; a load on others' is only with --anywhere");
        }
        if (options.sources > 1 && !is_loopback(target)) {
            return wrong("--sources are addresses of this machine's loopback");
        }
        options.targets.push_back(target);
    }
    return success();
}

Result<void> check(const Options& options) {
    const bool submit = options.mode == Mode::submit;
    if (submit && (options.in_flight == 0) == (options.rate == 0)) {
        return wrong("submit needs either --in-flight or --rate");
    }
    if (options.mode == Mode::churn && options.rate == 0) return wrong("churn needs --rate");
    if (options.solve && options.refused != Refused::no) {
        return wrong("--solve and --refused exclude one another");
    }
    return success();
}

const std::map<std::string, Mode> modes = {{"idle", Mode::idle},
                                           {"notify", Mode::notify},
                                           {"submit", Mode::submit},
                                           {"churn", Mode::churn},
                                           {"crowd", Mode::crowd}};
const std::map<std::string, Refused> refusals = {
    {"low", Refused::low}, {"duplicate", Refused::duplicate}, {"stale", Refused::stale}};
const std::map<std::string, Arrivals> arrivals = {{"poisson", Arrivals::poisson},
                                                  {"even", Arrivals::even}};

void add_options(CLI::App& app, Options& options) {
    app.add_option("MODE", options.mode, "idle, notify, submit, churn or crowd")
        ->required()
        ->transform(CLI::CheckedTransformer(modes).description(""));
    app.add_option("--user", options.user, "Payout address or account; .0, .1, … is put behind")
        ->required();
    app.add_option("--password", options.password, "Password or its options")
        ->capture_default_str();
    app.add_option("--connections", options.connections, "Connections in all")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    app.add_option("--login-window", options.login_window, "Logins under way at a time (not crowd)")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    app.add_option("--sources", options.sources,
                   "Source addresses 127.0.0.1, 127.0.0.2, …: one has 28,000 ports to each target")
        ->check(CLI::Range(1, 200))
        ->capture_default_str();
    app.add_option("--duration", options.seconds, "Seconds, from when all are logged in")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    app.add_option("--in-flight", options.in_flight, "submit: shares of a connection under way")
        ->check(CLI::Range(1, 1'000));
    app.add_option("--rate", options.rate, "submit, churn: so many a second in all")
        ->check(CLI::Range(1, 1'000'000));
    app.add_option("--arrivals", options.arrivals, "with --rate: poisson (default) or even")
        ->transform(CLI::CheckedTransformer(arrivals).description(""));
    app.add_option("--refused", options.refused,
                   "submit: shares that are to be refused: low (the pool's difficulty must not be "
                   "tiny then), duplicate, or stale (from the first new block on)")
        ->transform(CLI::CheckedTransformer(refusals).description(""));
    app.add_flag("--solve", options.solve, "submit: only shares that solve a block");
    app.add_option("--zmq", options.zmq, "The node's zmqpubhashblock address: note its new tips");
    app.add_flag("--json", options.json, "Print one JSON object instead of text");
}

}  // namespace

Result<Options> parse_options(std::vector<std::string> arguments) {
    Options options;
    std::vector<std::string> urls;
    bool anywhere = false;
    CLI::App app("A load on a Stratum pool: connections, jobs, shares.", "stratum-load");
    app.footer(manual);
    app.add_option("--url", urls, "The pool: stratum+tcp://host:port; several are taken in turn")
        ->required();
    app.add_flag("--anywhere", anywhere, "Allow pools that are not on this machine: your own");
    add_options(app, options);
    try {
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants a vector
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        options.print_and_exit = app.help();
        return options;
    } catch (const CLI::ParseError& error) {
        return wrong(error.what());
    }
    LODE_TRY_VOID(read_targets(urls, anywhere, options));
    LODE_TRY_VOID(check(options));
    return options;
}

}  // namespace lode::load
