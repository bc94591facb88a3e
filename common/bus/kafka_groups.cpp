// Groups by time, by what is under way, and by size.
#include "common/bus/kafka_groups.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace lode::bus {

bool KafkaGroups::add(KafkaRecord record) {
    Partition& partition = partitions_[record.partition];
    partition.waiting.push_back(std::move(record));
    return partition.under_way == 0 && partition.waiting.size() == 1;
}

std::optional<SteadyTime> KafkaGroups::next_due() const {
    std::optional<SteadyTime> next;
    for (const auto& [number, partition] : partitions_) {
        if (!partition.may_go()) continue;
        const SteadyTime due = partition.waiting.front().sent + linger_;
        next = next ? std::min(*next, due) : due;
    }
    return next;
}

std::vector<KafkaRecord> KafkaGroups::take(SteadyTime now) {
    std::vector<KafkaRecord> taken;
    for (auto& [number, partition] : partitions_) {
        if (!partition.may_go() || partition.waiting.front().sent + linger_ > now) continue;
        std::size_t bytes = 0;
        while (!partition.waiting.empty() && partition.under_way < group_records_max) {
            KafkaRecord& next = partition.waiting.front();
            bytes += next.key.size() + next.size;
            if (partition.under_way > 0 && bytes > group_bytes_max) break;
            taken.push_back(std::move(next));
            partition.waiting.pop_front();
            ++partition.under_way;
        }
    }
    return taken;
}

void KafkaGroups::reported(std::uint32_t partition) {
    Partition& of = partitions_[partition];
    LODE_ASSERT(of.under_way > 0);
    --of.under_way;
}

}  // namespace lode::bus
