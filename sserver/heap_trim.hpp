// Gives memory back to the system when many connections have gone: the allocator keeps what they
// have left, in pieces between those of the others.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>

namespace lode::sserver {

class HeapTrim {
  public:
    // When so many more have left than stay.
    static constexpr std::size_t connections_min = 500;

    // With the number of connections now and then; whether memory went back.
    bool look(std::size_t connections) {
        peak_ = std::max(peak_, connections);
        if (peak_ < 2 * connections + connections_min) return false;
        ::malloc_trim(0);
        peak_ = connections;
        return true;
    }

  private:
    std::size_t peak_ = 0;  // since memory was given back
};

}  // namespace lode::sserver
