// The records of one producer that brokers have not acknowledged, and in which order their senders
// are told. Pure: knows neither brokers nor threads.
#pragma once

#include <deque>
#include <map>

#include "common/bus/bus.hpp"

namespace lode::bus {

class KafkaSendQueue {
  public:
    using Outcome = std::pair<Delivered, Result<Position>>;
    struct Record {
        std::uint32_t partition;
        std::size_t bytes;
        SteadyTime sent;
        Delivered delivered;
    };

    // Whether a record of that size may be sent now: exhausted, or unavailable after a failure or
    // once closed.
    [[nodiscard]] Result<void> admits(std::size_t bytes) const;
    // The number that the next record to be taken has.
    [[nodiscard]] std::uint64_t next_number() const { return next_; }
    // Only after admits().
    void take(Record record);

    // The broker has it at `place`. Reports may come in any order; outcomes are in that of
    // sending. Gives how long the record took, or nothing when it is not known any more.
    std::optional<Duration> succeeded(std::uint64_t number, Position place, SteadyTime now);
    // A record failed: all fail, in the order of sending, and nothing is admitted until told().
    void fail(const Error& error);
    // What the sender must be told now, in order.
    [[nodiscard]] std::vector<Outcome> take_outcomes();
    // The sender is about to be told of the failures.
    void told() { failed_ = false; }
    void close() { closed_ = true; }

    [[nodiscard]] std::size_t size() const { return records_; }
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    struct Waiting {
        std::uint64_t number;
        Record record;
        std::optional<std::int64_t> offset;
    };

    std::map<std::uint32_t, std::deque<Waiting>> waiting_;  // by partition, in order of sending
    std::vector<Outcome> outcomes_;
    std::uint64_t next_ = 1;
    std::size_t records_ = 0;
    std::size_t bytes_ = 0;
    bool failed_ = false;
    bool closed_ = false;
};

}  // namespace lode::bus
