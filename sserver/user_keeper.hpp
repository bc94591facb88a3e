// The registered users on a thread of its own: reads the table, shows the names to the loops, and
// keeps them in the folder for a start without the database.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/metrics/metrics.hpp"
#include "common/runtime/loop.hpp"
#include "common/runtime/service.hpp"
#include "sserver/moment.hpp"
#include "sserver/user_directory.hpp"
#include "sserver/user_record.hpp"
#include "sserver/user_repository.hpp"

namespace lode::sserver {

struct UserKeeperOptions {
    config::DatabaseConfig database;
    std::string database_folder;
    std::filesystem::path folder;  // of sserver
    const Clock& clock;
    metrics::Registry& metrics;
};

[[nodiscard]] UserKeeperOptions user_keeper_options(runtime::Context& context);

class UserKeeper {
  public:
    static constexpr auto refresh = std::chrono::seconds(10);
    // The file is 16 bytes a name; on a pool where users come all the time it is not written
    // with each of them. A stop writes what is missing.
    static constexpr auto record_pause = std::chrono::minutes(1);

    // Starts; a record in the folder that cannot be read is only logged.
    explicit UserKeeper(UserKeeperOptions options);
    ~UserKeeper();
    UserKeeper(const UserKeeper&) = delete;
    UserKeeper& operator=(const UserKeeper&) = delete;

    // For any thread, as long as the keeper lives.
    [[nodiscard]] const RegisteredUsers& users() const { return users_; }

  private:
    [[nodiscard]] std::optional<UserRecord> recorded() const;
    void round();
    [[nodiscard]] Result<void> read();
    void show();
    void record();
    [[nodiscard]] std::filesystem::path record_path() const { return options_.folder / "users"; }
    [[nodiscard]] SteadyTime now() const { return options_.clock.steady_now(); }

    UserKeeperOptions options_;
    metrics::Gauge known_;
    metrics::Gauge age_;
    RegisteredUsers users_;
    std::atomic<bool> ending_{false};

    // On the keeper's thread only, and where there is none.
    UserDirectory directory_{nullptr};
    std::optional<UserRepository> repository_;
    std::optional<UnixTime> read_{};  // when the names were as they are shown
    UserNamesPtr recorded_names_;
    std::optional<SteadyTime> recorded_at_{};
    bool failing_ = false;
    bool overflowed_ = false;
    std::unique_ptr<Timer> timer_;

    runtime::Loop loop_;
};

}  // namespace lode::sserver
