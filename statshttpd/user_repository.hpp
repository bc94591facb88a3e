// The queries about one user, all by index. Each call is given the moment it is asked at.
#pragma once

#include <optional>
#include <string>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "statshttpd/user_answers.hpp"

namespace lode::statshttpd {

class UserRepository {
  public:
    // Workers without a share for longer are not listed.
    static constexpr auto offline_kept = std::chrono::hours(24 * 30);

    // The connection outlives it.
    UserRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // Nothing for a name that never worked here.
    [[nodiscard]] Result<std::optional<UserRecord>> find(const std::string& user, UnixTime now);
    // By name. Rejected for a name that never worked here.
    [[nodiscard]] Result<KnownWorkers> workers(const std::string& user, const Page& page,
                                               UnixTime now);

  private:
    [[nodiscard]] Result<std::string> scheme(std::int64_t id, UnixTime now);
    [[nodiscard]] Result<Measured> day(std::int64_t id, UnixTime now);

    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::statshttpd
