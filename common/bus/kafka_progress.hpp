// How far a reader of the Kafka bus has come: where it begins, what it has been handed, and who
// waits for it to catch up. Pure: knows neither brokers nor threads.
#pragma once

#include <deque>

#include "common/bus/bus.hpp"

namespace lode::bus {

// What a partition holds: offsets from `oldest` up to, not including, `end`.
struct KafkaBounds {
    std::int64_t oldest = 0;
    std::int64_t end = 0;
};

// What brokers said about a partition, as far as the start needs it.
struct KafkaPartitionFacts {
    std::uint32_t partition = 0;
    KafkaBounds bounds;
    std::optional<std::int64_t> committed;  // by the group
    std::optional<std::int64_t> since;      // the first at or after ConsumerOptions::since
};

struct KafkaStart {
    std::int64_t offset = 0;
    // Records between the offset that was wanted and the oldest kept are gone.
    std::optional<std::int64_t> wanted;
};

// The first offset a reader with these options gets. Conflict when it was to go on past the end:
// that offset was read from another bus, or brokers have lost what they had.
[[nodiscard]] Result<KafkaStart> start_of(const ConsumerOptions& options,
                                          const KafkaPartitionFacts& facts);

class KafkaProgress {
  public:
    // These partitions, and only these, are read from now on, from these offsets.
    void assign(Offsets starts);
    // None is read any more. Whoever waits goes on waiting for what is assigned next.
    void revoke();
    [[nodiscard]] bool assigned() const { return assigned_; }
    [[nodiscard]] const Offsets& next() const { return next_; }

    // A record was taken out of the partition; false: the partition is not this reader's.
    [[nodiscard]] bool take(Position position);
    // Goes on at `offset`, wherever it was.
    void move(Position to);

    // `done` is due once all that the topic holds at the time of ends() is taken.
    void ask(Task done) { asked_.push_back(std::move(done)); }
    // Whether somebody asked and the ends are needed.
    [[nodiscard]] bool wants_ends() const { return assigned_ && !asked_.empty(); }
    void ends(Offsets ends);
    // Those whose records are all taken, in the order of asking.
    [[nodiscard]] std::vector<Task> take_reached();

    // Records between what was taken and `ends`.
    [[nodiscard]] std::int64_t lag(const Offsets& ends) const;

  private:
    struct Waiting {
        Offsets ends;
        std::vector<Task> done;
    };
    [[nodiscard]] bool reached(const Offsets& ends) const;

    bool assigned_ = false;
    Offsets next_;
    std::vector<Task> asked_;
    std::deque<Waiting> waiting_;
};

}  // namespace lode::bus
