// What a load saw, and how it is told.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/load/histogram.hpp"
#include "tests/bench/load/options.hpp"
#include "tests/bench/load/swarm.hpp"
#include "tests/bench/load/tips.hpp"

namespace lode::load {

struct Refusals {
    std::uint64_t count = 0;
    std::string text;  // of the first
};

struct Solved {
    std::string hash;  // as people see it
    std::int64_t sent_at_ns = 0;
};

struct Shares {
    std::uint64_t sent = 0;
    std::uint64_t accepted = 0;
    std::map<unsigned, Refusals> refused;  // by the pool's code
    std::uint64_t unanswered = 0;
    std::uint64_t not_sent = 0;          // due, but nobody was there to send it
    std::uint64_t not_found = 0;         // due, but the pool's difficulty is not for such shares
    std::uint64_t answered_in_time = 0;  // before the end of the duration
    Histogram latency;  // closed loop: from the sending; open loop: from the time it was due
    std::vector<Solved> solved;
};

struct Results {
    std::uint64_t logins = 0;      // connections that got a first job
    Histogram login;               // how long that took each; churn: from the time it was due
    std::int64_t gathered_ns = 0;  // from the first connect until the last was ready
    std::int64_t lasted_ns = 0;    // what came after that
    Shares shares;
};

[[nodiscard]] std::string to_json(const Options& options, const Swarm& swarm,
                                  const Results& results, const std::vector<Tip>& tips);
[[nodiscard]] std::string to_text(const Options& options, const Swarm& swarm,
                                  const Results& results);

}  // namespace lode::load
