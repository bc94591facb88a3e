// Hash rates of the pool, of each user and of each worker from the shares of the bus, over sliding
// windows. For display: a share delivered twice after a crash counts twice here, and once in the
// accounts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "statshttpd/parameters.hpp"
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
    Measured fifteen_minutes;
    Measured hour;
    UnixTime last_share;
};

struct WorkerPage {
    std::size_t total = 0;  // that fit the filter
    std::vector<WorkerRates> rows;
};

struct UserRates {
    std::string user;
    Measured five_minutes;
    Measured fifteen_minutes;
    Measured hour;
    std::int64_t active_workers = 0;
    UnixTime last_share;
};

struct UserPage {
    std::size_t total = 0;  // that fit the filter
    std::vector<UserRates> rows;
};

struct Active {
    std::int64_t users = 0;
    std::int64_t workers = 0;
};

// Users whose hash rate of the last hour is in [10^exponent, 10^(exponent+1)), or below 1.
struct Decade {
    std::optional<int> exponent;  // none: below 1 H/s
    std::int64_t users = 0;
    Measured sum;
};

enum class Tracked : std::uint8_t { no, yes };

class LiveWindows {
  public:
    // A worker or user takes some 900 bytes: less than 200 MB in all. Shares of further ones count
    // for the pool only.
    static constexpr std::size_t workers_max = 100'000;
    static constexpr std::size_t users_max = workers_max;
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
    // From the lowest decade that has a user to the highest, without gaps.
    [[nodiscard]] std::vector<Decade> distribution(UnixTime now);
    // The pool by whole minutes of the last hour, oldest first; only what is known.
    [[nodiscard]] std::map<UnixTime, Sum> by_minute(UnixTime now) const;

    struct Filter {
        std::optional<std::string> user;
        std::size_t offset = 0;
        std::size_t limit = 0;
    };
    // In the order of user and worker. As these lists cost a walk over all names, who is in them
    // and in which order holds for a second (more with many names); the rates are of now.
    [[nodiscard]] WorkerPage workers(const Filter& filter, UnixTime now);
    [[nodiscard]] UserPage users(const UsersQuery& query, UnixTime now);
    // Nothing without a share in the last hour.
    [[nodiscard]] std::optional<UserRates> user(const std::string& name, UnixTime now) const;
    [[nodiscard]] std::optional<WorkerRates> worker(const std::string& user,
                                                    const std::string& name, UnixTime now) const;

    void forget_old(UnixTime now);
    [[nodiscard]] std::size_t tracked() const { return workers_.size(); }

  private:
    struct Name {
        std::string user;
        std::string worker;
        auto operator<=>(const Name&) const = default;
    };
    struct Rates {
        SlidingSum<30, 10> five_minutes;
        SlidingSum<300, 12> hour;
        UnixTime last_share;

        void add(UnixTime at, const Sum& sum);
    };
    using Workers = std::map<Name, Rates>;
    using Users = std::map<std::string, Rates>;
    // Who there is, in the orders that lists are asked for. Points into the maps.
    struct Index {
        UnixTime at;
        std::vector<Workers::const_pointer> workers;
        std::vector<Users::const_pointer> users;  // by name
        // Most of the last hour first.
        std::vector<std::pair<bitcoin::Work, Users::const_pointer>> users_by_work;
        Active active;
    };

    [[nodiscard]] Measured known(Measured measured, UnixTime known_since, UnixTime now) const;
    [[nodiscard]] const Index& index(UnixTime now);
    [[nodiscard]] WorkerRates rates_of(const Workers::value_type& worker, UnixTime now) const;
    [[nodiscard]] UserRates rates_of(const Users::value_type& user, UnixTime now) const;

    UnixTime since_;
    UnixTime day_known_since_;
    SlidingSum<10, 360> hour_;
    SlidingSum<600, 144> day_;
    Workers workers_;
    Users users_;
    std::optional<Index> index_;
};

// {"buckets":[…]}
[[nodiscard]] std::string to_json(const std::vector<Decade>& decades);

}  // namespace lode::statshttpd
