// The ways of solved shares, each with a thread of its own: a post to every blkmaker, the bus, and
// a file each.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/bus/bus.hpp"
#include "common/runtime/courier.hpp"
#include "common/runtime/loop.hpp"
#include "common/runtime/service.hpp"
#include "sserver/solved_outbox.hpp"

namespace lode::sserver {

class SolvedWays final : private SolvedPort {
  public:
    // Sends what earlier runs left in `<data folder>/solved`. The context outlives it; it is made,
    // used and destroyed on the context's loop.
    [[nodiscard]] static Result<std::unique_ptr<SolvedWays>> open(
        runtime::Context& context, const std::vector<std::string>& blkmakers);
    ~SolvedWays() override = default;

    void add(const SolvedPtr& share, Task safe) { outbox_.add(share, now(), std::move(safe)); }
    void retry() { outbox_.retry(now()); }
    [[nodiscard]] std::size_t unconfirmed() const { return outbox_.unconfirmed(); }
    // What a stop waits for.
    [[nodiscard]] std::size_t under_way() const { return outbox_.under_way() + removals_; }

  private:
    explicit SolvedWays(runtime::Context& context)
        : context_(context),
          outbox_(context.data_folder / "solved", *this),
          files_("solved-spool") {}
    std::size_t post(const SolvedPtr& share) override;
    Result<void> publish(const SolvedPtr& share) override;
    void store(const std::filesystem::path& path, const SolvedPtr& share) override;
    void remove(const std::filesystem::path& path) override;
    // Runs `task` on the service's loop, unless this is gone by then.
    void home(Task task);
    [[nodiscard]] SteadyTime now() const { return context_.clock.steady_now(); }

    runtime::Context& context_;
    SolvedOutbox outbox_;
    std::size_t removals_ = 0;  // of files, not carried out yet
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::optional<bus::Producer<v1::SolvedShare>> bus_;
    // Threads of their own, gone before what they report to.
    runtime::Loop files_;
    std::vector<std::unique_ptr<runtime::Courier>> couriers_;
};

}  // namespace lode::sserver
