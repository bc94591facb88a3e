// The main thread's part: it asks the loops and waits for their answers and for signals at once.
#include "common/runtime/supervisor.hpp"

#include <algorithm>
#include <utility>

#include "common/base/log.hpp"

namespace lode::runtime {
namespace {

struct Done {};

SteadyTime now() {
    return std::chrono::steady_clock::now();
}
SteadyTime never() {
    return now() + std::chrono::hours(24 * 365);
}

}  // namespace

template <class T>
std::optional<T> Supervisor::await(std::future<T> result, const Until& until) {
    while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        const Wake wake = signal_.wait(until.deadline);
        if (wake == Wake::deadline) return std::nullopt;
        if (wake == Wake::reload_signal) reload_wanted_ = true;
        if (wake == Wake::stop_signal && now() >= until.patient_until) return std::nullopt;
    }
    return result.get();
}

Result<void> Supervisor::start(const Shared& shared) {
    for (const auto& host : hosts_) {
        const auto promise = std::make_shared<std::promise<Result<void>>>();
        host->start(shared, [this, promise](Result<void> result) {
            promise->set_value(std::move(result));
            signal_.notify();
        });
        ++begun_;
        const auto started = await(promise->get_future(), {never(), now()});
        if (!started) return failure(ErrorCode::cancelled, "a signal to stop");
        if (!*started) return failure_in(host->name(), started->error());
        log::info("service started", {{"name", host->name()}});
    }
    return success();
}

void Supervisor::wait_for_stop_signal() {
    for (;;) {
        if (std::exchange(reload_wanted_, false)) {
            log::info("services read their files again");
            for (const auto& host : hosts_) host->reload();
        }
        const Wake wake = signal_.wait(never());
        if (wake == Wake::stop_signal) return;
        reload_wanted_ = wake == Wake::reload_signal;
    }
}

Stopped Supervisor::stop(const StopLimits& limits) {
    const Until until{now() + limits.all, now() + limits.patience};
    for (; begun_ > 0; --begun_) {
        Host& host = *hosts_[begun_ - 1];
        const auto promise = std::make_shared<std::promise<Done>>();
        host.stop([this, promise] {
            promise->set_value({});
            signal_.notify();
        });
        if (!await(promise->get_future(), until)) {
            log::warn("service did not stop in time", {{"name", host.name()}});
            return Stopped::not_in_time;
        }
        log::info("service stopped", {{"name", host.name()}});
    }
    return Stopped::orderly;
}

void Supervisor::discard() {
    for (std::size_t i = hosts_.size(); i-- > 0;) {
        std::promise<void> discarded;
        hosts_[i]->discard([&discarded] { discarded.set_value(); });
        discarded.get_future().wait();
    }
}

}  // namespace lode::runtime
