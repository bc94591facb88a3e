// A queue of changes and a timer that tries again.
#include "blkmaker/row_writer.hpp"

#include <utility>

#include "common/base/log.hpp"

namespace lode::blkmaker {
namespace {

// Busy, away or full; anything else would be refused again and hold up what waits behind it.
bool worth_retrying(const Error& error) {
    return error.code == ErrorCode::unavailable || error.code == ErrorCode::exhausted;
}

}  // namespace

RowWriter::RowWriter(Options options, Executor& home,
                     std::function<void(std::vector<StoredRow>)> rows_seen)
    : options_(std::move(options)),
      home_(home),
      rows_seen_(std::move(rows_seen)),
      loop_("blk-rows") {
    loop_.post([this] { work(); });
}

void RowWriter::change(
    RowChange change, UnixTime now,
    std::function<void(const RowChange&, const BlockRepository::Outcome&)> told) {
    add([this, change = std::move(change), now, told = std::move(told),
         tried = false](BlockRepository& repository) mutable -> Result<void> {
        const bool again = std::exchange(tried, true);
        LODE_TRY(auto outcome, repository.change(change, now));
        // The connection may have been lost behind the change: better told twice than never.
        if (again && outcome.stands == change.row.state) {
            outcome.changed = BlockRepository::Changed::yes;
        }
        home_.post([told, change, outcome] { told(change, outcome); });
        return success();
    });
}

void RowWriter::record_answer(BlockRepository::Answer answer) {
    add([answer = std::move(answer)](BlockRepository& repository) {
        return repository.record_answer(answer);
    });
}

void RowWriter::mark_published(const MarkPublished& event) {
    add([event](BlockRepository& repository) { return repository.mark_published(event); });
}

void RowWriter::look() {
    if (!ready_ || waiting_ > 0) return;
    add([this](BlockRepository& repository) { return see_rows(repository); });
}

Result<void> RowWriter::see_rows(BlockRepository& repository) {
    LODE_TRY(auto rows, repository.unfinished(options_.chain));
    home_.post([this, rows = std::move(rows)] { rows_seen_(rows); });
    return success();
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
    LODE_TRY_VOID(see_rows(repository));
    repository_.emplace(std::move(repository));
    ready_ = true;
    return success();
}

void RowWriter::work() {
    retry_.reset();
    Result<void> outcome = connect();
    while (outcome && !changes_.empty()) {
        outcome = changes_.front()(*repository_);
        if (!outcome && !worth_retrying(outcome.error())) {
            log::error("a block row was not written", {{"error", outcome.error()}});
            outcome = success();
        }
        if (outcome) changes_.pop_front();
    }
    if (!outcome) repository_.reset();  // a fresh connection next time
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
