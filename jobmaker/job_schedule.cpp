// The rules of job_schedule.hpp.
#include "jobmaker/job_schedule.hpp"

namespace lode::jobmaker {

const char* to_string(Due due) {
    switch (due) {
        case Due::nothing:
            return "nothing";
        case Due::heartbeat:
            return "heartbeat";
        case Due::job_new_tip:
            return "new tip";
        case Due::job_full:
            return "full template";
        case Due::job_interval:
            return "interval";
    }
    return "nothing";
}

Due JobSchedule::due(const Candidate* best, SteadyTime now) const {
    if (best == nullptr) return Due::nothing;
    if (tip_ != best->content.prev_hash) return Due::job_new_tip;
    if (!job_at_) return Due::job_interval;
    // A full template that has no transactions either would only make the same job again.
    const v1::BitcoinTemplate& body = best->content.body();
    if (empty_ && !body.empty() && body.transactions_size() > 0) return Due::job_full;
    if (now - *job_at_ >= settings_.job_interval) return Due::job_interval;
    if (now - heartbeat_at_ >= settings_.heartbeat_interval) return Due::heartbeat;
    return Due::nothing;
}

void JobSchedule::job_sent(const Candidate& source, SteadyTime now) {
    tip_ = source.content.prev_hash;
    empty_ = source.content.body().empty();
    job_at_ = now;
    heartbeat_at_ = now;
}

}  // namespace lode::jobmaker
