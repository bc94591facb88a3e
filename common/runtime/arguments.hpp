// The command line of a program of services.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <variant>

#include "common/base/log.hpp"
#include "common/base/result.hpp"
#include "common/runtime/run.hpp"

namespace lode::runtime {

struct Arguments {
    std::filesystem::path config;
    log::Level level = log::Level::info;
};

// What --help or --version print instead of running.
struct PrintOnly {
    std::string text;
};

// Malformed, saying what is allowed, when the arguments are wrong. --help tells the settings of
// the common sections and of `services`.
[[nodiscard]] Result<std::variant<Arguments, PrintOnly>> parse_arguments(
    std::span<const ServiceDefinition> services, const ProgramOptions& options);

}  // namespace lode::runtime
