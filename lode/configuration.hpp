// What the commands do with a configuration: read it, check it, prepare its database.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/config/pool.hpp"

namespace lode::launcher {

struct Configuration {
    config::Document document;
    config::PoolConfig pool;
};

// Whatever is wrong with the file, also that it cannot be read, is malformed.
[[nodiscard]] Result<Configuration> load(const std::filesystem::path& path);

// Every mistake that can be told at once, one line each: the first of each section, and sections
// that do not exist. None: the file is right.
[[nodiscard]] std::vector<std::string> mistakes(const std::filesystem::path& path);

// The file that deploy/lode.toml equals.
[[nodiscard]] std::string example();

// Makes the database if there is none, and returns the schema version it has then.
[[nodiscard]] Result<std::int64_t> migrate(const config::PoolConfig& pool);

}  // namespace lode::launcher
