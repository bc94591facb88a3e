// Starts and positions.
#include "common/bus/kafka_progress.hpp"

#include <algorithm>

namespace lode::bus {
namespace {

Result<KafkaStart> go_on_at(std::int64_t offset, const KafkaPartitionFacts& facts) {
    if (offset > facts.bounds.end) {
        return failure(ErrorCode::conflict, "offset " + std::to_string(offset) + " of partition " +
                                                std::to_string(facts.partition) +
                                                " is past its end, " +
                                                std::to_string(facts.bounds.end));
    }
    if (offset < facts.bounds.oldest) return KafkaStart{facts.bounds.oldest, offset};
    return KafkaStart{offset, {}};
}

}  // namespace

Result<KafkaStart> start_of(const ConsumerOptions& options, const KafkaPartitionFacts& facts) {
    switch (options.start) {
        case StartAt::latest:
            return KafkaStart{facts.bounds.end, {}};
        case StartAt::time:
            return KafkaStart{facts.since.value_or(facts.bounds.end), {}};
        case StartAt::committed:
            if (facts.committed) return go_on_at(*facts.committed, facts);
            break;
        case StartAt::offsets: {
            const auto wanted = options.offsets.find(facts.partition);
            if (wanted != options.offsets.end()) return go_on_at(wanted->second, facts);
            break;
        }
        case StartAt::earliest:
            break;
    }
    return KafkaStart{facts.bounds.oldest, {}};
}

void KafkaProgress::assign(Offsets starts) {
    next_ = std::move(starts);
    assigned_ = true;
}

void KafkaProgress::revoke() {
    std::vector<Task> asked;
    for (Waiting& one : waiting_) {
        std::move(one.done.begin(), one.done.end(), std::back_inserter(asked));
    }
    std::move(asked_.begin(), asked_.end(), std::back_inserter(asked));
    asked_ = std::move(asked);
    waiting_.clear();
    next_.clear();
    assigned_ = false;
}

bool KafkaProgress::take(Position position) {
    const auto next = next_.find(position.partition);
    // Fetched before the partition was given away, or before it was sought.
    if (next == next_.end() || position.offset < next->second) return false;
    next->second = position.offset + 1;
    return true;
}

void KafkaProgress::move(Position to) {
    const auto next = next_.find(to.partition);
    if (next != next_.end()) next->second = to.offset;
}

void KafkaProgress::ends(Offsets ends) {
    waiting_.push_back({std::move(ends), std::exchange(asked_, {})});
}

std::vector<Task> KafkaProgress::take_reached() {
    std::vector<Task> done;
    // Ends only grow, so those that asked first are told first.
    while (!waiting_.empty() && reached(waiting_.front().ends)) {
        std::ranges::move(waiting_.front().done, std::back_inserter(done));
        waiting_.pop_front();
    }
    return done;
}

std::int64_t KafkaProgress::lag(const Offsets& ends) const {
    std::int64_t lag = 0;
    for (const auto& [partition, end] : ends) {
        const auto next = next_.find(partition);
        if (next != next_.end()) lag += std::max<std::int64_t>(0, end - next->second);
    }
    return lag;
}

bool KafkaProgress::reached(const Offsets& ends) const {
    return lag(ends) == 0;
}

}  // namespace lode::bus
