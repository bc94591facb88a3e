// ${NAME} in strings stands for an environment variable, and a secret may be kept in a file.
#pragma once

#include <string>

#include "common/base/result.hpp"
#include "common/config/document.hpp"

namespace lode::config {

// `text` with each ${NAME} replaced; "$${" is a literal "${". An unset variable is an error.
[[nodiscard]] Result<std::string> expand(const Place& place, const std::string& text);

// The same, and "file:/path" is replaced by the file's content without its trailing newline; a
// relative path starts at the configuration file's folder.
[[nodiscard]] Result<std::string> expand_secret(const Place& place, const std::string& text);

// `text` so that expand gives it back.
[[nodiscard]] std::string unexpanded(const std::string& text);

}  // namespace lode::config
