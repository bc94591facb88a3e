// One small file, replaced whole.
#include "jobmaker/id_mark.hpp"

#include "common/base/file.hpp"
#include "common/base/log.hpp"

namespace lode::jobmaker {
namespace {

// A full disk is not asked again in the same breath.
constexpr auto retry_pause = std::chrono::seconds(10);

}  // namespace

Result<JobIds> IdMark::read() const {
    std::error_code problem;
    if (!std::filesystem::exists(path_, problem) && !problem) return JobIds(JobId(0));
    LODE_TRY(const auto text, read_file(path_));
    const auto mark = parse_mark(text);
    if (mark) return JobIds(mark.value());
    // Written whole or not at all: whatever else stands there was not written by us.
    return failure(ErrorCode::internal, path_.string() + ": " + mark.error().context);
}

void IdMark::keep_ahead(JobIds& ids, UnixTime wall, SteadyTime now) {
    const auto mark = ids.wanted_mark(wall);
    if (!mark || now < not_before_) return;
    if (const auto written = replace_file(path_, mark_text(*mark)); !written) {
        // The clock keeps ids rising meanwhile; only a clock set back could make them fall.
        log::error("job ids not reserved, trying again", {{"error", written.error()}});
        not_before_ = now + retry_pause;
        return;
    }
    ids.reserved(*mark);
}

}  // namespace lode::jobmaker
