// The consumer of the job topic and the intake of direct jobs.
#include "sserver/job_feed.hpp"

#include "common/base/log.hpp"
#include "common/bus/topics.hpp"
#include "common/config/pool.hpp"
#include "common/messages/job.pb.h"
#include "common/runtime/intake.hpp"

namespace lode::sserver {
namespace {

// Jobs of the last hours are read at a start; the newest is in force if it is fresh.
constexpr auto job_history = std::chrono::hours(2);
// A job is some kilobytes, more where its coinbase pays many.
constexpr std::size_t job_body_max = std::size_t{1} << 20;

}  // namespace

JobFeed::JobFeed(runtime::Context& context, Options options, Probe& probe,
                 std::function<void(const JobPtr&)> take)
    : context_(context),
      options_(std::move(options)),
      probe_(probe),
      take_(std::move(take)),
      gate_(options_.job_age_max) {}

Result<void> JobFeed::open(JobKeeper& keeper) {
    keeper_ = &keeper;
    bus::ConsumerOptions options;
    options.start = bus::StartAt::time;
    options.since = context_.clock.unix_now() - job_history;
    LODE_TRY(jobs_, bus::Consumer<v1::JobMessage>::open(
                        context_.bus, bus::topics::job, options_.chain, options, context_.loop,
                        [this](const auto& records) { take_records(records); }));
    jobs_->when_caught_up([this] {
        caught_up_ = true;
        if (!live_) begin();
    });
    add_intake();
    return success();
}

void JobFeed::close() {
    alive_.reset();
    jobs_.reset();
}

void JobFeed::add_intake() {
    context_.router.add(
        http::Method::post, "/v1/job",
        runtime::intake<v1::JobMessage>(
            {.body_max = job_body_max, .secret = context_.pool.direct_secret},
            [this, &loop = context_.loop, chain = options_.chain, alive = std::weak_ptr(alive_)](
                std::shared_ptr<const v1::JobMessage> message, const http::Responder& responder) {
                if (message->chain() != chain) {
                    return responder.send(http::error_response(422, "a job of another chain"));
                }
                loop.post([this, message = std::move(message), responder, alive] {
                    if (!alive.lock()) {
                        return responder.send(http::error_response(503, "the server stops"));
                    }
                    responder.send(take_direct(message));
                });
            }));
}

void JobFeed::take_records(const std::vector<bus::Record<v1::JobMessage>>& records) {
    const auto arrival = caught_up_ ? Arrival::live : Arrival::replayed;
    for (const auto& record : records) {
        if (record.message->has_job()) keeper_->seen(JobId(record.message->job().job_id()));
        const auto job = gate_.take(
            *record.message, {.offset = record.position.offset, .arrival = arrival, .now = now()});
        if (!job) {
            probe_.jobs_refused.increment();
            log::error("job refused", {{"topic", bus::topics::job.spec.name},
                                       {"offset", record.position.offset},
                                       {"reason", job.error()}});
        } else if (job.value() && live_) {
            take_(job.value());
        }
    }
}

// What comes straight is news, whatever the bus still has to tell; the bus may never have it.
http::Response JobFeed::take_direct(const JobMessagePtr& message) {
    const auto job = gate_.take(*message, {.now = now()});
    if (!job) {
        probe_.jobs_refused.increment();
        log::error("job refused", {{"source", message->source()}, {"reason", job.error()}});
        return http::error_response(400, job.error().context);
    }
    if (job.value()) {
        live_ = true;
        keeper_->came_straight(message);
        take_(job.value());
    } else if (gate_.lacks_job_of(*message)) {
        return http::error_response(409, "unknown job");
    } else if (!live_ && gate_.current() && message->has_heartbeat() && fresh() &&
               JobId(message->heartbeat().job_id()) == gate_.current()->id) {
        begin();  // the newest that the bus has told of is the newest there is
    }
    return {.status = 200, .body = "{}"};
}

void JobFeed::tick() {
    if (!jobs_ || !keeper_->look_due()) return;
    keeper_->look_begun();
    jobs_->when_caught_up([this] { keeper_->looked(); });
}

void JobFeed::begin() {
    live_ = true;
    if (gate_.current()) take_(gate_.current());
}

}  // namespace lode::sserver
