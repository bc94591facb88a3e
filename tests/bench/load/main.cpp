// stratum-load: options, files, signals, the loop, the result.
#include <csignal>
#include <cstdio>

#include "common/net/descriptor_limit.hpp"
#include "common/runtime/run.hpp"
#include "tests/bench/load/plans.hpp"

namespace {

using namespace lode;

volatile std::sig_atomic_t signalled = 0;

void end_at_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { signalled = 1; };
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

int load_pool(const load::Options& options) {
    if (net::raise_descriptor_limit() < options.connections + 32U) {
        std::fprintf(stderr, "stratum-load: this process may not open %u sockets\n",
                     options.connections);
        return runtime::exit_run_time;
    }
    end_at_signals();
    const load::Tips tips(options.zmq);
    load::Results results;
    load::Swarm swarm(options);
    const auto plan = load::make_plan(options, results);
    swarm.run(*plan, [] { return signalled != 0; });
    plan->finish(load::now_ns());
    const std::string text = options.json ? to_json(options, swarm, results, tips.seen())
                                          : to_text(options, swarm, results);
    std::fputs(text.c_str(), stdout);
    return swarm.lost() == 0 ? runtime::exit_ok : runtime::exit_run_time;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = load::parse_options(runtime::arguments_of(argc, argv));
    if (!options) {
        std::fprintf(stderr, "stratum-load: %s\n", options.error().context.c_str());
        return runtime::exit_configuration;
    }
    if (!options.value().print_and_exit.empty()) {
        std::fputs(options.value().print_and_exit.c_str(), stdout);
        return runtime::exit_ok;
    }
    return load_pool(options.value());
}
