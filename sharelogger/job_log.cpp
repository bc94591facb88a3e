// Jobs by id: the same job read again is archived once.
#include "sharelogger/job_log.hpp"

#include "common/messages/job.pb.h"

namespace lode::sharelogger {
namespace {

// Days of the archive whose jobs shares may still be on: Kafka keeps shares for two days, which
// touch three.
constexpr std::size_t days_read = 3;

}  // namespace

Result<std::int64_t> JobLog::open() {
    shelf_ = {};
    next_ = 0;
    LODE_TRY_VOID(
        archive_.read_own(FrameKind::job, 0, days_read, [this](const Frame& frame) -> Result<void> {
            next_ = std::max(next_, frame.header.next);
            for (const std::string_view bytes : frame.messages) {
                v1::JobMessage message;
                if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
                    return failure(ErrorCode::internal, "an archived job cannot be read");
                }
                shelf_.add(JobId(message.job().job_id()));
            }
            return success();
        }));
    return next_;
}

Result<std::size_t> JobLog::take(const std::vector<JobRecord>& records, UnixTime now) {
    Frame frame{{.kind = FrameKind::job, .partition = 0, .first = next_, .next = next_}, {}};
    std::vector<JobId> jobs;
    for (const JobRecord& record : records) {
        if (record.offset < next_) continue;
        frame.header.next = record.offset + 1;
        if (!record.message->has_job()) continue;
        const JobId job(record.message->job().job_id());
        if (shelf_.has(job)) continue;
        jobs.push_back(job);
        frame.messages.push_back(record.message->SerializeAsString());
    }
    if (!jobs.empty()) {
        LODE_TRY_VOID(archive_.append(frame, now));
    }
    next_ = frame.header.next;
    for (const JobId job : jobs) shelf_.add(job);
    return jobs.size();
}

}  // namespace lode::sharelogger
