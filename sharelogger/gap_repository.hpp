// Gaps in the database: which ones stop a partition, and what an operator did about them. Both are
// rows of audit_log, which are never changed.
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/db/db.hpp"

namespace lode::sharelogger {

// Sequences of a stream that never came.
struct Gap {
    StreamId stream;
    Sequence first;
    Sequence last;
};

struct Acceptance {
    std::string who;
    std::string reason;  // 1 to GapRepository::reason_max bytes
    UnixTime at;
};

class GapRepository {
  public:
    static constexpr std::size_t reason_max = 512;

    // The connection outlives it.
    GapRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // A sharelogger stands at this gap; written once however often it is found. `next` is the
    // offset the partition stands at.
    struct Found {
        std::uint32_t partition = 0;
        std::int64_t next = 0;
        Gap gap;
    };
    [[nodiscard]] Result<void> report(const Found& found, const std::string& who, UnixTime at);

    // Moves the stream on past the gap, with a row that says who and why, in one transaction.
    // Gives the partition. Rejected when no partition stands at exactly this gap now.
    [[nodiscard]] Result<std::uint32_t> accept(const Gap& gap, const Acceptance& acceptance);

    // The last sequence counted of a stream; none when it has no row.
    [[nodiscard]] Result<std::optional<Sequence>> last_sequence(std::uint32_t partition,
                                                                StreamId stream);

  private:
    [[nodiscard]] std::string name_of(const Found& found) const;
    [[nodiscard]] Result<bool> is_reported(const Found& found);
    [[nodiscard]] Result<std::optional<Found>> standing_at(const Gap& gap);
    [[nodiscard]] Result<void> move_on(const Found& found, UnixTime at);

    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::sharelogger
