// The versions of the terms, and what each user chose, as rows that never change.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/db/db.hpp"
#include "payout/scheme/terms.hpp"

namespace lode::payout {

class TermsRepository {
  public:
    // The connection outlives it.
    TermsRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // Sorted by effective time, then version.
    [[nodiscard]] Result<std::vector<Terms>> versions();
    // Within the caller's transaction: a new version where the settings differ from the newest one,
    // in force from the next midnight, the first from the beginning. `settings` have neither
    // version nor time.
    [[nodiscard]] Result<void> keep(Terms settings, UnixTime now);

    // With every choice. Read again only where there are new ones.
    [[nodiscard]] Result<const TermsBook*> book();
    // Whether any user was ever paid per share.
    [[nodiscard]] bool per_share() const { return per_share_; }

  private:
    // Changes with every row.
    struct Mark {
        std::int64_t versions = 0;
        std::int64_t choices = 0;
        std::int64_t requested = 0;
        friend bool operator==(const Mark&, const Mark&) = default;
    };
    [[nodiscard]] Result<Mark> mark();
    [[nodiscard]] Result<void> read_choices(TermsBook& book);

    db::Connection& db_;
    std::string chain_;
    std::optional<Mark> mark_;
    std::optional<TermsBook> book_;
    bool per_share_ = false;
};

}  // namespace lode::payout
