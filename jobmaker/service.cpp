// Joins the bus, the id mark on disk and the proposal check to the maker; the rules are elsewhere.
// Order at start: read the kept jobs (ids and tip go on from there), write our claim, make jobs.
#include "jobmaker/service.hpp"

#include <set>

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/messages/event.pb.h"
#include "common/node/bitcoin_rpc.hpp"
#include "common/runtime/loop.hpp"
#include "jobmaker/config.hpp"
#include "jobmaker/maker.hpp"
#include "jobmaker/probe.hpp"
#include "jobmaker/proposal.hpp"

namespace lode::jobmaker {
namespace {

constexpr auto tick_interval = std::chrono::milliseconds(500);
// A claim that did not reach the bus is written again after this.
constexpr auto claim_retry = std::chrono::seconds(2);
// The same for the mark of job ids on a disk that is full.
constexpr auto mark_retry = std::chrono::seconds(10);
// Not ready when nothing was published for three heartbeats.
constexpr auto silence_max = std::chrono::seconds(30);
// Blocks of ours that may still be a tip.
constexpr auto block_history = std::chrono::hours(2);
// Checked shapes remembered; there are tens at most, and forgetting one costs a check.
constexpr std::size_t shapes_max = 1'000;

MakerSettings maker_settings(const config::ChainConfig& chain, const Config& config,
                             const bitcoin::Address& payout) {
    MakerSettings settings;
    settings.chain = chain.name;
    settings.source = "jobmaker";
    settings.coinbase.payout_script = payout.script;
    settings.coinbase.tag = chain.coinbase_tag;
    settings.coinbase.bip54_locktime = config.bip54_locktime;
    settings.schedule.job_interval = config.job_interval;
    settings.template_age_max = config.max_template_age;
    return settings;
}

// No file means the first start.
Result<JobIds> read_ids(const std::filesystem::path& path) {
    std::error_code problem;
    if (!std::filesystem::exists(path, problem) && !problem) return JobIds(JobId(0));
    LODE_TRY(const auto text, read_file(path));
    const auto mark = parse_mark(text);
    if (mark) return JobIds(mark.value());
    // Written whole or not at all: whatever else stands there was not written by us.
    return failure(ErrorCode::internal, path.string() + ": " + mark.error().context);
}

class Jobmaker final : public runtime::Service {
  public:
    Jobmaker(runtime::Context& context, const Config& config, Maker maker)
        : context_(context),
          chain_(context.pool.chain()),
          config_(config),
          probe_(context.metrics),
          maker_(std::move(maker)) {}
    ~Jobmaker() override { close(); }

    Result<void> start() override;
    void stop(std::function<void()> stopped) override;
    runtime::Health health() const override;

  private:
    Result<void> open_bus();
    Result<void> open_nodes();
    void claim();
    void templates_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records);
    void work();
    void publish(const Output& output);
    void told(const Output& output);
    void keep_ids_ahead();
    void check(const Output& output);
    void checked(const std::string& shape, const Result<std::optional<std::string>>& word);
    void raise_alert(std::string what, std::string detail);
    void close();
    Moment now() const { return {context_.clock.unix_now(), context_.clock.steady_now()}; }

