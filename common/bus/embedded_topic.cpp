// Where consumers start, and reading of the file.
#include "common/bus/embedded_topic.hpp"

#include <algorithm>

#include "common/base/log.hpp"

namespace lode::bus {

EmbeddedTopic::EmbeddedTopic(const std::filesystem::path& path, TopicStore reading,
                             const TopicSpec& spec, std::vector<std::int64_t> ends)
    : name_(path.stem()),
      spec_{name_, spec.partitions, spec.retention, spec.kept, spec.kafka_kept, spec.linger},
      reading_(std::move(reading)),
      log_(std::move(ends)) {}

Result<std::shared_ptr<EmbeddedTopic>> EmbeddedTopic::open(const std::filesystem::path& path,
                                                           const TopicSpec& spec,
                                                           metrics::Registry& registry) {
    LODE_TRY(auto writing, TopicStore::open(path, spec.partitions));
    LODE_TRY(auto reading, TopicStore::open(path, spec.partitions));
    std::vector<std::int64_t> ends;
    for (std::uint32_t p = 0; p < spec.partitions; ++p) {
        LODE_TRY(const auto next, writing.next_offset(p));
        ends.push_back(next);
    }
    std::shared_ptr<EmbeddedTopic> topic(
        new EmbeddedTopic(path, std::move(reading), spec, std::move(ends)));
    LODE_TRY(topic->writer_, TopicWriter::start(std::move(writing), topic->spec_,
                                                {topic->log_, system_clock(), registry}));
    return topic;
}

Result<std::int64_t> EmbeddedTopic::oldest_kept(std::uint32_t partition, std::int64_t end) {
    LODE_TRY(const auto first, reading_.first_offset(partition));
    return std::min(first.value_or(end), end);
}

Result<std::int64_t> EmbeddedTopic::start_position(const ConsumerOptions& options, Position end) {
    const auto partition = end.partition;
    LODE_TRY(const auto oldest, oldest_kept(partition, end.offset));
    switch (options.start) {
        case StartAt::latest:
            return end.offset;
        case StartAt::committed:
            return std::max(oldest, writer_->join_group(options.group)[partition]);
        case StartAt::time: {
            LODE_TRY(const auto first, reading_.first_since(partition, options.since));
            return std::min(first, end.offset);
        }
        case StartAt::offsets: {
            const auto wanted = options.offsets.find(partition);
            if (wanted == options.offsets.end()) return oldest;
            if (wanted->second > end.offset) {
                return failure(ErrorCode::conflict,
                               std::string(spec_.name) + ": offset " +
                                   std::to_string(wanted->second) + " of partition " +
                                   std::to_string(partition) + " is past its end, " +
                                   std::to_string(end.offset));
            }
            if (wanted->second < oldest) {
                log::warn("bus records are gone", {{"topic", spec_.name},
                                                   {"partition", partition},
                                                   {"wanted", wanted->second},
                                                   {"oldest", oldest}});
            }
            return std::max(oldest, wanted->second);
        }
        case StartAt::earliest:
            break;
    }
    return oldest;
}

Result<std::vector<std::int64_t>> EmbeddedTopic::start_positions(const ConsumerOptions& options) {
    const std::lock_guard lock(reading_mutex_);
    const auto ends = log_.ends();
    std::vector<std::int64_t> starts;
    for (std::uint32_t p = 0; p < spec_.partitions; ++p) {
        LODE_TRY(const auto start, start_position(options, {p, ends[p]}));
        starts.push_back(start);
    }
    return starts;
}

Result<FileSlice> EmbeddedTopic::read(const std::vector<Range>& ranges, ReadLimit limit) {
    const std::lock_guard lock(reading_mutex_);
    FileSlice slice;
    for (const Range& range : ranges) {
        if (limit.records == 0 || limit.bytes == 0) break;
        LODE_TRY(auto records, reading_.read(range, limit));
        const auto first = records.empty() ? range.until : records.front().position.offset;
        if (first > range.from) {
            log::warn("bus records are gone", {{"topic", spec_.name},
                                               {"partition", range.partition},
                                               {"wanted", range.from},
                                               {"oldest", first}});
        }
        // Fewer than asked for: the range has no more.
        std::int64_t next = range.until;
        std::size_t bytes = 0;
        for (const StoredRecord& record : records) bytes += record.payload.size();
        if (records.size() == limit.records || bytes >= limit.bytes) {
            next = records.back().position.offset + 1;
        }
        slice.next.push_back({range.partition, next});
        limit.records -= records.size();
        limit.bytes -= std::min(limit.bytes, bytes);
        std::move(records.begin(), records.end(), std::back_inserter(slice.records));
    }
    return slice;
}

}  // namespace lode::bus
