// Joins what comes in by bus and HTTP, the id mark on disk and the publisher to the maker; the
// rules are elsewhere.
#include "jobmaker/service.hpp"

#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/messages/block.pb.h"
#include "common/runtime/intake.hpp"
#include "jobmaker/config.hpp"
#include "jobmaker/id_mark.hpp"
#include "jobmaker/maker.hpp"
#include "jobmaker/probe.hpp"
#include "jobmaker/publisher.hpp"

namespace lode::jobmaker {
namespace {

constexpr auto tick_interval = std::chrono::milliseconds(500);
// Not ready when nothing was published for three heartbeats.
constexpr auto silence_max = std::chrono::seconds(30);
// Blocks of ours that may still be a tip.
constexpr auto block_history = std::chrono::hours(2);

MakerSettings maker_settings(const runtime::Context& context, const Config& config,
                             const bitcoin::Address& payout) {
    MakerSettings settings;
    settings.chain = context.pool.chain().name;
    settings.source = context.instance;
    settings.coinbase = {.payout_script = payout.script,
                         .tag = context.pool.chain().coinbase_tag,
                         .bip54_locktime = config.bip54_locktime,
                         .solo_fee_ppm = config.solo_fee_ppm};
    settings.schedule.job_interval = config.job_interval;
    settings.template_age_max = config.max_template_age;
    return settings;
}

class Jobmaker final : public runtime::Service {
  public:
    Jobmaker(runtime::Context& context, const Config& config, IdMark mark, Maker maker)
        : context_(context),
          chain_(context.pool.chain()),
          config_(config),
          probe_(context.metrics),
          mark_(std::move(mark)),
          maker_(std::move(maker)) {}
    ~Jobmaker() override { close(); }

    Result<void> start() override;
    void stop(std::function<void()> stopped) override {
        close();
        stopped();
    }
    runtime::Health health() const override;

  private:
    Result<void> open_consumers();
    Result<void> join_group();
    void open_intake();
    void claim();
    void jobs_read(const std::vector<bus::Record<v1::JobMessage>>& records);
    void templates_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records);
    Result<void> take(const std::shared_ptr<const v1::TemplateMessage>& message, UnixTime produced);
    void take_posted(const std::shared_ptr<const v1::TemplateMessage>& message,
                     const http::Responder& responder);
    void work();
    void note_role();
    void publish(const Output& output);
    void close();
    Moment now() const { return {context_.clock.unix_now(), context_.clock.steady_now()}; }

