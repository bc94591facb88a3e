// The share topic as sservers fill it: streams without gaps, shares sent again, accept times now,
// a while ago, or by a clock that is ahead.
#pragma once

#include <map>
#include <random>
#include <utility>
#include <vector>

#include "sharelogger/partition_account.hpp"
#include "tests/sharelogger/builders.hpp"

namespace lode::test {

class ShareTopic {
  public:
    explicit ShareTopic(std::mt19937_64& random) : random_(random) {}

    void produce_job() { ++jobs_; }
    [[nodiscard]] std::uint64_t jobs() const { return jobs_; }
    [[nodiscard]] const std::vector<sharelogger::ShareRecord>& records(std::uint32_t partition) {
        return topic_[partition];
    }
    void produce(std::uint32_t p, UnixTime now) {
        const StreamId stream(p * 10 + random_() % 2);
        std::uint64_t& last = produced_[stream];
        // A producer that starts anew sends again what it has had no answer for.
        const std::uint64_t again = random_() % 3 == 0 ? std::min<std::uint64_t>(last, 3) : 0;
        const std::uint64_t first = last + 1 - again;
        last += 1 + random_() % 5;
        for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
            topic_[p].push_back({.partition = p,
                                 .offset = static_cast<std::int64_t>(topic_[p].size()),
                                 .appended = now,
                                 .message = a_share(stream, Sequence(sequence), now)});
        }
    }

  private:
    // The same whenever it is sent.
    std::shared_ptr<const v1::Share> a_share(StreamId stream, Sequence sequence, UnixTime now) {
        auto& known = shares_[{stream, sequence}];
        if (known) return known;
        const JobId job(1 + sequence.value() * 7919 % jobs_);
        auto share = test::a_bare_share(stream.value(), sequence.value(), job.value());
        if (random_() % 2 == 0) share->set_user("bob");
        // Just now, a while ago, or by a clock that is ahead.
        auto at = to_unix_ms(now) - static_cast<std::int64_t>(random_() % 2'000);
        if (random_() % 8 == 0) at -= static_cast<std::int64_t>(random_() % 90'000);
        if (random_() % 16 == 0) at += 120'000;
        share->set_produced_unix_ms(at);
        known = share;
        return known;
    }

    std::mt19937_64& random_;
    std::uint64_t jobs_ = 0;
    std::map<std::uint32_t, std::vector<sharelogger::ShareRecord>> topic_;
    std::map<StreamId, std::uint64_t> produced_;
    std::map<std::pair<StreamId, Sequence>, std::shared_ptr<const v1::Share>> shares_;
};

}  // namespace lode::test
