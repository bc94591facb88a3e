// Group commits, their failures, and deletion.
#include "common/bus/topic_writer.hpp"

#include <google/protobuf/message_lite.h>

#include <algorithm>
#include <limits>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/bus/limits.hpp"

namespace lode::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// A group takes what is queued when the thread is free, so a lone record waits for nobody, and
// under load groups grow by themselves. These are written in about 2 ms, then synced.
constexpr std::size_t group_records_max = 512;
constexpr std::size_t group_bytes_max = std::size_t{1} << 20;

// Positions only spare work after a restart; this long they wait for a group to ride along with.
constexpr auto position_delay = milliseconds(100);
constexpr auto deletion_interval = minutes(1);
// A group whose reader is gone for good must not fill the disk. So old are records that those lose
// who come back later: well beyond what Kafka keeps.
constexpr auto absence_max = std::chrono::hours(24 * 7);
// Groups have this long to join after a start before they count as absent.
constexpr auto join_time = std::chrono::hours(1);
// Deleted at a time, between two groups: about 1 ms of shares.
constexpr std::int64_t deletion_records_max = 500;

}  // namespace

Result<std::unique_ptr<TopicWriter>> TopicWriter::start(TopicStore store, const TopicSpec& spec,
                                                        const World& world) {
    std::unique_ptr<TopicWriter> writer(new TopicWriter(std::move(store), spec, world));
    LODE_TRY(writer->groups_, writer->store_.groups());
    LODE_TRY(writer->appended_, writer->store_.last_appended());
    for (std::uint32_t p = 0; p < spec.partitions; ++p) writer->delete_expired();
    writer->thread_ = std::thread([raw = writer.get()] { raw->run(); });
    return writer;
}

TopicWriter::TopicWriter(TopicStore store, const TopicSpec& spec, const World& world)
    : store_(std::move(store)),
      spec_(spec),
      name_(spec.name),
      log_(world.log),
      clock_(world.clock),
      registry_(world.registry),
      probe_(world.registry, name_),
      started_(world.clock.steady_now()),
      next_offsets_(world.log.ends()) {}

TopicWriter::~TopicWriter() {
    close();
}

Result<void> TopicWriter::send(Outgoing record) {
    if (record.bytes > record_bytes_max) {
        return failure(ErrorCode::malformed, name_ + ": a record of " +
                                                 std::to_string(record.bytes) + " bytes, at most " +
                                                 std::to_string(record_bytes_max));
    }
    const std::lock_guard lock(mutex_);
    if (closing_) return failure(ErrorCode::unavailable, name_ + ": the bus is closed");
    if (record.sender->fenced) {
        return failure(ErrorCode::unavailable, name_ + ": the last write failed");
    }
    if (records_ >= queue_records_max || bytes_ + record.bytes > queue_bytes_max) {
        return failure(ErrorCode::exhausted, name_ + ": the queue is full");
    }
    ++records_;
    bytes_ += record.bytes;
    record.sent = clock_.steady_now();
    queue_.push_back(std::move(record));
    probe_.queued.set(records_);
    wake_.notify_one();
    return success();
}

void TopicWriter::set_group(const std::string& group, Position next) {
    const std::lock_guard lock(mutex_);
    groups_.at(group).at(next.partition) = next.offset;
    if (unwritten_.empty()) {
        positions_due_ = clock_.steady_now() + position_delay;
        wake_.notify_one();
    }
    unwritten_[group] = groups_[group];
}

std::vector<std::int64_t> TopicWriter::join_group(const std::string& group) {
    const std::lock_guard lock(mutex_);
    joined_.insert(group);
    const auto [known, inserted] = groups_.try_emplace(group);
    if (inserted) {
        known->second.resize(spec_.partitions);
        if (unwritten_.empty()) positions_due_ = clock_.steady_now();
        unwritten_[group] = known->second;
        wake_.notify_one();
    }
    return known->second;
}

void TopicWriter::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void TopicWriter::run() {
    log::set_service("bus");
    for (;;) {
        Batch batch = wait();
        const bool last = batch.last;
        if (!batch.records.empty() || !batch.positions.empty()) {
            auto published = write(batch);
            show_lag();  // before anyone hears of it
            if (published) {
                succeed(std::move(batch), std::move(published).value());
            } else {
                fail(std::move(batch), published.error());
            }
        }
        if (last) return;
        if (clock_.steady_now() >= deletion_due_) delete_expired();
    }
}

