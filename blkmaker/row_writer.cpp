// A queue of changes and a timer that tries again.
#include "blkmaker/row_writer.hpp"

#include "common/base/log.hpp"

namespace lode::blkmaker {

RowWriter::RowWriter(Options options, Executor& home,
                     std::function<void(std::vector<BlockRow>)> unfinished)
    : options_(std::move(options)),
      home_(home),
      unfinished_(std::move(unfinished)),
      loop_("blk-rows") {
    loop_.post([this] { work(); });
}

void RowWriter::when_missing(const bitcoin::Hash256& block, Task missing) {
    add([this, block, missing = std::move(missing)](BlockRepository& repository) -> Result<void> {
        LODE_TRY(const bool known, repository.knows(block));
        if (!known) home_.post(missing);
        return success();
    });
}

void RowWriter::insert(const BlockRow& row, UnixTime now) {
    add([row, now](BlockRepository& repository) { return repository.insert(row, now); });
}

void RowWriter::record_answer(BlockRepository::Answer answer) {
    add([answer = std::move(answer)](BlockRepository& repository) {
        return repository.record_answer(answer);
    });
}

void RowWriter::change_state(const ChangeState& change, UnixTime now, Task changed) {
    add([this, change, now,
         changed = std::move(changed)](BlockRepository& repository) -> Result<void> {
        LODE_TRY(const auto outcome, repository.change_state(change, now));
        if (outcome == BlockRepository::Changed::yes) home_.post(changed);
        return success();
    });
}

void RowWriter::mark_published(const bitcoin::Hash256& block, BlockState state) {
    add([block, state](BlockRepository& repository) {
        return repository.mark_published(block, state);
    });
}

void RowWriter::drain(Task done) {
    loop_.post([this, done = std::move(done)] {
        work();
        home_.post(done);
    });
}

void RowWriter::add(Change change) {
    loop_.post([this, change = std::move(change)]() mutable {
        if (changes_.size() >= waiting_max) {
            log::error("too many block rows wait for the database, one is not written");
            return;
        }
        changes_.push_back(std::move(change));
        if (!retry_) work();
    });
}

Result<void> RowWriter::connect() {
    if (repository_) return success();
    LODE_TRY(auto connection, db::Connection::open(options_.database, options_.data_folder));
    BlockRepository repository(std::move(connection));
    LODE_TRY(const auto version, repository.schema_version());
    if (version < db::newest_schema_version()) {
        return failure(ErrorCode::unavailable,
                       "the database has an older schema, waiting for "
                       "lode db migrate");
    }
    LODE_TRY(auto rows, repository.unfinished(options_.chain));
    repository_.emplace(std::move(repository));
    home_.post([this, rows = std::move(rows)] { unfinished_(rows); });
    ready_ = true;
    return success();
}

void RowWriter::work() {
    retry_.reset();
    Result<void> outcome = connect();
    while (outcome && !changes_.empty()) {
        outcome = changes_.front()(*repository_);
        if (!outcome && outcome.error().code == ErrorCode::internal) {
            log::error("a block row was not written", {{"error", outcome.error()}});
            outcome = success();
        }
        if (outcome) changes_.pop_front();
    }
    waiting_ = changes_.size();
    if (outcome) {
        last_complaint_.clear();
        return;
    }
    if (last_complaint_ != outcome.error().context) {
        last_complaint_ = outcome.error().context;
        log::warn("block rows wait for the database", {{"error", outcome.error()}});
    }
    retry_ = loop_.after(retry_interval, [this] { work(); });
}

}  // namespace lode::blkmaker
