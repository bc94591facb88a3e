// Order and limits of what waits for its acknowledgement.
#include "common/bus/kafka_send_queue.hpp"

#include <algorithm>

#include "common/bus/limits.hpp"

namespace lode::bus {

Result<void> KafkaSendQueue::admits(std::size_t bytes) const {
    if (closed_) return failure(ErrorCode::unavailable, "the bus is closed");
    if (failed_) return failure(ErrorCode::unavailable, "the last write failed");
    if (records_ >= queue_records_max || bytes_ + bytes > queue_bytes_max) {
        return failure(ErrorCode::exhausted, "the queue is full");
    }
    return success();
}

void KafkaSendQueue::take(Record record) {
    ++records_;
    bytes_ += record.bytes;
    auto& list = waiting_[record.partition];
    list.push_back({next_++, std::move(record), {}});
}

std::optional<Duration> KafkaSendQueue::succeeded(std::uint64_t number, Position place,
                                                  SteadyTime now) {
    auto& list = waiting_[place.partition];
    const auto found = std::ranges::lower_bound(list, number, {}, &Waiting::number);
    if (found == list.end() || found->number != number || found->offset) return std::nullopt;
    found->offset = place.offset;
    const Duration took = now - found->record.sent;
    while (!list.empty() && list.front().offset) {
        Waiting& first = list.front();
        --records_;
        bytes_ -= first.record.bytes;
        outcomes_.emplace_back(std::move(first.record.delivered),
                               Position{place.partition, *first.offset});
        list.pop_front();
    }
    return took;
}

void KafkaSendQueue::fail(const Error& error) {
    std::vector<Waiting> all;
    for (auto& [partition, list] : waiting_) {
        std::move(list.begin(), list.end(), std::back_inserter(all));
        list.clear();
    }
    std::ranges::sort(all, {}, &Waiting::number);
    for (Waiting& one : all) {
        outcomes_.emplace_back(std::move(one.record.delivered), failure(error.code, error.context));
    }
    records_ = 0;
    bytes_ = 0;
    failed_ = true;
}

std::vector<KafkaSendQueue::Outcome> KafkaSendQueue::take_outcomes() {
    return std::exchange(outcomes_, {});
}

}  // namespace lode::bus
