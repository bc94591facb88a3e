// Bounds, commits and times.
#include "common/bus/kafka_offsets.hpp"

#include <algorithm>

#include "common/base/log.hpp"

namespace lode::bus {
namespace {

// One question. A broker that is up answers in milliseconds; one that makes the topic of groups,
// at the first group it ever sees, in seconds.
constexpr int ask_ms = 2'000;

auto unavailable(const std::string& topic, rd_kafka_resp_err_t error) {
    return failure(ErrorCode::unavailable, topic + ": " + rd_kafka_err2str(error));
}

Offsets all_at(const Offsets& partitions, std::int64_t offset) {
    Offsets offsets;
    for (const auto& [partition, next] : partitions) offsets[partition] = offset;
    return offsets;
}

}  // namespace

Result<KafkaBounds> KafkaOffsets::bounds(std::uint32_t partition) const {
    LODE_TRY(const auto oldest, at_time({{partition, 0}}, RD_KAFKA_OFFSET_BEGINNING));
    LODE_TRY(const auto end, at_time({{partition, 0}}, RD_KAFKA_OFFSET_END));
    return KafkaBounds{oldest.at(partition), end.at(partition)};
}

Result<Offsets> KafkaOffsets::ends(const Offsets& partitions) const {
    return at_time(partitions, RD_KAFKA_OFFSET_END);
}

Offsets KafkaOffsets::known_ends(const Offsets& partitions) const {
    Offsets ends;
    for (const auto& [partition, next] : partitions) {
        std::int64_t oldest = 0;
        std::int64_t end = -1;
        (void)rd_kafka_get_watermark_offsets(own_, topic_.c_str(),
                                             static_cast<std::int32_t>(partition), &oldest, &end);
        if (end >= 0) ends[partition] = end;
    }
    return ends;
}

Result<std::vector<KafkaPartitionFacts>> KafkaOffsets::facts(
    const ConsumerOptions& options, const std::vector<std::uint32_t>& partitions) const {
    Offsets asked;
    for (const std::uint32_t partition : partitions) asked[partition] = 0;
    LODE_TRY(const auto oldest, at_time(asked, RD_KAFKA_OFFSET_BEGINNING));
    LODE_TRY(const auto end, ends(asked));
    Offsets committed_by_group;
    Offsets since;
    if (options.start == StartAt::committed) {
        LODE_TRY(committed_by_group, committed(asked));
    }
    if (options.start == StartAt::time) {
        LODE_TRY(since, at_time(asked, to_unix_ms(options.since)));
    }
    const auto if_known = [](const Offsets& offsets, std::uint32_t partition) {
        const auto found = offsets.find(partition);
        return found == offsets.end() ? std::optional<std::int64_t>() : found->second;
    };
    std::vector<KafkaPartitionFacts> facts;
    for (const std::uint32_t partition : partitions) {
        facts.push_back({partition,
                         {oldest.at(partition), end.at(partition)},
                         if_known(committed_by_group, partition),
                         if_known(since, partition)});
    }
    return facts;
}

Result<Offsets> KafkaOffsets::starts(const ConsumerOptions& options,
                                     const std::vector<std::uint32_t>& partitions) const {
    LODE_TRY(const auto known, facts(options, partitions));
    Offsets offsets;
    for (const KafkaPartitionFacts& one : known) {
        const auto start = start_of(options, one);
        if (!start) return failure_in(topic_, start.error());
        if (start.value().wanted) {
            log::error("bus records are gone", {{"topic", topic_},
                                                {"partition", one.partition},
                                                {"wanted", *start.value().wanted},
                                                {"oldest", start.value().offset}});
        }
        offsets[one.partition] = start.value().offset;
    }
    return offsets;
}

KafkaPartitions KafkaOffsets::list(const Offsets& offsets) const {
    KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
    for (const auto& [partition, offset] : offsets) {
        rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(),
                                          static_cast<std::int32_t>(partition))
            ->offset = offset;
    }
    return list;
}

Result<Offsets> KafkaOffsets::committed(const Offsets& partitions) const {
    const auto asked = list(all_at(partitions, RD_KAFKA_OFFSET_INVALID));
    return answers(rd_kafka_committed(own_, asked.get(), ask_ms), *asked);
}

Result<Offsets> KafkaOffsets::at_time(const Offsets& partitions, std::int64_t time) const {
    const auto asked = list(all_at(partitions, time));
    LODE_TRY(auto found, answers(rd_kafka_offsets_for_times(asking_, asked.get(), ask_ms), *asked));
    if (time < 0 && found.size() != partitions.size()) {
        return failure(ErrorCode::unavailable, topic_ + ": brokers do not tell all its offsets");
    }
    return found;
}

Result<Offsets> KafkaOffsets::answers(rd_kafka_resp_err_t error,
                                      const rd_kafka_topic_partition_list_t& list) const {
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable(topic_, error);
    Offsets offsets;
    for (int i = 0; i < list.cnt; ++i) {
        const auto& one = list.elems[i];
        if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable(topic_, one.err);
        if (one.offset >= 0) offsets[static_cast<std::uint32_t>(one.partition)] = one.offset;
    }
    return offsets;
}

}  // namespace lode::bus
