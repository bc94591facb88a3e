// Ids of users and workers in the database: given at their first share, then remembered.
#pragma once

#include <map>
#include <set>
#include <string>
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
    struct Names {
        std::set<std::string> users;  // those of all workers too
        std::set<Worker> workers;
    };
    // Inside a transaction: gives ids to all that have none, in the order of names, so that two
    // instances wait for each other rather than deadlock. Known to user() and worker() from then
    // on.
    [[nodiscard]] Result<void> resolve(const Names& names, UnixTime now);
    [[nodiscard]] std::int64_t user(const std::string& name) const;
    [[nodiscard]] std::int64_t worker(const Worker& name) const;

    // After the transaction: its ids are there to stay, or never were.
    void keep();
    void forget_new() { new_ = {}; }

  private:
    struct Ids {
        std::map<std::string, std::int64_t> users;
        std::map<Worker, std::int64_t> workers;
    };
    [[nodiscard]] Result<void> resolve_users(const std::set<std::string>& names, UnixTime now);
    [[nodiscard]] Result<void> resolve_workers(const std::set<Worker>& names, UnixTime now);

    db::Connection& db_;
    Ids known_;  // committed
    Ids new_;    // of a transaction that may still be rolled back
};

}  // namespace lode::sharelogger
