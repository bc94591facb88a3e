// What goes out: claims, jobs and heartbeats to the job topic and straight to sservers, the blocks
// of new shapes to a node for a check, alerts for an operator. Used on the context's loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/bus/bus.hpp"
#include "common/messages/event.pb.h"
#include "common/runtime/service.hpp"
#include "common/runtime/spreader.hpp"
#include "jobmaker/config.hpp"
#include "jobmaker/maker.hpp"
#include "jobmaker/probe.hpp"
#include "jobmaker/proposal_checker.hpp"

namespace lode::jobmaker {

class Publisher {
  public:
    // Context and probe outlive it. Malformed when the URL of an sserver or node is none.
    [[nodiscard]] static Result<std::unique_ptr<Publisher>> open(runtime::Context& context,
                                                                 const Config& config,
                                                                 Probe& probe);
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    // To the bus alone, since its place there is the generation.
    [[nodiscard]] Result<void> claim(v1::JobMessage message, bus::Delivered written);
    // A job or heartbeat. `had` is told once: the first who has it, or that nobody does.
    void publish(const Output& output, std::function<void(const Result<void>&)> had);
    // What an operator should see; one that the bus does not take is only logged.
    void alert(std::string what, std::string detail);

  private:
    Publisher(runtime::Context& context, Probe& probe) : context_(context), probe_(probe) {}
    void tell(const Output& job);
    void checked(const ProposalChecker::Finding& finding);

    runtime::Context& context_;
    Probe& probe_;
    std::optional<bus::Producer<v1::PoolEvent>> events_;
    std::unique_ptr<ProposalChecker> checker_;  // reports to events_
    std::unique_ptr<runtime::Spreader> jobs_;
};

}  // namespace lode::jobmaker
