// How many files and sockets this process may have open.
#pragma once

#include <cstddef>

namespace lode::net {

// Raises the limit as far as the system allows without privileges, and gives it.
[[nodiscard]] std::size_t raise_descriptor_limit();

}  // namespace lode::net
