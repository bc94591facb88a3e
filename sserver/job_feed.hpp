// Jobs by both ways, the bus and straight from a jobmaker, through one gate.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/bus/bus.hpp"
#include "common/runtime/service.hpp"
#include "sserver/job_gate.hpp"
#include "sserver/job_keeper.hpp"
#include "sserver/probe.hpp"

namespace lode::sserver {

class JobFeed {
  public:
    struct Options {
        std::string chain;
        Duration job_age_max;
    };
    // `take` gets each job to hand to miners; never before the newest job is known to be that: by
    // the bus, read to its end, or by a job or heartbeat that came straight.
    JobFeed(runtime::Context& context, Options options, Probe& probe,
            std::function<void(const JobPtr&)> take);

    // Begins with the jobs of the last hours; POST /v1/job is answered from now on. `keeper`
    // outlives close().
    [[nodiscard]] Result<void> open(JobKeeper& keeper);
    // Twice a second or so.
    void tick();
    // No job is taken any more.
    void close();

    // The newest job to hand to miners; null before there is one.
    [[nodiscard]] JobPtr current() const { return live_ ? gate_.current() : nullptr; }
    // It may still be worked on.
    [[nodiscard]] bool fresh() const { return gate_.fresh(now().steady); }

  private:
    void add_intake();
    void take_records(const std::vector<bus::Record<v1::JobMessage>>& records);
    [[nodiscard]] http::Response take_direct(const JobMessagePtr& message);
    void begin();
    [[nodiscard]] Moment now() const {
        return {context_.clock.unix_now(), context_.clock.steady_now()};
    }

    runtime::Context& context_;
    Options options_;
    Probe& probe_;
    std::function<void(const JobPtr&)> take_;
    JobGate gate_;
    JobKeeper* keeper_ = nullptr;
    bool caught_up_ = false;  // with the bus
    bool live_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::optional<bus::Consumer<v1::JobMessage>> jobs_;
};

}  // namespace lode::sserver