    runtime::Context& context_;
    const config::ChainConfig& chain_;
    Config config_;
    Probe probe_;
    IdMark mark_;
    Maker maker_;
    Role role_ = Role::standby;
    bool caught_up_ = false;  // with the job topic
    std::optional<SteadyTime> published_at_;
    std::optional<SteadyTime> template_at_;  // of a template that waits for its job
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::unique_ptr<Publisher> publisher_;
    std::optional<bus::Consumer<v1::JobMessage>> topic_;
    std::unique_ptr<bus::RawConsumer> membership_;
    std::optional<bus::Consumer<v1::TemplateMessage>> templates_;
    std::optional<bus::Consumer<v1::BlockEvent>> blocks_;
    std::unique_ptr<Timer> timer_;
};

Result<void> Jobmaker::start() {
    LODE_TRY(publisher_, Publisher::open(context_, config_, probe_));
    LODE_TRY_VOID(open_consumers());
    LODE_TRY_VOID(join_group());
    open_intake();
    timer_ = context_.loop.every(tick_interval, [this] { work(); });
    return success();
}

Result<void> Jobmaker::open_consumers() {
    bus::Bus& bus = context_.bus;
    Scheduler& loop = context_.loop;
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
    // All that is kept: ids and the tip go on from there.
    LODE_TRY(topic_, bus::Consumer<v1::JobMessage>::open(
                         bus, bus::topics::job, chain_.name,
                         {.group = "", .start = bus::StartAt::earliest, .offsets = {}}, loop,
                         [this](const auto& records) { jobs_read(records); }));
    topic_->when_caught_up([this] { caught_up_ = true; });
    return success();
}

Result<void> Jobmaker::join_group() {
    bus::ConsumerOptions options;
    options.group = "jobmaker";
    options.member = bus::Membership{
        .assigned = [this](const std::vector<std::uint32_t>& partitions) -> bus::Offsets {
            // The template topic has one partition: who has it leads.
            if (partitions.empty()) {
                maker_.leadership().revoked();
            } else {
                maker_.leadership().assigned(now().steady);
            }
            work();
            return {};
        },
        .revoked =
            [this](bus::Revocation why) {
                const bool orderly = why == bus::Revocation::orderly;
                maker_.leadership().revoked();
                log::info("no longer chosen to make jobs", {{"in_touch", orderly}});
                work();
            }};
    LODE_TRY(membership_, context_.bus.raw_consumer(
                              {bus::topics::block_template.spec, chain_.name}, std::move(options),
                              context_.loop, v1::TemplateMessage::default_instance(), nullptr));
    return success();
}

void Jobmaker::open_intake() {
    const auto taken = [this, &loop = context_.loop, weak = std::weak_ptr(alive_)](
                           const auto& message, const http::Responder& responder) {
        loop.post([this, weak, message, responder] {
            if (weak.lock()) take_posted(message, responder);
        });
    };
    context_.router.add(
        http::Method::post, "/v1/template",
        runtime::intake<v1::TemplateMessage>({.secret = context_.pool.direct_secret}, taken));
}

void Jobmaker::claim() {
    Leadership& leadership = maker_.leadership();
    leadership.claim_sent();
    const auto failed = [this](const Error& error) {
        log::error("claim not written, trying again", {{"error", error}});
        maker_.leadership().claim_failed(now().steady);
    };
    const auto sent = publisher_->claim(
        maker_.claim(now().wall), [this, failed](const Result<bus::Position>& place) {
            if (!place) return failed(place.error());
            log::info("claim written", {{"generation", place.value().offset}});
            maker_.leadership().claim_written(place.value().offset, now().steady);
            work();
        });
    if (!sent) failed(sent.error());
}

void Jobmaker::jobs_read(const std::vector<bus::Record<v1::JobMessage>>& records) {
    for (const auto& record : records) {
        maker_.message_read(*record.message, record.position.offset, now().steady);
    }
    work();
}

void Jobmaker::templates_arrived(const std::vector<bus::Record<v1::TemplateMessage>>& records) {
    for (const auto& record : records) {
        if (!record.message->has_template_()) continue;
        const auto taken = take(record.message, record.appended);
        if (taken) continue;
        log::error("template refused", {{"topic", bus::topics::block_template.spec.name},
                                        {"offset", record.position.offset},
                                        {"error", taken.error()}});
    }
    work();
}

Result<void> Jobmaker::take(const std::shared_ptr<const v1::TemplateMessage>& message,
                            UnixTime produced) {
    const auto verdict = maker_.template_arrived(message, produced, now());
    if (!verdict) {
        probe_.templates_refused.increment();
        return verdict.as_failure();
    }
    if (verdict.value() == TemplateVerdict::stale) probe_.templates_refused.increment();
    if (verdict.value() != TemplateVerdict::accepted) return success();
    probe_.templates.increment();
    if (!template_at_) template_at_ = now().steady;
    return success();
}

void Jobmaker::take_posted(const std::shared_ptr<const v1::TemplateMessage>& message,
                           const http::Responder& responder) {
    if (message->chain() != chain_.name || !message->has_template_()) {
        return responder.send(http::error_response(400, "no template of chain " + chain_.name));
    }
    // There is no bus time: the sender's clock must do.
    const auto taken = take(message, from_unix_ms(message->produced_unix_ms()));
    work();
    if (taken) return responder.send({.body = "{}"});
    log::error("template refused", {{"source", message->source()}, {"error", taken.error()}});
    responder.send(http::error_response(400, taken.error().context));
}

void Jobmaker::work() {
    if (maker_.leadership().claim_due(now().steady)) claim();
    note_role();
    if (role_ != Role::leader) return;
    mark_.keep_ahead(maker_.ids(), now().wall, now().steady);
    const auto output = maker_.due(now());
    template_at_ = output && output.value().plan ? template_at_ : std::nullopt;
    if (!output) {
        probe_.templates_refused.increment();
        log::error("template makes no job", {{"error", output.error()}});
    } else if (output.value().message) {
        publish(output.value());
    }
}

void Jobmaker::note_role() {
    const Leadership& leadership = maker_.leadership();
    probe_.generation.set(leadership.highest());
    if (role_ == leadership.role()) return;
    role_ = leadership.role();
    probe_.leader.set(role_ == Role::leader ? 1 : 0);
    published_at_.reset();
    log::info("role changed",
              {{"role", to_string(role_)}, {"highest_generation", leadership.highest()}});
    if (role_ == Role::leader) publisher_->alert("jobmaker leads", context_.instance);
}

void Jobmaker::publish(const Output& output) {
    const auto begun = std::exchange(template_at_, std::nullopt);
    const bool is_job = output.plan != nullptr;
    publisher_->publish(output, [this, begun, is_job](const Result<void>& had) {
        if (had) {
            published_at_ = now().steady;
            if (begun) probe_.template_to_job.observe(now().steady - *begun);
            return maker_.job_had();
        }
        if (!is_job) return;  // another follows
        log::error("job reached nobody", {{"error", had.error()}});
        maker_.job_lost(now().steady);
    });
}

runtime::Health Jobmaker::health() const {
    using runtime::Readiness;
    switch (role_) {
        case Role::standby:
            if (!caught_up_) return {Readiness::not_ready, "reading the job topic"};
            return {Readiness::ready, "standby"};
        case Role::claiming:
            return {Readiness::not_ready, "no claim in the job topic"};
        case Role::leader:
            break;
    }
    if (!published_at_ || now().steady - *published_at_ > silence_max) {
        return {Readiness::not_ready, "no fresh template"};
    }
    return {Readiness::ready, ""};
}

void Jobmaker::close() {
    alive_.reset();
    timer_.reset();
    membership_.reset();
    templates_.reset();
    blocks_.reset();
    topic_.reset();
    publisher_.reset();
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
                IdMark mark(context.data_folder / "job-id");
                LODE_TRY(auto ids, mark.read());
                Maker maker(maker_settings(context, config, payout), std::move(ids));
                return std::unique_ptr<runtime::Service>(
                    std::make_unique<Jobmaker>(context, config, std::move(mark), std::move(maker)));
            },
            .check = [](const config::Document& document,
                        const config::PoolConfig& pool) -> Result<void> {
                LODE_TRY_VOID(payout_address(document, pool.chain()));
                return success();
            }};
}

}  // namespace lode::jobmaker
