// Where a reader begins, what it does when its group gives and takes partitions, and how it leaves.
#include <numeric>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/bus/kafka_reader.hpp"

namespace lode::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A reader waits for brokers this long at its start, then goes on in the background.
constexpr auto open_patience = seconds(10);
// For a first connection; what is not there by then is waited for in the background.
constexpr auto connect_time = seconds(1);
// A group waits this long for a member that hangs; it would be put out of the group anyway.
constexpr auto revoke_patience = seconds(30);
// A reader that leaves says so to its group, unless brokers are away.
constexpr auto leave_time = seconds(3);
// A partition that ends before the place where its reader stands is looked at again this often.
constexpr auto past_end_interval = seconds(1);

}  // namespace

// Conflict is told to who opens; brokers that do not answer are waited for by the thread.
Result<void> KafkaReader::find_start() {
    const auto until = shared_->clock.steady_now() + open_patience;
    while (shared_->connected && shared_->clock.steady_now() < until) {
        auto starts = offsets_->starts(options_, all_partitions());
        if (starts) {
            starts_ = std::move(starts).value();
            return success();
        }
        if (starts.error().code != ErrorCode::unavailable) return starts.error();
        std::this_thread::sleep_for(ask_again_after);
    }
    return success();
}

std::vector<std::uint32_t> KafkaReader::all_partitions() const {
    std::vector<std::uint32_t> all(partitions_);
    std::iota(all.begin(), all.end(), 0u);
    return all;
}

// librdkafka asks for the leaders of a topic when it is told to read it, and if it has no
// connection yet, again after a second. Asked beforehand, reading begins at once.
void KafkaReader::connect() {
    if (!shared_->connected) return;
    const KafkaTopicHandle topic(rd_kafka_topic_new(handle_.get(), topic_.c_str(), nullptr));
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto time = static_cast<int>(milliseconds(connect_time).count());
    (void)rd_kafka_metadata(handle_.get(), 0, topic.get(), &metadata, time);
    if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
}

void KafkaReader::begin() {
    connect();
    if (!options_.member) {
        if (!starts_) starts_ = wait_for_starts(options_, all_partitions());
        if (!closing()) assign(*starts_);
        return;
    }
    const auto list = offsets_->list({{0, 0}});
    list->elems[0].partition = RD_KAFKA_PARTITION_UA;
    const auto error = rd_kafka_subscribe(handle_.get(), list.get());
    LODE_ASSERT(error == RD_KAFKA_RESP_ERR_NO_ERROR);
}

// Until brokers have answered or the reader is closed.
Offsets KafkaReader::wait_for_starts(const ConsumerOptions& options,
                                     const std::vector<std::uint32_t>& partitions) {
    bool told = false;
    while (!closing()) {
        auto starts = offsets_->starts(options, partitions);
        if (starts) return std::move(starts).value();
        if (starts.error().code == ErrorCode::conflict && !std::exchange(told, true)) {
            log::error("a reader wants to go on past the end of its topic",
                       {{"topic", topic_}, {"reason", starts.error()}});
        }
        pause(told ? Duration(past_end_interval) : Duration(ask_again_after));
    }
    return {};
}

void KafkaReader::assign(const Offsets& starts) {
    const auto list = offsets_->list(starts);
    const auto error = rd_kafka_assign(handle_.get(), list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        log::error("bus cannot read", {{"topic", topic_}, {"reason", rd_kafka_err2str(error)}});
        return;
    }
    if (reads_) {
        progress_.assign(starts);
    } else {
        (void)rd_kafka_pause_partitions(handle_.get(), list.get());
    }
}

