// Ids of users and workers in the database: given at their first share, then remembered.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/db/db.hpp"

namespace lode::sharelogger {

class NameIds {
  public:
    // Names kept in memory, about 20 MB; a pool of more asks the database more often.
    static constexpr std::size_t known_max = 200'000;

    explicit NameIds(db::Connection& db) : db_(db) {}

    using Worker = std::pair<std::string, std::string>;  // user, worker
    using WorkerView = std::pair<std::string_view, std::string_view>;
    struct Names {
        std::set<std::string> users;  // those of all workers too
        std::set<Worker> workers;
    };
    // Inside a transaction: gives ids to all that have none, in the order of names, so that two
    // instances wait for each other rather than deadlock. Known to user() and worker() from then
    // on.
    [[nodiscard]] Result<void> resolve(const Names& names, UnixTime now);
    // Until the next keep(), also without resolve().
    [[nodiscard]] bool knows(const WorkerView& name) const;
    [[nodiscard]] std::int64_t user(std::string_view name) const;
    [[nodiscard]] std::int64_t worker(const WorkerView& name) const;

    // After the transaction: its ids are there to stay, or never were.
    void keep();
    void forget_new() { new_ = {}; }

  private:
    // Found by views, so that no name is copied for a look.
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const;
        std::size_t operator()(const WorkerView& name) const;
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(std::string_view one, std::string_view other) const;
        bool operator()(const WorkerView& one, const WorkerView& other) const;
    };
    struct Ids {
        std::unordered_map<std::string, std::int64_t, Hash, Equal> users;
        std::unordered_map<Worker, std::int64_t, Hash, Equal> workers;
    };
    [[nodiscard]] Result<void> resolve_users(const std::set<std::string>& names, UnixTime now);
    [[nodiscard]] Result<void> resolve_workers(const std::set<Worker>& names, UnixTime now);

    db::Connection& db_;
    Ids known_;  // committed
    Ids new_;    // of a transaction that may still be rolled back
};

}  // namespace lode::sharelogger
