// Where an assertion ends: one line on stderr, then abort for a core file.
#include "common/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

#include "common/base/result.hpp"

namespace lode {

const char* to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::malformed:
            return "malformed";
        case ErrorCode::rejected:
            return "rejected";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::exhausted:
            return "exhausted";
        case ErrorCode::cancelled:
            return "cancelled";
        case ErrorCode::internal:
            return "internal";
    }
    return "unknown";
}

namespace base {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "assertion failed: %s at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace base
}  // namespace lode
