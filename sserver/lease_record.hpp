// The lease as the data folder keeps it, for starts without the database.
#pragma once

#include <filesystem>
#include <optional>

#include "sserver/server_lease.hpp"

namespace lode::sserver {

// Nothing when there is no file. Content that is no record is an error (internal): it was written
// whole or not at all, so a person must look.
[[nodiscard]] Result<std::optional<LeaseRow>> read_lease_record(const std::filesystem::path& path);

// Returns once it is on disk.
[[nodiscard]] Result<void> write_lease_record(const std::filesystem::path& path,
                                              const LeaseRow& record);

}  // namespace lode::sserver
