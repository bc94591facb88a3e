// A producer of lode.control.
#include "statshttpd/commander.hpp"

#include "common/bus/topics.hpp"

namespace lode::statshttpd {

Result<void> Commander::open() {
    LODE_TRY(auto producer, bus::Producer<v1::Command>::open(context_.bus, bus::topics::control, "",
                                                             context_.loop));
    producer_.emplace(std::move(producer));
    return success();
}

void Commander::send(const Command& command, Told told) {
    if (!producer_) return told(failure(ErrorCode::unavailable, "the service stops"));
    if (under_way_ >= under_way_max) {
        return told(failure(ErrorCode::exhausted, "the bus has not taken earlier commands"));
    }
    auto message = std::make_shared<v1::Command>();
    message->set_produced_unix_ms(to_unix_ms(context_.clock.unix_now()));
    message->set_source(context_.instance);
    message->set_id(command.id);
    message->set_target(command.target);
    message->set_action(command.action);
    message->set_argument(command.argument);
    message->set_audit_id(command.audit_id);
    // Dropping the producer ends its calls, and it goes first.
    const auto sent = producer_->send(0, command.target, std::move(message),
                                      [this, told](const Result<bus::Position>& place) {
                                          --under_way_;
                                          if (place) return told(success());
                                          told(place.error());
                                      });
    if (!sent) return told(sent.error());
    ++under_way_;
}

}  // namespace lode::statshttpd
