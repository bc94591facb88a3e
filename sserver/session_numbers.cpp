// Round and round the session numbers.
#include "sserver/session_numbers.hpp"

#include <utility>

#include "common/base/assert.hpp"

namespace lode::sserver {

SessionNumbers::SessionNumbers(std::uint32_t begin, Reserve reserve)
    : next_(begin % numbers_count), reserved_end_(next_), reserve_(std::move(reserve)) {
    last_end_.fill(SteadyTime::min());
}

Result<SessionNumber> SessionNumbers::take(SteadyTime oldest_job) {
    const std::lock_guard lock(mutex_);
    for (std::uint32_t tried = 0; tried <= numbers_count; ++tried) {
        if (next_ == reserved_end_) {
            const std::uint32_t block = next_ % numbers_count / block_size;
            if (last_end_[block] >= oldest_job) {
                return failure(ErrorCode::exhausted, "all session numbers were used just now");
            }
            const std::uint32_t end = (block + 1) * block_size;
            LODE_TRY_VOID(reserve_(end));
            next_ = block * block_size;
            reserved_end_ = end;
        }
        const std::uint32_t number = next_++;
        if (live_.test(number)) continue;
        live_.set(number);
        return SessionNumber(number);
    }
    return failure(ErrorCode::exhausted, "all session numbers are in use");
}

void SessionNumbers::give_back(SessionNumber number, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    LODE_ASSERT(live_.test(number.value()));
    live_.reset(number.value());
    last_end_[number.value() / block_size] = now;
}

}  // namespace lode::sserver
