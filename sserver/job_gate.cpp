// Generations, repetitions and age of jobs.
#include "sserver/job_gate.hpp"

#include <algorithm>

#include "common/messages/job.pb.h"

namespace lode::sserver {

SteadyTime JobGate::made_at(const v1::JobMessage& message, const JobArrival& arrival) {
    const UnixTime produced = from_unix_ms(message.produced_unix_ms());
    if (arrival.arrival == Arrival::live) {
        MessageAge& way = arrival.offset ? by_bus_ : straight_;
        return arrival.now.steady - way.arrived(message.source(), produced, arrival.now.steady);
    }
    const auto age = arrival.now.unix - produced;
    return arrival.now.steady - std::max<Duration>(age, Duration::zero());
}

Result<JobPtr> JobGate::take(const v1::JobMessage& message, const JobArrival& arrival) {
    if (message.has_claim()) {
        generation_ = std::max(generation_, arrival.offset.value_or(0));
        return JobPtr();
    }
    if (message.generation() < generation_) return JobPtr();
    generation_ = message.generation();
    const SteadyTime made = made_at(message, arrival);
    if (message.has_heartbeat()) {
        // One that names another job says nothing about ours.
        if (current_ && message.heartbeat().job_id() == current_->id.value()) {
            alive_ = std::max(alive_, made);
        }
        return JobPtr();
    }
    if (!message.has_job()) return failure(ErrorCode::malformed, "job message: body is missing");
    return take_job(message, made);
}

Result<JobPtr> JobGate::take_job(const v1::JobMessage& message, SteadyTime made) {
    // Ids rise over restarts and leaders; the same job comes by the bus and straight.
    if (current_ && message.job().job_id() <= current_->id.value()) return JobPtr();
    // Clean is what the miners see of it: a jobmaker that has just begun calls its first job so,
    // and markets of hash power refuse pools that throw work on one tip away.
    const bool new_tip =
        !current_ || message.job().bitcoin().prev_hash() != as_chars(current_->prev_hash.view());
    const auto clean = new_tip ? stratum::CleanJobs::yes : stratum::CleanJobs::no;
    LODE_TRY(auto job, make_job(message.job(), {.made = made, .clean = clean}));
    alive_ = current_ ? std::max(alive_, made) : made;
    current_ = job;
    return job;
}

bool JobGate::lacks_job_of(const v1::JobMessage& message) const {
    return message.has_heartbeat() && message.generation() >= generation_ &&
           (!current_ || message.heartbeat().job_id() > current_->id.value());
}

bool JobGate::fresh(SteadyTime now) const {
    return current_ != nullptr && now - alive_ < job_age_max_;
}

}  // namespace lode::sserver
