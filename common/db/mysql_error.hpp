// What an error number of MariaDB or MySQL means to a caller.
#pragma once

#include <string_view>

#include "common/base/result.hpp"

namespace lode::db {

// `message` is the server's or the client library's.
[[nodiscard]] ErrorCode code_of_mysql(unsigned number, std::string_view message);

// Whether the session is gone, so that only a new one can go on.
[[nodiscard]] bool ends_session(unsigned number);

// Whether the message repeats values of the statement; such a message is not for a log.
[[nodiscard]] bool shows_data(unsigned number);

}  // namespace lode::db
