// Rows of `block`, `block_coinbase` and `block_submission`, which blkmaker alone writes. Every
// function may be repeated: a second time changes nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "blkmaker/block_book.hpp"
#include "common/base/result.hpp"
#include "common/db/db.hpp"

namespace lode::blkmaker {

class BlockRepository {
  public:
    explicit BlockRepository(db::Connection connection) : db_(std::move(connection)) {}

    [[nodiscard]] Result<std::int64_t> schema_version();
    // Whether this call changed the row: only then its event is ours to publish. Else what the row
    // says, none when there is no row.
    enum class Changed { no, yes };
    struct Outcome {
        Changed changed = Changed::no;
        std::optional<BlockState> stands;
    };
    // A row that is there already is not inserted again; a row in another state than `from` stays.
    [[nodiscard]] Result<Outcome> change(const RowChange& change, UnixTime now);
    // The event of this state is on the bus; without effect once the row is in another.
    [[nodiscard]] Result<void> mark_published(const MarkPublished& event);

    struct Answer {
        bitcoin::Hash256 block;
        std::string node;
        std::string word;
        UnixTime when;
    };
    // Each node's last answer counts.
    [[nodiscard]] Result<void> record_answers(const std::vector<Answer>& answers);

    // What `body` writes, in one transaction; it may run more than once (db::Connection).
    [[nodiscard]] Result<void> together(const std::function<Result<void>()>& body) {
        return db_.transaction(body);
    }

    // Rows whose state is not final or whose event may not be on the bus, oldest first.
    [[nodiscard]] Result<std::vector<StoredRow>> unfinished(const std::string& chain);

  private:
    [[nodiscard]] Result<bool> insert(const BlockRow& row, UnixTime now);
    [[nodiscard]] Result<void> insert_coinbase(const BlockRow& row);

    db::Connection db_;
};

}  // namespace lode::blkmaker
