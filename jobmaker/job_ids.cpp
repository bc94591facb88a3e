// One fsync a half minute buys a minute of ids.
#include "jobmaker/job_ids.hpp"

#include <algorithm>
#include <charconv>

namespace lode::jobmaker {
namespace {

constexpr unsigned counter_bits = 16;
// After a restart ids may run this far ahead of the clock, which harms nothing.
constexpr std::int64_t reserve_seconds = 60;
constexpr std::int64_t renew_seconds = 30;
// Ids that are always at hand beyond the last one when the clock does not move.
constexpr std::uint64_t reserve_count = 4'096;

std::uint64_t first_id_of(std::int64_t unix_seconds) {
    return static_cast<std::uint64_t>(unix_seconds) << counter_bits;
}

}  // namespace

void JobIds::use_generation(std::int64_t generation) {
    first_count_ = (static_cast<std::uint64_t>(generation) & 0xff) << 8;
}

void JobIds::seen(JobId id) {
    last_ = std::max(last_, id.value());
}

JobId JobIds::next(UnixTime now) {
    last_ = std::max(last_ + 1, first_id_of(to_unix_seconds(now)) + first_count_);
    return JobId(last_);
}

std::optional<JobId> JobIds::wanted_mark(UnixTime now) const {
    const std::int64_t seconds = to_unix_seconds(now);
    const bool lasts =
        mark_ >= first_id_of(seconds + renew_seconds) && mark_ >= last_ + reserve_count / 2;
    if (lasts) return std::nullopt;
    return JobId(std::max(first_id_of(seconds + reserve_seconds), last_ + reserve_count));
}

std::string mark_text(JobId mark) {
    return std::to_string(mark.value()) + "\n";
}

Result<JobId> parse_mark(std::string_view text) {
    std::uint64_t mark = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, mark);
    if (error != std::errc() || rest + 1 != end || *rest != '\n') {
        return failure(ErrorCode::malformed, "not a job id and a newline");
    }
    return JobId(mark);
}

}  // namespace lode::jobmaker
