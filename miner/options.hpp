// The command line of lode-miner.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace lode::miner {

struct Options {
    std::string host;
    std::uint16_t port = 0;
    std::string user;
    Secret password;
    std::size_t threads = 1;
    log::Level level = log::Level::info;
    // --help or --version was asked for: nothing else holds, this is to be printed.
    std::string print_and_exit;
};

struct Surroundings {
    std::size_t cores = 1;  // decides the default number of threads
    std::string version;    // of this program
};

// `arguments` without the program's name. Malformed: one line that says what is wrong.
[[nodiscard]] Result<Options> parse_options(std::vector<std::string> arguments,
                                            const Surroundings& surroundings);

}  // namespace lode::miner
