// The rules of job_schedule.hpp.
#include "jobmaker/job_schedule.hpp"

#include <algorithm>

namespace lode::jobmaker {
namespace {

// Where one job went to nobody another is not made in the same breath.
constexpr auto lost_pause = std::chrono::seconds(1);
constexpr unsigned doublings_max = 4;

}  // namespace

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
    if (now < not_before_ && lost_tip_ == best->content.prev_hash) return Due::nothing;
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

void JobSchedule::job_lost(SteadyTime now) {
    if (tip_) lost_tip_ = tip_;
    tip_.reset();
    not_before_ = now + lost_pause * (1 << std::min(losses_++, doublings_max));
}

}  // namespace lode::jobmaker
