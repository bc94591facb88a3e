// The rows by which others ask for a preview and read it. What stands there binds nobody, so no
// lease is held.
#pragma once

#include <optional>
#include <string>

#include "common/db/db.hpp"
#include "payout/preview.hpp"

namespace lode::payout {

class PreviewRepository {
  public:
    // The connection outlives it.
    PreviewRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    struct Request {
        UnixTime asked;
        std::uint32_t height = 0;  // of the block
        Satoshi reward;
    };
    // Nothing where nobody ever asked.
    [[nodiscard]] Result<std::optional<Request>> asked();
    // The newest of any user's fees that are frozen.
    [[nodiscard]] Result<std::optional<FeeDay>> newest_fees();

    // The least balance that is paid.
    [[nodiscard]] Result<void> tell_minimum(Satoshi minimum);
    // In one transaction, in place of the one before.
    [[nodiscard]] Result<void> store(const Preview& preview);

  private:
    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::payout