    runtime::Context& context_;
    const config::ChainConfig& chain_;
    Config config_;
    Probe probe_;
    Maker maker_;
    SteadyTime mark_not_before_ = SteadyTime::min();
    std::optional<SteadyTime> published_at_;
    std::optional<SteadyTime> template_at_;  // of a template that waits for its job
    std::set<std::string> shapes_;           // already checked or being checked
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::optional<bus::Producer<v1::JobMessage>> jobs_;
    std::optional<bus::Producer<v1::PoolEvent>> events_;
    std::optional<bus::Consumer<v1::JobMessage>> history_;
    std::optional<bus::Consumer<v1::TemplateMessage>> templates_;
    std::optional<bus::Consumer<v1::BlockEvent>> blocks_;
    std::unique_ptr<Timer> timer_;
    std::unique_ptr<Timer> claim_timer_;
    std::vector<std::unique_ptr<node::NodeRpc>> nodes_;
    std::unique_ptr<runtime::Loop> checker_;  // the thread that waits for proposals
};

std::filesystem::path mark_path(const runtime::Context& context) {
    return context.data_folder / "job-id";
}

Result<void> Jobmaker::start() {
    if (config_.proposal_check) {
        LODE_TRY_VOID(open_nodes());
    }
    LODE_TRY_VOID(open_bus());
    timer_ = context_.loop.every(tick_interval, [this] { work(); });
    return success();
}

Result<void> Jobmaker::open_nodes() {
    for (const config::NodeConfig& settings : chain_.nodes) {
        LODE_TRY(auto rpc,
                 node::open_bitcoin_rpc({.url = settings.url,
                                         .user = settings.user,
                                         .password = settings.password,
                                         .cookie_file = settings.cookie_file.value_or("")}));
        nodes_.push_back(std::move(rpc));
    }
    checker_ = std::make_unique<runtime::Loop>("job-check");
    return success();
}

Result<void> Jobmaker::open_bus() {
    bus::Bus& bus = context_.bus;
    Scheduler& loop = context_.loop;
    LODE_TRY(jobs_, bus::Producer<v1::JobMessage>::open(bus, bus::topics::job, chain_.name, loop));
    LODE_TRY(events_, bus::Producer<v1::PoolEvent>::open(bus, bus::topics::event, "", loop));
    const UnixTime time = context_.clock.unix_now();
    bus::ConsumerOptions options;
    options.start = bus::StartAt::time;
    options.since = time - block_history;
    LODE_TRY(blocks_,
             bus::Consumer<v1::BlockEvent>::open(bus, bus::topics::block, chain_.name, options,
                                                 loop, [this](const auto& records) {
                                                     for (const auto& one : records)
                                                         maker_.block_event(*one.message);
                                                     work();
                                                 }));
    options.since = time - config_.max_template_age;
    options.batch_max = 16;  // templates of megabytes
    LODE_TRY(templates_, bus::Consumer<v1::TemplateMessage>::open(
                             bus, bus::topics::block_template, chain_.name, options, loop,
                             [this](const auto& records) { templates_arrived(records); }));
    LODE_TRY(history_, bus::Consumer<v1::JobMessage>::open(
                           bus, bus::topics::job, chain_.name,
                           {.group = "", .start = bus::StartAt::earliest, .offsets = {}}, loop,
                           [this](const auto& records) {
                               for (const auto& one : records) maker_.history(*one.message);
                           }));
    history_->when_caught_up([this] { claim(); });
    return success();
}

void Jobmaker::claim() {
    const auto retry = [this](const Error& error) {
        log::error("claim not written, trying again", {{"error", error}});
        claim_timer_ = context_.loop.after(claim_retry, [this] { claim(); });
    };
    auto message = std::make_shared<const v1::JobMessage>(maker_.claim(now().wall));
    const auto sent = jobs_->send(
        0, chain_.name, std::move(message), [this, retry](const Result<bus::Position>& place) {
            if (!place) return retry(place.error());
            log::info("claim written", {{"generation", place.value().offset}});
            history_.reset();
            maker_.claimed(place.value().offset);
            work();
        });
    if (!sent) retry(sent.error());
}

void Jobmaker::templates_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records) {
    for (const auto& record : records) {
        if (!record.message->has_template_()) continue;
        const auto verdict = maker_.template_arrived(record.message, record.appended, now());
        if (!verdict) {
            probe_.templates_refused.increment();
            log::error("template refused", {{"topic", bus::topics::block_template.spec.name},
                                            {"offset", record.position.offset},
                                            {"error", verdict.error()}});
        } else if (verdict.value() == TemplateVerdict::accepted) {
            probe_.templates.increment();
            if (!template_at_) template_at_ = now().steady;
        } else {
            if (verdict.value() == TemplateVerdict::stale) probe_.templates_refused.increment();
            log::debug("template refused", {{"verdict", to_string(verdict.value())}});
        }
    }
    work();
}

void Jobmaker::work() {
    if (!maker_.has_claim()) return;
    keep_ids_ahead();
    const auto output = maker_.due(now());
    template_at_ = output && output.value().plan ? template_at_ : std::nullopt;
    if (!output) {
        probe_.templates_refused.increment();
        log::error("template makes no job", {{"error", output.error()}});
    } else if (output.value().message) {
        publish(output.value());
    }
}

void Jobmaker::keep_ids_ahead() {
    const auto mark = maker_.ids().wanted_mark(context_.clock.unix_now());
    if (!mark || now().steady < mark_not_before_) return;
    const auto written = replace_file(mark_path(context_), mark_text(*mark));
    if (written) {
        maker_.ids().reserved(*mark);
    } else {
        // The clock keeps ids rising meanwhile; only a clock set back could make them fall.
        log::error("job ids not reserved, trying again", {{"error", written.error()}});
        mark_not_before_ = now().steady + mark_retry;
    }
}

void Jobmaker::publish(const Output& output) {
    const auto begun = std::exchange(template_at_, std::nullopt);
    const auto sent = jobs_->send(
        0, chain_.name, output.message, [this, begun](const Result<bus::Position>& place) {
            if (!place) {
                log::error("job not delivered", {{"error", place.error()}});
                return maker_.job_lost(now().steady);
            }
            published_at_ = now().steady;
            if (begun) probe_.template_to_job.observe(now().steady - *begun);
        });
    if (!sent) {
        log::error("job not sent", {{"error", sent.error()}});
        return maker_.job_lost(now().steady);
    }
    if (output.plan) told(output);
}