TopicWriter::Batch TopicWriter::wait() {
    std::unique_lock lock(mutex_);
    const auto due = [&] {
        return unwritten_.empty() ? deletion_due_ : std::min(deletion_due_, positions_due_);
    };
    while (queue_.empty() && !closing_ && clock_.steady_now() < due()) {
        wake_.wait_until(lock, due());
    }
    Batch batch;
    while (!queue_.empty() && batch.records.size() < group_records_max &&
           batch.bytes < group_bytes_max) {
        batch.bytes += queue_.front().bytes;
        batch.records.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    batch.positions = std::exchange(unwritten_, {});
    batch.last = closing_ && queue_.empty();
    return batch;
}

Result<std::vector<Published>> TopicWriter::write(Batch& batch) {
    // Offsets are taken for good only when the commit has succeeded.
    auto next = next_offsets_;
    const auto now = std::max(appended_, clock_.unix_now());
    std::vector<Published> published;
    published.reserve(batch.records.size());
    LODE_TRY_VOID(store_.begin());
    for (Outgoing& record : batch.records) {
        payload_.resize(record.message->ByteSizeLong());
        LODE_ASSERT(
            record.message->SerializeToArray(payload_.data(), static_cast<int>(payload_.size())));
        const Position position{record.partition, next[record.partition]++};
        LODE_TRY_VOID(store_.append({position, now, record.key, payload_}));
        published.push_back({{position, now, std::move(record.key), record.message}, record.bytes});
    }
    for (const auto& [group, positions] : batch.positions) {
        for (std::uint32_t p = 0; p < positions.size(); ++p) {
            LODE_TRY_VOID(store_.set_group(group, {p, positions[p]}));
        }
    }
    LODE_TRY_VOID(store_.commit());
    next_offsets_ = std::move(next);
    appended_ = now;
    return published;
}

void TopicWriter::succeed(Batch batch, std::vector<Published> published) {
    if (std::exchange(failing_, false)) log::info("bus writes again", {{"topic", name_}});
    Outcomes outcomes;
    const auto now = clock_.steady_now();
    for (std::size_t i = 0; i < published.size(); ++i) {
        probe_.delivery.observe(now - batch.records[i].sent);
        outcomes[batch.records[i].sender].emplace_back(std::move(batch.records[i].delivered),
                                                       published[i].record.position);
    }
    {
        const std::lock_guard lock(mutex_);
        records_ -= batch.records.size();
        bytes_ -= batch.bytes;
        probe_.queued.set(records_);
    }
    if (!published.empty()) log_.publish(std::move(published));
    tell(std::move(outcomes));
}

void TopicWriter::fail(Batch batch, const Error& error) {
    // Once, not for each that is sent again while the disk is full.
    if (!std::exchange(failing_, true)) {
        log::error("bus write failed", {{"topic", name_}, {"reason", error}});
    }
    Outcomes outcomes;
    const auto refuse = [&](Outgoing& record) {
        record.sender->fenced = true;
        outcomes[record.sender].emplace_back(std::move(record.delivered),
                                             failure(error.code, error.context));
    };
    {
        const std::lock_guard lock(mutex_);
        // What was queued behind the failed group fails with it: were it written now, it would
        // stand before what is sent again.
        for (Outgoing& record : batch.records) refuse(record);
        for (Outgoing& record : queue_) refuse(record);
        probe_.failures.increment(records_);
        probe_.queued.set(0);
        queue_.clear();
        records_ = 0;
        bytes_ = 0;
        if (!batch.positions.empty()) {
            batch.positions.merge(std::exchange(unwritten_, {}));
            for (const auto& [group, positions] : batch.positions) {
                unwritten_[group] = groups_[group];
            }
            positions_due_ = clock_.steady_now() + position_delay;
        }
    }
    tell(std::move(outcomes));
}

void TopicWriter::tell(Outcomes outcomes) {
    for (auto& [sender, list] : outcomes) {
        // Executors take copyable tasks; the outcomes are moved along in one piece.
        // An open gate means that the producer lives, and with it this writer.
        auto task = [this, sender = sender,
                     shared = std::make_shared<std::vector<Outcome>>(std::move(list))] {
            if (!sender->gate.open()) return;
            // All of a group fails or nothing. Lifted before the callbacks, so that they can send
            // the same records again, in the same order.
            if (shared->front().second.has_error()) lift_fence(*sender);
            for (auto& [delivered, outcome] : *shared) {
                if (!sender->gate.open()) return;
                delivered(std::move(outcome));
            }
        };
        sender->gate.post(std::move(task));
    }
}

void TopicWriter::lift_fence(Sender& sender) {
    const std::lock_guard lock(mutex_);
    sender.fenced = false;
}

void TopicWriter::show_lag() {
    const std::lock_guard lock(mutex_);
    for (const auto& [group, positions] : groups_) {
        std::int64_t lag = 0;
        for (std::size_t p = 0; p < positions.size(); ++p) lag += next_offsets_[p] - positions[p];
        lag_gauge(registry_, name_, group).set(lag);
    }
}

void TopicWriter::delete_expired() {
    const auto deleted = delete_expired_of(deletion_partition_);
    if (!deleted) {
        log::error("bus deletion failed", {{"topic", name_}, {"reason", deleted.error()}});
    } else if (deleted.value() == deletion_records_max) {
        return;  // the next piece follows after the next group
    }
    deletion_partition_ = (deletion_partition_ + 1) % spec_.partitions;
    if (deletion_partition_ == 0) deletion_due_ = clock_.steady_now() + deletion_interval;
}

Result<std::int64_t> TopicWriter::delete_expired_of(std::uint32_t partition) {
    LODE_TRY(auto end, store_.first_since(partition, clock_.unix_now() - spec_.kept));
    if (spec_.retention == Retention::until_groups_have_it) {
        LODE_TRY(const auto held, held_back_from(partition));
        end = std::min(end, held);
    }
    return store_.delete_before({partition, end}, deletion_records_max);
}

Result<std::int64_t> TopicWriter::held_back_from(std::uint32_t partition) {
    std::int64_t too_old = 0;
    if (clock_.steady_now() - started_ >= join_time) {
        LODE_TRY(too_old, store_.first_since(partition, clock_.unix_now() - absence_max));
    }
    std::int64_t from = std::numeric_limits<std::int64_t>::max();
    const std::lock_guard lock(mutex_);
    for (const auto& [group, positions] : groups_) {
        const std::int64_t next = positions[partition];
        from = std::min(from, joined_.contains(group) ? next : std::max(next, too_old));
    }
    return from;
}

}  // namespace lode::bus
