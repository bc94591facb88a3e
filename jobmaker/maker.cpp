// Joins the choice of a template, the schedule and the builder.
#include "jobmaker/maker.hpp"

#include <algorithm>

namespace lode::jobmaker {
namespace {

// The node's clock `elapsed` after the template was made, for a header and for receivers.
JobMoment moment_of(const Candidate& best, Duration elapsed) {
    using std::chrono::milliseconds;
    const auto ms = std::chrono::duration_cast<milliseconds>(std::max(elapsed, Duration::zero()));
    JobMoment moment;
    moment.time = best.content.body().cur_time() + static_cast<std::uint32_t>(ms.count() / 1'000);
    moment.node_time_unix_ms = best.content.message->template_().node_time_unix_ms() + ms.count();
    return moment;
}

}  // namespace

void Maker::message_read(const v1::JobMessage& message, std::int64_t offset, SteadyTime now) {
    if (message.has_job()) ids_.seen(JobId(message.job().job_id()));
    leadership_.generation_read(message.has_claim() ? offset : message.generation(), now);
    // Our own jobs come back, too, late and in the midst of newer ones.
    if (leadership_.generation() || !message.has_job()) return;
    if (message.generation() != leadership_.highest()) return;
    // A job that reached the bus long after those made behind it says nothing about the tip.
    const Followed job{message.generation(), JobId(message.job().job_id())};
    if (job <= followed_) return;
    followed_ = job;
    follow(message.job());
}

void Maker::follow(const v1::Job& job) {
    const auto prev_hash = bitcoin::hash256_from_bytes(as_bytes(job.bitcoin().prev_hash()));
    if (!prev_hash) return;
    schedule_.resume(prev_hash.value());
    choice_.working_on(prev_hash.value());
}

v1::JobMessage Maker::claim(UnixTime now) const {
    v1::JobMessage message = envelope(now);
    message.mutable_claim();
    return message;
}

Result<TemplateVerdict> Maker::template_arrived(std::shared_ptr<const v1::TemplateMessage> message,
                                                UnixTime produced, const Moment& now) {
    LODE_TRY(auto content, read_template(std::move(message)));
    const Duration age = age_on_arrival(produced, now.wall);
    return choice_.add(std::move(content), now.steady - age, now.steady);
}

void Maker::block_event(const v1::BlockEvent& event) {
    const auto hash = bitcoin::hash256_from_bytes(as_bytes(event.block_hash()));
    if (!hash) return;
    const bool lost = event.state() == v1::REJECTED || event.state() == v1::ORPHANED;
    lost ? choice_.own_block_lost(hash.value()) : choice_.own_block(hash.value());
}

Result<Output> Maker::due(const Moment& now) {
    Output output;
    const auto generation = leadership_.generation();
    if (!generation) return output;
    if (made_for_ != generation) {
        schedule_.take_over();
        ids_.use_generation(*generation);
        made_for_ = generation;
    }
    const Candidate* const best = choice_.best(now.steady);
    output.reason = schedule_.due(best, now.steady);
    if (output.reason == Due::nothing) return output;
    auto message = std::make_shared<v1::JobMessage>(envelope(now.wall));
    if (output.reason == Due::heartbeat) {
        message->mutable_heartbeat()->set_job_id(last_job_.value());
        schedule_.heartbeat_sent(now.steady);
        output.message = std::move(message);
        return output;
    }
    if (auto planned = plan_for(best->content); !planned) {
        choice_.drop(best->content.id);
        return planned.as_failure();
    }
    JobMoment moment = moment_of(*best, now.steady - best->made);
    moment.id = ids_.next(now.wall);
    // No two jobs of a template have the same: these bits come again after 18 hours.
    moment.coinbase_number = static_cast<std::uint32_t>(moment.id.value());
    moment.clean = output.reason == Due::job_new_tip;
    LODE_TRY(*message->mutable_job(), build_job(*plan_, settings_.coinbase, moment));
    last_job_ = moment.id;
    schedule_.job_sent(*best, now.steady);
    choice_.working_on(best->content.prev_hash);
    output.message = std::move(message);
    output.plan = plan_;
    return output;
}

v1::JobMessage Maker::envelope(UnixTime now) const {
    v1::JobMessage message;
    message.set_produced_unix_ms(to_unix_ms(now));
    message.set_source(settings_.source);
    message.set_chain(settings_.chain);
    message.set_generation(leadership_.generation().value_or(0));
    return message;
}

Result<void> Maker::plan_for(const MiningTemplate& content) {
    if (plan_ && plan_->source.id == content.id) return success();
    LODE_TRY(auto plan, plan_job(content, settings_.coinbase));
    plan_ = std::make_shared<const JobPlan>(std::move(plan));
    return success();
}

}  // namespace lode::jobmaker
