// `lode api token create|list|revoke`.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// Prints the new token on a line of its own; nothing can print it again. Rejected when there is no
// user of that name.
[[nodiscard]] Result<int> api_token_create(const Options& options);

// Prints "ID  SCOPE  WHOSE  NAME  made DAY  expires DAY" for each token.
[[nodiscard]] Result<int> api_token_list(const Options& options);

// The API refuses it within three seconds. Rejected when there is no such token.
[[nodiscard]] Result<int> api_token_revoke(const Options& options);

}  // namespace lode::launcher
