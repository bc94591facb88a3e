// How many shares and how much work, as the archive and the database each tell it.
#pragma once

#include <cstdint>

#include "common/bitcoin/target.hpp"

namespace lode::sharelogger {

struct ShareTotal {
    std::int64_t shares = 0;
    bitcoin::Work work;

    ShareTotal& operator+=(const ShareTotal& other) {
        shares += other.shares;
        work += other.work;
        return *this;
    }
    friend bool operator==(const ShareTotal&, const ShareTotal&) = default;
};

}  // namespace lode::sharelogger
