// What a topic's readers see: where each partition ends, and its newest records still decoded, in
// bounded memory. Readers that want older records are told which, and get them from the file.
#pragma once

#include <deque>
#include <mutex>
#include <set>

#include "common/bus/bus.hpp"
#include "common/bus/topic_store.hpp"

namespace lode::bus {

// One consumer as the log knows it.
struct Reader {
    std::string group;               // empty: none
    Task wake;                       // called from any thread when a sleeping reader has work
    std::vector<std::int64_t> next;  // by partition; the reader's own, used on its executor
    std::uint32_t turn = 0;          // the partition that is served first, so that none starves
    bool asleep = false;             // the log's
};

struct Published {
    RawRecord record;
    std::size_t bytes;
};

struct Slice {
    std::vector<RawRecord> records;
    std::vector<Range> in_file;  // not in memory any more; then `records` is empty
};

class TopicLog {
  public:
    // `ends`: by partition, the offset that the next record gets.
    explicit TopicLog(std::vector<std::int64_t> ends);

    // Shows durable records to the readers and wakes those that sleep.
    void publish(std::vector<Published> records);
    [[nodiscard]] std::vector<std::int64_t> ends() const;

    // Fails with conflict when the reader's group has a reader already.
    [[nodiscard]] Result<void> attach(const std::shared_ptr<Reader>& reader);
    void detach(const std::shared_ptr<Reader>& reader);

    // The reader's next records, at most `count_max`, and moves it past them; or what it must
    // read from the file. When there is neither, it sleeps.
    [[nodiscard]] Slice take(Reader& reader, std::size_t count_max);

  private:
    struct Tail {
        std::int64_t end = 0;
        std::deque<RawRecord> records;  // the newest, up to `end`

        [[nodiscard]] std::int64_t first() const {
            return end - static_cast<std::int64_t>(records.size());
        }
    };
    struct Age {
        std::uint32_t partition;
        std::size_t bytes;
    };
    void keep(Published published);

    mutable std::mutex mutex_;
    std::vector<Tail> tails_;
    std::deque<Age> oldest_;  // one entry for each record in memory, in the order of publishing
    std::size_t bytes_ = 0;
    std::set<std::shared_ptr<Reader>> readers_;
};

}  // namespace lode::bus
