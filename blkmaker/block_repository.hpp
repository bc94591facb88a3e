// Rows of `block` and `block_submission`, which blkmaker alone writes. Every function may be
// repeated: a second time changes nothing.
#pragma once

#include <string>
#include <vector>

#include "blkmaker/block_row.hpp"
#include "common/base/result.hpp"
#include "common/db/db.hpp"

namespace lode::blkmaker {

class BlockRepository {
  public:
    explicit BlockRepository(db::Connection connection) : db_(std::move(connection)) {}

    [[nodiscard]] Result<std::int64_t> schema_version();
    [[nodiscard]] Result<bool> knows(const bitcoin::Hash256& block);
    [[nodiscard]] Result<void> insert(const BlockRow& row, UnixTime now);
    struct Answer {
        bitcoin::Hash256 block;
        std::string node;
        std::string word;
        UnixTime when;
    };
    [[nodiscard]] Result<void> record_answer(const Answer& answer);

    // Whether this call changed the row: only then its event is ours to publish.
    enum class Changed { no, yes };
    [[nodiscard]] Result<Changed> change_state(const ChangeState& change, UnixTime now);
    // The event of the row's state is on the bus.
    [[nodiscard]] Result<void> mark_published(const bitcoin::Hash256& block, BlockState state);

    // Rows whose state is not final or whose event may not be on the bus, oldest first.
    [[nodiscard]] Result<std::vector<BlockRow>> unfinished(const std::string& chain);

  private:
    db::Connection db_;
};

}  // namespace lode::blkmaker
