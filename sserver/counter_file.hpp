// A number that outlives the process, in a file of its own.
#pragma once

#include <cstdint>
#include <filesystem>

#include "common/base/result.hpp"

namespace lode::sserver {

// 0 when there is no file. Content that is no number is an error (internal): to begin again at 0
// could repeat what must not be repeated.
[[nodiscard]] Result<std::uint32_t> read_counter(const std::filesystem::path& path);

// Returns once the value is on disk.
[[nodiscard]] Result<void> write_counter(const std::filesystem::path& path, std::uint32_t value);

}  // namespace lode::sserver
