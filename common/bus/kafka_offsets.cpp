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

Offsets offsets_of(const std::vector<KafkaPartitionFacts>& facts, std::int64_t offset) {
    Offsets offsets;
    for (const auto& one : facts) offsets[one.partition] = offset;
    return offsets;
}

}  // namespace

Result<KafkaBounds> KafkaOffsets::bounds(std::uint32_t partition) const {
    KafkaBounds bounds;
    const auto error = rd_kafka_query_watermark_offsets(handle_, topic_.c_str(),
                                                        static_cast<std::int32_t>(partition),
                                                        &bounds.oldest, &bounds.end, ask_ms);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable(topic_, error);
    return bounds;
}

Result<Offsets> KafkaOffsets::ends(const Offsets& partitions) const {
    Offsets ends;
    for (const auto& [partition, next] : partitions) {
        LODE_TRY(const auto found, bounds(partition));
        ends[partition] = found.end;
    }
    return ends;
}

Offsets KafkaOffsets::known_ends(const Offsets& partitions) const {
    Offsets ends;
    for (const auto& [partition, next] : partitions) {
        std::int64_t oldest = 0;
        std::int64_t end = -1;
        (void)rd_kafka_get_watermark_offsets(handle_, topic_.c_str(),
                                             static_cast<std::int32_t>(partition), &oldest, &end);
        if (end >= 0) ends[partition] = end;
    }
    return ends;
}

Result<std::vector<KafkaPartitionFacts>> KafkaOffsets::facts(
    const ConsumerOptions& options, const std::vector<std::uint32_t>& partitions) const {
    std::vector<KafkaPartitionFacts> facts;
    for (const std::uint32_t partition : partitions) {
        LODE_TRY(const auto found, bounds(partition));
        facts.push_back({partition, found, {}, {}});
    }
    if (options.start == StartAt::committed) {
        LODE_TRY_VOID(add_committed(facts));
    }
    if (options.start == StartAt::time) {
        LODE_TRY_VOID(add_since(facts, options.since));
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

Result<void> KafkaOffsets::add_committed(std::vector<KafkaPartitionFacts>& facts) const {
    const auto asked = list(offsets_of(facts, RD_KAFKA_OFFSET_INVALID));
    const auto error = rd_kafka_committed(handle_, asked.get(), ask_ms);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable(topic_, error);
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const auto& one = asked->elems[i];
        if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable(topic_, one.err);
        if (one.offset >= 0) facts[i].committed = one.offset;
    }
    return success();
}

Result<void> KafkaOffsets::add_since(std::vector<KafkaPartitionFacts>& facts,
                                     UnixTime since) const {
    const auto asked = list(offsets_of(facts, to_unix_ms(since)));
    const auto error = rd_kafka_offsets_for_times(handle_, asked.get(), ask_ms);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable(topic_, error);
    for (int i = 0; i < asked->cnt; ++i) {
        const auto& one = asked->elems[i];
        if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable(topic_, one.err);
        const auto fact = std::ranges::find(facts, static_cast<std::uint32_t>(one.partition),
                                            &KafkaPartitionFacts::partition);
        if (fact != facts.end() && one.offset >= 0) fact->since = one.offset;
    }
    return success();
}

}  // namespace lode::bus
