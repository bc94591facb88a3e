// The topic lode.control, and a file that is there while mining is stopped.
#include "sserver/order_feed.hpp"

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/bus/topics.hpp"

namespace lode::sserver {

std::filesystem::path OrderFeed::path() const {
    return context_.data_folder / "mining-stopped";
}

Result<void> OrderFeed::open() {
    started_ = context_.clock.unix_now();
    if (std::filesystem::exists(path())) {
        LODE_TRY(stopped_, read_file(path()));
        log::warn("mining is stopped by the operator", {{"reason", stopped_}});
    }
    LODE_TRY(auto commands,
             bus::Consumer<v1::Command>::open(
                 context_.bus, bus::topics::control, "", {.start = bus::StartAt::earliest},
                 context_.loop, [this](const std::vector<bus::Record<v1::Command>>& records) {
                     for (const auto& record : records) take(record);
                 }));
    commands_.emplace(std::move(commands));
    return success();
}

void OrderFeed::take(const bus::Record<v1::Command>& record) {
    const v1::Command& command = *record.message;
    if (command.target() != "sserver" && command.target() != context_.instance) return;
    if (!once_.first(command.id())) return;
    const auto order = parse_order(command);
    if (!order) {
        log::warn("a command that cannot be obeyed",
                  {{"id", command.id()}, {"error", order.error()}});
        return;
    }
    const auto* mining = std::get_if<MiningOrder>(&order.value());
    if (mining != nullptr) keep(*mining);
    if (mining == nullptr && record.appended < started_) return;
    log::info("command",
              {{"action", command.action()}, {"id", command.id()}, {"audit", command.audit_id()}});
    obey_(order.value());
}

// A stop that cannot be written down still holds, until this process ends.
void OrderFeed::keep(const MiningOrder& order) {
    stopped_ = order.mining == Mining::stopped ? order.reason : "";
    if (order.mining == Mining::stopped && stopped_.empty()) stopped_ = "no reason given";
    std::error_code trouble;
    if (stopped_.empty()) {
        std::filesystem::remove(path(), trouble);
    } else if (const auto written = replace_file(path(), stopped_); !written) {
        log::error("that mining is stopped cannot be written down", {{"error", written.error()}});
    }
    if (trouble) {
        log::error("that mining goes on cannot be written down", {{"error", trouble.message()}});
    }
}

}  // namespace lode::sserver