void Jobmaker::told(const Output& output) {
    const v1::Job& job = output.message->job();
    (job.clean() ? probe_.jobs_clean : probe_.jobs_update).increment();
    probe_.height.set(job.height());
    log::info("job published", {{"job", job.job_id()},
                                {"height", job.height()},
                                {"reason", to_string(output.reason)},
                                {"clean", job.clean()},
                                {"transactions", job.bitcoin().transaction_count()},
                                {"reward", job.reward()}});
    if (checker_) check(output);
}

void Jobmaker::check(const Output& output) {
    const std::string shape = proposal_shape(output.message->job(), *output.plan);
    if (shapes_.size() >= shapes_max) shapes_.clear();
    if (!shapes_.insert(shape).second) return;
    // The node that made the template is on its tip; any other is second best.
    const std::string& wanted = output.plan->source.message->template_().node();
    const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                    [&](const auto& one) { return one->url() == wanted; });
    node::NodeRpc& rpc = found == nodes_.end() ? *nodes_.front() : **found;
    checker_->post([this, &rpc, shape, output, weak = std::weak_ptr(alive_)] {
        const auto block = proposal_block(output.message->job(), *output.plan);
        auto word = block ? rpc.propose_block(block.value())
                          : Result<std::optional<std::string>>(block.error());
        context_.loop.post([this, shape, word = std::move(word), weak] {
            if (weak.lock()) checked(shape, word);
        });
    });
}

void Jobmaker::checked(const std::string& shape, const Result<std::optional<std::string>>& word) {
    const auto verdict = word ? proposal_verdict(word.value()) : ProposalVerdict::unknown;
    if (verdict == ProposalVerdict::valid) {
        probe_.proposals_valid.increment();
        log::info("block proposal valid", {{"shape", shape}});
    } else if (verdict == ProposalVerdict::unknown) {
        shapes_.erase(shape);
        const std::string why = word ? word.value().value_or("") : word.error().context;
        log::warn("block proposal not answered, trying again", {{"reason", why}});
    } else {
        probe_.proposals_refused.increment();
        const std::string reason = word.value().value_or("");
        log::error("block proposal refused", {{"shape", shape}, {"reason", reason}});
        raise_alert("block proposal refused", reason + ", shape " + shape);
    }
}

void Jobmaker::raise_alert(std::string what, std::string detail) {
    auto event = std::make_shared<v1::PoolEvent>();
    event->set_produced_unix_ms(to_unix_ms(context_.clock.unix_now()));
    event->set_source("jobmaker");
    event->set_chain(chain_.name);
    event->mutable_alert()->set_what(std::move(what));
    event->mutable_alert()->set_detail(std::move(detail));
    const auto sent = events_->send(0, "jobmaker", std::move(event), [](const auto& delivered) {
        if (!delivered) log::warn("event not delivered", {{"error", delivered.error()}});
    });
    if (!sent) log::warn("event not sent", {{"error", sent.error()}});
}

runtime::Health Jobmaker::health() const {
    if (!maker_.has_claim()) return {runtime::Readiness::not_ready, "no claim in the job topic"};
    if (!published_at_ || now().steady - *published_at_ > silence_max) {
        return {runtime::Readiness::not_ready, "no fresh template"};
    }
    return {runtime::Readiness::ready, ""};
}

void Jobmaker::stop(std::function<void()> stopped) {
    close();
    stopped();
}

void Jobmaker::close() {
    alive_.reset();
    timer_.reset();
    claim_timer_.reset();
    templates_.reset();
    blocks_.reset();
    history_.reset();
    for (auto& one : nodes_) one->cancel();
    checker_.reset();  // waits for its running call, which cancel() has ended
}

}  // namespace

runtime::ServiceDefinition definition() {
    return {.name = "jobmaker",
            .summary = "Makes jobs for miners out of block templates.",
            .default_health_port = config::default_health_port("jobmaker"),
            .settings = &section().base(),
            .create = [](runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
                LODE_TRY(const Config config, section().read(context.document));
                const config::ChainConfig& chain = context.pool.chain();
                LODE_TRY(const auto payout, payout_address(context.document, chain));
                LODE_TRY(auto ids, read_ids(mark_path(context)));
                Maker maker(maker_settings(chain, config, payout), std::move(ids));
                return std::unique_ptr<runtime::Service>(
                    std::make_unique<Jobmaker>(context, config, std::move(maker)));
            },
            .check = [](const config::Document& document,
                        const config::PoolConfig& pool) -> Result<void> {
                LODE_TRY_VOID(payout_address(document, pool.chain()));
                return success();
            }};
}

}  // namespace lode::jobmaker
