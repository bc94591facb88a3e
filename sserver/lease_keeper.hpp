// The lease on a thread of its own: reads and changes the table, keeps the folder's record, and
// shows under which identity to serve.
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/executor.hpp"
#include "common/runtime/loop.hpp"
#include "common/runtime/service.hpp"
#include "sserver/lease_repository.hpp"
#include "sserver/server_lease.hpp"

namespace lode::sserver {

// Names a data folder wherever it is: the machine's id, the id of the file system and the inode of
// `<folder>/lock`. A copy of the folder, on this machine or another, has another name.
[[nodiscard]] Result<std::string> holder_of(const std::filesystem::path& folder);

struct LeaseKeeperOptions {
    std::optional<std::uint16_t> id;  // fixed by the operator
    config::DatabaseConfig database;
    std::string database_folder;
    std::filesystem::path folder;  // of sserver; its `lock` is there
    const Clock& clock;
};

[[nodiscard]] LeaseKeeperOptions lease_keeper_options(const runtime::Context& context,
                                                      std::optional<std::uint16_t> id);

class LeaseKeeper {
  public:
    // Conflict when the folder is a copy. `news` runs on `home` when there is an identity that was
    // not there before, or with the conflict that ends the service.
    [[nodiscard]] static Result<std::unique_ptr<LeaseKeeper>> open(
        LeaseKeeperOptions options, Executor& home, std::function<void(Result<void>)> news);

    // Waits for the first answer of the database, or its absence; a conflict it gave.
    [[nodiscard]] Result<void> await_first(Duration longest);

    // From any thread.
    [[nodiscard]] std::optional<Identity> identity() const;
    // Why there is no identity; empty when nothing is known yet.
    [[nodiscard]] std::string trouble() const;

    // Gives the id back, when nothing is served under it any more; `done` runs on `home`.
    void release(Task done);

  private:
    LeaseKeeper(LeaseKeeperOptions options, ServerLease lease, Executor& home,
                std::function<void(Result<void>)> news);
    void round();
    [[nodiscard]] Result<Duration> ask(Moment planned);
    [[nodiscard]] Result<Duration> carry_out(const LeaseChange& change, Moment planned);
    void without_database(const Error& error);
    [[nodiscard]] Result<void> make_epoch_durable(std::uint32_t epoch);
    void give_back();
    void show();
    void tell(Result<void> outcome);
    [[nodiscard]] Moment now() const {
        return {options_.clock.unix_now(), options_.clock.steady_now()};
    }

    LeaseKeeperOptions options_;
    Executor& home_;
    std::function<void(Result<void>)> news_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);

    // On the keeper's thread only.
    ServerLease lease_;
    std::optional<LeaseRepository> repository_;
    std::uint32_t durable_epoch_ = 0;
    bool failing_ = false;
    bool over_ = false;  // released, or lost for good
    std::unique_ptr<Timer> timer_;
    std::promise<Result<void>> first_;
    bool first_told_ = false;

    mutable std::mutex mutex_;
    ServerLease shown_;    // guarded
    std::string trouble_;  // guarded

    runtime::Loop loop_;
};

}  // namespace lode::sserver
