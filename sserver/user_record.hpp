// The registered names as the data folder keeps them, for starts without the database.
//
//     "lode users 1\n" | i64 BE unix milliseconds of the reading | marks, 16 bytes each, rising
//     | u32 BE CRC-32C of all before
#pragma once

#include <filesystem>
#include <optional>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "sserver/user_names.hpp"

namespace lode::sserver {

struct UserRecord {
    UnixTime read{};
    UserNamesPtr names;
};

// Nothing when there is no file. Content that is no record is an error (internal).
[[nodiscard]] Result<std::optional<UserRecord>> read_user_record(const std::filesystem::path& path);

// Returns once it is on disk.
[[nodiscard]] Result<void> write_user_record(const std::filesystem::path& path,
                                             const UserRecord& record);

}  // namespace lode::sserver
