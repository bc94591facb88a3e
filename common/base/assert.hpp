// LODE_ASSERT(condition): a bug stops the process at once, in release builds too, because a pool
// that goes on with a broken promise loses money.
#pragma once

namespace lode::base {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

#define LODE_ASSERT(condition) \
    ((condition) ? void() : ::lode::base::assertion_failed(#condition, __FILE__, __LINE__))
