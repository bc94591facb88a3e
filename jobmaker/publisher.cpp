// The ways out, and what is told of each job.
#include "jobmaker/publisher.hpp"

#include "common/base/log.hpp"
#include "common/config/pool.hpp"

namespace lode::jobmaker {
namespace {

// Jobs and heartbeats that wait for a slow sserver: minutes of them, a few kilobytes each.
constexpr std::size_t posts_waiting = 16;
// Jobs that wait for a bus that refuses them: hours of them, so that the archive misses none.
constexpr std::size_t jobs_kept = 1'000;

}  // namespace

Result<std::unique_ptr<Publisher>> Publisher::open(runtime::Context& context, const Config& config,
                                                   Probe& probe) {
    const config::ChainConfig& chain = context.pool.chain();
    std::unique_ptr<Publisher> publisher(new Publisher(context, probe));
    Publisher* raw = publisher.get();
    if (config.proposal_check) {
        LODE_TRY(publisher->checker_,
                 ProposalChecker::open(chain.nodes, context.loop,
                                       [raw](const auto& finding) { raw->checked(finding); }));
    }
    LODE_TRY(auto producer,
             context.bus.raw_producer({bus::topics::job.spec, chain.name}, context.loop));
    LODE_TRY(publisher->jobs_,
             runtime::Spreader::open(std::move(producer), context.loop, context.metrics,
                                     {.neighbours = config.sservers,
                                      .path = "/v1/job",
                                      .secret = context.pool.direct_secret,
                                      .key = chain.name,
                                      .waiting_max = posts_waiting,
                                      .kept_max = jobs_kept}));
    LODE_TRY(publisher->events_,
             bus::Producer<v1::PoolEvent>::open(context.bus, bus::topics::event, "", context.loop));
    return publisher;
}

Result<void> Publisher::claim(v1::JobMessage message, bus::Delivered written) {
    return jobs_->send_to_bus(std::make_shared<const v1::JobMessage>(std::move(message)),
                              std::move(written));
}

void Publisher::publish(const Output& output, std::function<void(const Result<void>&)> had) {
    const bool is_job = output.plan != nullptr;
    // A late heartbeat would say that what is old by then is new.
    const auto again = is_job ? runtime::Again::until_delivered : runtime::Again::never;
    jobs_->send(output.message, again, std::move(had));
    if (is_job) tell(output);
}

void Publisher::tell(const Output& output) {
    const v1::Job& job = output.message->job();
    (job.clean() ? probe_.jobs_clean : probe_.jobs_update).increment();
    probe_.height.set(job.height());
    log::info("job published", {{"job", job.job_id()},
                                {"height", job.height()},
                                {"reason", to_string(output.reason)},
                                {"clean", job.clean()},
                                {"transactions", job.bitcoin().transaction_count()},
                                {"reward", job.reward()}});
    if (checker_) checker_->check(output);
}

void Publisher::checked(const ProposalChecker::Finding& finding) {
    if (finding.verdict == ProposalVerdict::valid) {
        probe_.proposals_valid.increment();
        log::info("block proposal valid", {{"shape", finding.shape}});
    } else if (finding.verdict == ProposalVerdict::unknown) {
        log::warn("block proposal not answered, trying again", {{"reason", finding.reason}});
    } else {
        probe_.proposals_refused.increment();
        log::error("block proposal refused",
                   {{"shape", finding.shape}, {"reason", finding.reason}});
        alert("block proposal refused", finding.reason + ", shape " + finding.shape);
    }
}

void Publisher::alert(std::string what, std::string detail) {
    auto event = std::make_shared<v1::PoolEvent>();
    event->set_produced_unix_ms(to_unix_ms(context_.clock.unix_now()));
    event->set_source(context_.instance);
    event->set_chain(context_.pool.chain().name);
    event->mutable_alert()->set_what(std::move(what));
    event->mutable_alert()->set_detail(std::move(detail));
    const auto sent =
        events_->send(0, context_.instance, std::move(event), [](const auto& delivered) {
            if (!delivered) log::warn("event not delivered", {{"error", delivered.error()}});
        });
    if (!sent) log::warn("event not sent", {{"error", sent.error()}});
}

}  // namespace lode::jobmaker
