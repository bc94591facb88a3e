// What commands that change the database share: who does so, and how its troubles are told.
#pragma once

#include <string>

#include "common/base/result.hpp"

namespace lode::launcher {

// "name@host" of who runs this program.
[[nodiscard]] std::string operator_name();

// Trouble with database or archive is not the configuration's, so it does not end with its code.
[[nodiscard]] Error at_run_time(const Error& error);

}  // namespace lode::launcher
