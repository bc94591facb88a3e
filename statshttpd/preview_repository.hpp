// Asks payout for a preview by a row, and reads the one it has made.
#pragma once

#include <string>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "statshttpd/preview_answers.hpp"

namespace lode::statshttpd {

class PreviewRepository {
  public:
    // A row that was written later than that stands for this request too.
    static constexpr auto ask_every = std::chrono::seconds(3);
    // So old may a preview be that nobody asked for since: payout makes one each few seconds while
    // somebody asks.
    static constexpr auto age_max = std::chrono::seconds(10);
    // And so old one that is asked for all the time: making it takes long.
    static constexpr auto busy_age_max = std::chrono::minutes(2);

    // The connection outlives it.
    PreviewRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // The block that is looked for.
    struct Wanted {
        UnixTime now;
        std::uint32_t height = 0;
        Satoshi reward;
    };
    // Asks anew where it is time; gives the preview that is there, if it is new enough. Rejected
    // when there is no such user.
    [[nodiscard]] Result<PreviewAnswer> ask(const Wanted& wanted, const SimulateQuery& query);

  private:
    // When somebody asked last before.
    [[nodiscard]] Result<UnixTime> request(const Wanted& wanted);
    [[nodiscard]] Result<std::optional<Preview>> read();
    [[nodiscard]] Result<PreviewOfUser> of_user(const std::string& user, UnixTime now);
    [[nodiscard]] Result<Satoshi> credit_of(std::int64_t user);

    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::statshttpd
