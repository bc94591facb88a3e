// lode-miner: arguments, threads, signals, the terminal's line, exit code.
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <thread>

#include "common/base/log.hpp"
#include "common/runtime/loop.hpp"
#include "common/runtime/run.hpp"
#include "common/runtime/version.hpp"
#include "miner/miner.hpp"
#include "miner/options.hpp"

namespace {

using namespace lode;

// Stays at the beginning of its line, so that a log line in between overwrites it.
void show_status(const miner::Status& status) {
    winsize window{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0;
    const std::size_t columns = known ? window.ws_col - 1U : 79U;
    std::printf("\r\033[K%s\r", miner::status_line(status, columns).c_str());
    std::fflush(stdout);
}

void log_status(const char* event, const miner::Status& status) {
    log::info(event, {{"rate", miner::rate_text(status.rate)},
                      {"accepted", status.accepted},
                      {"rejected", status.rejected},
                      {"blocks", status.blocks},
                      {"difficulty", status.difficulty},
                      {"pool", status.pool},
                      {"state", status.state}});
}

miner::MinerOptions miner_options(const miner::Options& options) {
    miner::MinerOptions out;
    out.host = options.host;
    out.port = options.port;
    out.user = options.user;
    out.password = options.password;
    out.agent = "lode-miner/" + std::string(runtime::version());
    out.team.threads = options.threads;
    out.seed = std::random_device{}();
    return out;
}

// Signals are blocked in every thread and waited for here.
int mine(const miner::Options& options) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    std::atomic<int> code = runtime::exit_ok;
    runtime::Loop loop("miner");
    miner::Miner miner(miner_options(options), loop, system_clock(), [&code] {
        code = runtime::exit_run_time;
        ::kill(::getpid(), SIGTERM);
    });
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    std::unique_ptr<Timer> report;
    loop.post([&] {
        miner.start();
        report = terminal
                     ? loop.every(std::chrono::seconds(1), [&] { show_status(miner.status()); })
                     : loop.every(std::chrono::seconds(30),
                                  [&] { log_status("status", miner.status()); });
    });
    int signal = 0;
    sigwait(&ends, &signal);
    loop.stop();
    report.reset();
    if (terminal) std::printf("\r\033[K");
    log_status("stopped", miner.status());
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    const miner::Surroundings surroundings{.cores = std::thread::hardware_concurrency(),
                                           .version = std::string(runtime::version())};
    const auto options = miner::parse_options(runtime::arguments_of(argc, argv), surroundings);
    if (!options) {
        std::fprintf(stderr, "lode-miner: %s\n", options.error().context.c_str());
        return runtime::exit_configuration;
    }
    if (!options.value().print_and_exit.empty()) {
        std::fputs(options.value().print_and_exit.c_str(), stdout);
        return runtime::exit_ok;
    }
    log::set_service("miner");
    log::set_level(options.value().level);
    return mine(options.value());
}
