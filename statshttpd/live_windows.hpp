// Hash rates of the pool and of each worker from the shares of the bus, over sliding windows.
// For display: a share delivered twice after a crash counts twice here, and once in the accounts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "statshttpd/sliding_sum.hpp"

namespace lode::statshttpd {

struct LiveShare {
    std::string user;
    std::string worker;
    bitcoin::Work work;
    UnixTime accepted;
};

struct PoolRates {
    Measured minute;
    Measured five_minutes;
    Measured fifteen_minutes;
    Measured hour;
    Measured day;
};

struct WorkerRates {
    std::string user;
    std::string worker;
    Measured five_minutes;
    Measured hour;
    UnixTime last_share;
};

struct WorkerPage {
    std::size_t total = 0;  // that fit the filter
    std::vector<WorkerRates> rows;
};

struct Active {
    std::int64_t users = 0;
    std::int64_t workers = 0;
};

enum class Tracked : std::uint8_t { no, yes };

class LiveWindows {
  public:
    // A worker takes some 900 bytes: less than 100 MB in all. Shares of further ones count for the
    // pool only.
    static constexpr std::size_t workers_max = 100'000;
    // A worker with a share in this time counts as active: twenty times as long as vardiff lets a
    // share take.
    static constexpr auto active_time = std::chrono::minutes(10);
    // A worker without a share for so long is forgotten.
    static constexpr auto forget_time = std::chrono::hours(1);
    // Length of the slots that seed() fills.
    static constexpr auto seed_slot = std::chrono::minutes(10);

    // Shares accepted before `since`, a multiple of seed_slot, come by seed().
    explicit LiveWindows(UnixTime since);

    [[nodiscard]] Tracked add(const LiveShare& share, UnixTime now);
    // What the database knows of the day before `since`, by seed_slot; called once.
    void seed(const std::map<UnixTime, Sum>& sums);

    [[nodiscard]] PoolRates pool(UnixTime now) const;
    [[nodiscard]] Active active(UnixTime now);

    struct Filter {
        std::optional<std::string> user;
        std::size_t offset = 0;
        std::size_t limit = 0;
    };
    // In the order of user and worker.
    [[nodiscard]] WorkerPage workers(const Filter& filter, UnixTime now) const;

    void forget_old(UnixTime now);
    [[nodiscard]] std::size_t tracked() const { return workers_.size(); }

  private:
    struct Name {
        std::string user;
        std::string worker;
        auto operator<=>(const Name&) const = default;
    };
    struct Worker {
        SlidingSum<30, 10> five_minutes;
        SlidingSum<300, 12> hour;
        UnixTime last_share;
    };

    [[nodiscard]] Measured known(Measured measured, UnixTime known_since, UnixTime now) const;

    UnixTime since_;
    UnixTime day_known_since_;
    SlidingSum<10, 360> hour_;
    SlidingSum<600, 144> day_;
    std::map<Name, Worker> workers_;
    // Counting walks all workers, so an answer holds for a second.
    std::optional<UnixTime> counted_at_;
    Active counted_;
};

}  // namespace lode::statshttpd