void KafkaReader::give(const rd_kafka_topic_partition_list_t& list) {
    std::vector<std::uint32_t> partitions;
    for (int i = 0; i < list.cnt; ++i) {
        partitions.push_back(static_cast<std::uint32_t>(list.elems[i].partition));
    }
    std::ranges::sort(partitions);
    auto named = std::make_shared<Offsets>();
    const auto returned = turn_.run([self = shared_from_this(), partitions, named] {
        *named = self->options_.member->assigned(partitions);
    });
    if (returned != Returned::yes) {
        rd_kafka_assign(handle_.get(), nullptr);
        return;
    }
    if (reads_) {
        assign(member_starts(partitions, *named));
        return;
    }
    Offsets unread;
    for (const auto partition : partitions) unread[partition] = RD_KAFKA_OFFSET_END;
    assign(unread);
}

// Named offsets first; the rest as the group has committed.
Offsets KafkaReader::member_starts(const std::vector<std::uint32_t>& partitions,
                                   const Offsets& named) {
    ConsumerOptions options;
    options.start = StartAt::committed;
    std::vector<std::uint32_t> unnamed;
    for (const auto partition : partitions) {
        if (!named.contains(partition)) unnamed.push_back(partition);
    }
    Offsets starts = unnamed.empty() ? Offsets{} : wait_for_starts(options, unnamed);
    for (const auto& [partition, offset] : named) {
        if (std::ranges::find(partitions, partition) != partitions.end()) {
            starts[partition] = offset;
        }
    }
    return starts;
}

void KafkaReader::take_away() {
    const bool lost = rd_kafka_assignment_lost(handle_.get()) != 0;
    const auto why = lost ? Revocation::lost : Revocation::orderly;
    if (lost) log::warn("a reader has lost its partitions", {{"topic", topic_}});
    const auto returned = turn_.run(
        [self = shared_from_this(), why] { self->options_.member->revoked(why); }, revoke_patience);
    if (returned == Returned::not_in_time) {
        log::error("a reader does not let go of its partitions", {{"topic", topic_}});
    }
    // What it has committed until now is before the next owner's first look.
    if (!lost) write_commits();
    progress_.revoke();
    rd_kafka_assign(handle_.get(), nullptr);
}

void KafkaReader::rebalanced(rd_kafka_resp_err_t error,
                             const rd_kafka_topic_partition_list_t& partitions) {
    records_.clear();
    held_back_.reset();
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        give(partitions);
    } else {
        take_away();
    }
}

// The offset to go on at is not in the partition. Too old: retention was faster, which is an
// error, and reading goes on at the oldest kept. Too new: brokers have lost records or are
// catching up; going on anywhere else could leave records out, so the reader stands still.
void KafkaReader::out_of_range(std::uint32_t partition) {
    const auto wanted = progress_.next().find(partition);
    if (wanted == progress_.next().end()) return;
    const auto bounds = offsets_->bounds(partition);
    const auto offset = wanted->second;
    if (bounds && offset < bounds.value().oldest) {
        log::error("bus records are gone", {{"topic", topic_},
                                            {"partition", partition},
                                            {"wanted", offset},
                                            {"oldest", bounds.value().oldest}});
        progress_.move({partition, bounds.value().oldest});
    } else {
        if (bounds && offset > bounds.value().end) {
            shared_->log(3, "PAST_END " + topic_ + "/" + std::to_string(partition),
                         "a reader wants to go on at " + std::to_string(offset) +
                             ", past the end at " + std::to_string(bounds.value().end));
        }
        pause(past_end_interval);
    }
    // Seeking does not start a partition again whose fetching has failed; assigning does.
    const auto places = progress_.next();
    assign(places);
}

void KafkaReader::finish() {
    write_commits();
    KafkaQueue events(rd_kafka_queue_new(handle_.get()));
    const KafkaError error(rd_kafka_consumer_close_queue(handle_.get(), events.get()));
    const auto until = shared_->clock.steady_now() + leave_time;
    while (!error && rd_kafka_consumer_closed(handle_.get()) == 0 &&
           shared_->clock.steady_now() < until) {
        const KafkaMessage dropped(rd_kafka_consume_queue(events.get(), 20));
    }
    // Whatever belongs to the handle goes before it.
    held_back_.reset();
    events.reset();
    const std::lock_guard lock(mutex_);
    wake_.reset();
    handle_.reset();
}

}  // namespace lode::bus
