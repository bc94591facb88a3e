// The embedded form of the bus: topics in SQLite files of one folder, for one process.
#pragma once

#include <filesystem>

#include "common/bus/bus.hpp"

namespace lode::bus {

// Creates the folder if there is none.
[[nodiscard]] Result<std::unique_ptr<Bus>> open_embedded_bus(const std::filesystem::path& folder);

}  // namespace lode::bus
