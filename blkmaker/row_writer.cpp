// Batches of the backlog and a timer that tries again.
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

RowWriter::RowWriter(Options options, Executor& home, Listener listener)
    : options_(std::move(options)),
      home_(home),
      listener_(std::move(listener)),
      backlog_(options_.blocks_max),
      loop_("blk-rows") {
    wake();
}

void RowWriter::change(const RowChange& change, UnixTime now) {
    add([&](RowBacklog& backlog) { backlog.change(change, now); });
}

void RowWriter::record_answer(const BlockRepository::Answer& answer) {
    add([&](RowBacklog& backlog) { backlog.record_answer(answer); });
}

void RowWriter::mark_published(const MarkPublished& event) {
    add([&](RowBacklog& backlog) { backlog.mark_published(event); });
}

void RowWriter::look() {
    {
        const std::lock_guard lock(mutex_);
        look_wanted_ = true;
    }
    wake();
}

void RowWriter::add(const std::function<void(RowBacklog&)>& use) {
    {
        const std::lock_guard lock(mutex_);
        const bool overflowed = backlog_.overflowed();
        use(backlog_);
        waiting_ = backlog_.size();
        if (!overflowed && backlog_.overflowed()) {
            log::warn(
                "too many blocks wait for the database, some are read again from the "
                "journal when it is back",
                {{"blocks", backlog_.size()}});
        }
    }
    wake();
}

void RowWriter::wake() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(woken_, true)) return;
    }
    loop_.post([this] { work(); });
}

void RowWriter::drain(Task done) {
    loop_.post([this, done = std::move(done)] {
        work();
        home_.post(done);
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
    repository_.emplace(std::move(repository));
    return success();
}

// Rows are read before the first batch, so that nothing is told of a block before its row is
// known, and then behind what waits.
Result<void> RowWriter::see_rows() {
    {
        const std::lock_guard lock(mutex_);
        if (!look_wanted_) return success();
    }
    LODE_TRY(auto rows, repository_->unfinished(options_.chain));
    {
        const std::lock_guard lock(mutex_);
        look_wanted_ = false;
    }
    ready_ = true;
    home_.post([this, rows = std::move(rows)] { listener_.rows_seen(rows); });
    return success();
}

void RowWriter::work() {
    retry_.reset();
    {
        const std::lock_guard lock(mutex_);
        woken_ = false;
    }
    if (given_up_) return;
    Result<void> outcome = connect();
    if (outcome && !ready_) outcome = see_rows();
    if (outcome) outcome = write_batches();
    if (outcome && !given_up_) outcome = see_rows();
    if (outcome) {
        last_complaint_.clear();
        return;
    }
    repository_.reset();  // a fresh connection next time
    complain(outcome.error());
    const std::lock_guard lock(mutex_);
    woken_ = true;
    retry_ = loop_.after(retry_interval, [this] { work(); });
}

void RowWriter::complain(const Error& error) {
    if (std::exchange(last_complaint_, error.context) == error.context) return;
    log::warn("block rows wait for the database", {{"error", error}});
}

Result<void> RowWriter::write_batches() {
    while (!given_up_) {
        std::vector<RowWork> work;
        {
            const std::lock_guard lock(mutex_);
            work = backlog_.take(batch_max);
            if (work.empty()) {
                if (backlog_.take_overflow()) home_.post([this] { listener_.missed(); });
                return success();
            }
        }
        auto outcome = write(work);
        const std::lock_guard lock(mutex_);
        if (outcome) {
            backlog_.written();
        } else {
            backlog_.put_back(std::move(work));
        }
        waiting_ = backlog_.size();
        if (!outcome) return outcome;
    }
    return success();
}

Result<void> RowWriter::write(std::vector<RowWork>& work) {
    std::vector<Told> told;
    Result<void> outcome = in_transaction(work, told);
    if (!outcome && !worth_retrying(outcome.error())) outcome = write_each(work, told);
    if (!told.empty()) {
        home_.post([this, told = std::move(told)] { listener_.told(told); });
    }
    return outcome;
}

// What the database refuses for ever is found and left out.
Result<void> RowWriter::write_each(std::vector<RowWork>& work, std::vector<Told>& told) {
    for (RowWork& one : work) {
        std::vector<Told> of_one;
        auto outcome = in_transaction({&one, 1}, of_one);
        if (!outcome && worth_retrying(outcome.error())) return outcome;
        if (!outcome) log::error("a block row was not written", {{"error", outcome.error()}});
        told.insert(told.end(), of_one.begin(), of_one.end());
    }
    return success();
}

// `told` is what was committed, and stays empty when that is not known.
Result<void> RowWriter::in_transaction(std::span<RowWork> work, std::vector<Told>& told) {
    auto outcome = repository_->together([&]() -> Result<void> {
        told.clear();
        std::vector<BlockRepository::Answer> answers;
        for (RowWork& one : work) {
            LODE_TRY_VOID(write_one(one, told));
            answers.insert(answers.end(), one.answers.begin(), one.answers.end());
        }
        return repository_->record_answers(answers);
    });
    if (!outcome) told.clear();
    return outcome;
}

Result<void> RowWriter::write_one(RowWork& work, std::vector<Told>& told) {
    if (work.change) {
        const auto attempt = std::exchange(work.attempt, RowWork::Attempt::repeated);
        LODE_TRY(auto outcome, repository_->change(*work.change, work.changed));
        // The connection may have been lost behind the change: better told twice than never.
        if (attempt == RowWork::Attempt::repeated && outcome.stands == work.change->row.state) {
            outcome.changed = BlockRepository::Changed::yes;
        }
        told.push_back({*work.change, outcome});
    }
    if (work.mark) {
        LODE_TRY_VOID(repository_->mark_published(*work.mark));
    }
    return success();
}

}  // namespace lode::blkmaker
