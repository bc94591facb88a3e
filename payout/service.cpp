// Joins the bus to the worker, which does everything on a thread of its own.
#include "payout/service.hpp"

#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/messages/block.pb.h"
#include "payout/config.hpp"
#include "payout/config_rules.hpp"
#include "payout/worker.hpp"

namespace lode::payout {
namespace {

// A settlement may fail or wait for a slow database so often before the service is not ready.
constexpr int missed_passes_max = 3;
constexpr auto missed_time_min = std::chrono::minutes(1);

class Payout final : public runtime::Service {
  public:
    Payout(runtime::Context& context, Config config)
        : context_(context), config_(std::move(config)), probe_(context.metrics) {}

    Result<void> start() override {
        LODE_TRY(worker_, Worker::open({.config = config_,
                                        .pool = context_.pool,
                                        .instance = context_.instance,
                                        .clock = context_.clock},
                                       probe_));
        if (config_.payments == Payments::off) {
            log::info("payments are off: users are credited and nothing is sent");
        }
        LODE_TRY(auto blocks, bus::Consumer<v1::BlockEvent>::open(
                                  context_.bus, bus::topics::block, context_.pool.chain().name,
                                  {.start = bus::StartAt::latest}, context_.loop,
                                  [this](const std::vector<bus::Record<v1::BlockEvent>>& records) {
                                      if (!records.empty()) worker_->block_changed();
                                  }));
        blocks_ = std::move(blocks);
        return success();
    }

    void stop(std::function<void()> stopped) override {
        blocks_.reset();
        if (!worker_) return stopped();
        worker_->stop(context_.loop, std::move(stopped));
    }

    runtime::Health health() const override;

  private:
    runtime::Context& context_;
    Config config_;
    Probe probe_;
    std::unique_ptr<Worker> worker_;
    std::optional<bus::Consumer<v1::BlockEvent>> blocks_;
};

runtime::Health Payout::health() const {
    using enum runtime::Readiness;
    if (!worker_) return {not_ready, "starting"};
    const WorkerStatus status = worker_->status();
    if (status.role == WorkerStatus::Role::standby) return {ready, status.note};
    if (!status.settled) {
        return {not_ready,
                status.trouble.empty() ? "the first settlement is under way" : status.trouble};
    }
    const Duration age = context_.clock.steady_now() - *status.settled;
    const Duration oldest =
        std::max<Duration>(config_.settle_interval * missed_passes_max, missed_time_min);
    if (age > oldest) {
        return {not_ready,
                "no settlement came to its end for " +
                    std::to_string(std::chrono::floor<std::chrono::seconds>(age).count()) +
                    " s: " + status.trouble};
    }
    if (!status.trouble.empty()) return {ready, status.trouble};
    if (config_.payments == Payments::off) return {ready, "payments are off"};
    return {ready, status.note};
}

}  // namespace

runtime::ServiceDefinition definition() {
    return {.name = "payout",
            .summary = "Divides what the pool finds among those who worked for it, and pays.",
            .default_health_port = config::default_health_port("payout"),
            .settings = &section().base(),
            .create = [](runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
                LODE_TRY(Config config, section().read(context.document));
                return std::unique_ptr<runtime::Service>(
                    std::make_unique<Payout>(context, std::move(config)));
            },
            .check = [](const config::Document& document,
                        const config::PoolConfig& pool) -> Result<void> {
                LODE_TRY(const Config config, section().read(document));
                return check_config(config, pool.chain());
            }};
}

}  // namespace lode::payout
