// Bans from whatever thread found them to the service's.
#include "sserver/defence.hpp"

#include "common/base/log.hpp"
#include "common/bus/topics.hpp"

namespace lode::sserver {

Defence::Defence(runtime::Context& context, std::string chain, DefenceRules rules,
                 std::function<void(const Ban&)> close)
    : context_(context),
      chain_(std::move(chain)),
      log_addresses_(rules.log_addresses),
      close_(std::move(close)),
      events_dropped_(
          context.metrics.counter("events_dropped_total", "Events that the bus was too slow for.")),
      guard_(std::move(rules.guard), GuardProbe(context.metrics), [this](const Ban& ban) {
          context_.loop.post([this, ban, alive = std::weak_ptr(alive_)] {
              if (alive.lock()) banned(ban);
          });
      }) {}

Result<void> Defence::open() {
    LODE_TRY(events_, bus::Producer<v1::PoolEvent>::open(context_.bus, bus::topics::event, "",
                                                         context_.loop));
    return success();
}

void Defence::tick() {
    guard_.tick(context_.clock.steady_now());
}

void Defence::banned(const Ban& ban) {
    close_(ban);
    publish(ban);
    const auto left_out = log_limit_.line("banned", context_.clock.steady_now());
    if (!left_out) return;
    log::warn("address banned",
              {{"address", shown(ban.address, log_addresses_)},
               {"reason", ban.reason},
               {"seconds", std::chrono::ceil<std::chrono::seconds>(ban.time).count()},
               {"left_out", *left_out}});
}

// Best effort: a ban holds whether or not anyone hears of it.
void Defence::publish(const Ban& ban) {
    if (!events_ || events_under_way_ >= events_max) return events_dropped_.increment();
    auto event = std::make_shared<v1::PoolEvent>();
    event->set_produced_unix_ms(to_unix_ms(context_.clock.unix_now()));
    event->set_source(context_.instance);
    event->set_chain(chain_);
    auto& body = *event->mutable_ban();
    body.set_address(shown(ban.address, log_addresses_));
    body.set_reason(ban.reason);
    body.set_seconds(std::chrono::ceil<std::chrono::seconds>(ban.time).count());
    // Dropping the producer ends its calls, and it goes first.
    const auto sent =
        events_->send(0, context_.instance, std::move(event), [this](const auto& delivered) {
            --events_under_way_;
            if (!delivered) events_dropped_.increment();
        });
    if (sent) {
        ++events_under_way_;
    } else {
        events_dropped_.increment();
    }
}

}  // namespace lode::sserver
