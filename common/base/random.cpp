// getrandom(2), piece by piece.
#include "common/base/random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "common/base/assert.hpp"

namespace lode {

Bytes random_bytes(std::size_t count) {
    Bytes bytes(count);
    std::size_t filled = 0;
    while (filled < count) {
        const ssize_t got = ::getrandom(bytes.data() + filled, count - filled, 0);
        LODE_ASSERT(got > 0 || errno == EINTR);
        if (got > 0) filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace lode
