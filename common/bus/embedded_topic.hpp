// One topic of the embedded bus: its file, its writer, what its readers see.
#pragma once

#include "common/bus/reader_thread.hpp"
#include "common/bus/topic_log.hpp"
#include "common/bus/topic_store.hpp"
#include "common/bus/topic_writer.hpp"

namespace lode::bus {

// Where a reader stands after a read of the file.
struct FileSlice {
    std::vector<StoredRecord> records;
    std::vector<Position> next;
};

class EmbeddedTopic {
  public:
    [[nodiscard]] static Result<std::shared_ptr<EmbeddedTopic>> open(
        const std::filesystem::path& path, const TopicSpec& spec, metrics::Registry& registry);

    [[nodiscard]] TopicWriter& writer() { return *writer_; }
    [[nodiscard]] TopicLog& log() { return log_; }
    [[nodiscard]] const TopicSpec& spec() const { return spec_; }

    // By partition, the first offset that a consumer with these options gets.
    [[nodiscard]] Result<std::vector<std::int64_t>> start_positions(const ConsumerOptions& options);
    // Reads the file; blocks.
    [[nodiscard]] Result<FileSlice> read(const std::vector<Range>& ranges, ReadLimit limit);

  private:
    EmbeddedTopic(const std::filesystem::path& path, TopicStore reading, const TopicSpec& spec,
                  std::vector<std::int64_t> ends);
    [[nodiscard]] Result<std::int64_t> oldest_kept(std::uint32_t partition, std::int64_t end);
    [[nodiscard]] Result<std::int64_t> start_position(const ConsumerOptions& options, Position end);

    const std::string name_;
    const TopicSpec spec_;  // with the chain in its name, for the log
    std::mutex reading_mutex_;
    TopicStore reading_;  // a connection of its own: reads and writes do not wait for each other
    TopicLog log_;
    std::unique_ptr<TopicWriter> writer_;
};

}  // namespace lode::bus
