// The one way a program of services runs: arguments, configuration, locks, bus, services in
// order, health endpoint, signals, orderly stop, exit code.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/runtime/service.hpp"

namespace lode::runtime {

enum ExitCode : int {
    exit_ok = 0,
    exit_run_time = 1,
    exit_configuration = 2,
    exit_taken = 3,  // a port or a data folder belongs to another process
};

[[nodiscard]] ExitCode exit_code(ErrorCode code);

struct ProgramOptions {
    std::string name;                    // "gbtmaker", "lode run"
    std::string summary;                 // one line for --help
    std::vector<std::string> arguments;  // without the program's own name
    // Runs once the configuration is read and the data folders are locked, before the bus is
    // opened; for bringing the database to the newest schema.
    std::function<Result<void>(const config::Document&, const config::PoolConfig&)> prepare;
};

// The port of the endpoint that these services share when they run in one process: the
// health_port of the one whose default is lowest, so that the order of starting is free.
[[nodiscard]] Result<std::uint16_t> endpoint_port(std::span<const ServiceDefinition> services,
                                                  const config::Document& document);

// Starts the services in the given order and stops them in the reverse. Every failure to start is
// one line on stderr.
[[nodiscard]] int run(std::span<const ServiceDefinition> services, const ProgramOptions& options);

// The arguments of main() without the program's own name.
[[nodiscard]] std::vector<std::string> arguments_of(int argc, char** argv);

}  // namespace lode::runtime
