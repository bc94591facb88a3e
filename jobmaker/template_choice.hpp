// Which template to mine: most chainwork; at equal work the one on our own block, else the one on
// the block that is worked on already (never the newer for its recency, or jobs would flap between
// rival tips); then one with transactions before an empty one; then the newest.
#pragma once

#include <deque>
#include <vector>

#include "jobmaker/mining_template.hpp"

namespace lode::jobmaker {

enum class TemplateVerdict { stale, duplicate, accepted };
[[nodiscard]] const char* to_string(TemplateVerdict verdict);

struct Candidate {
    MiningTemplate content;
    SteadyTime made;            // by our clock
    std::uint64_t arrival = 0;  // rises with each accepted template
};

class TemplateChoice {
  public:
    explicit TemplateChoice(Duration age_max) : age_max_(age_max) {}

    // A duplicate changes nothing but the template's age: a node whose clock is behind the least
    // header time makes the same template again and again.
    [[nodiscard]] TemplateVerdict add(MiningTemplate content, SteadyTime made, SteadyTime now);

    // The template makes no job: it is not offered again.
    void drop(const bitcoin::Hash256& id);

    // A block of ours, which we prefer to build on until a node has refused it.
    void own_block(const bitcoin::Hash256& hash);
    void own_block_lost(const bitcoin::Hash256& hash);

    // The block on which miners work now.
    void working_on(const bitcoin::Hash256& prev_hash) { working_on_ = prev_hash; }

    // Nothing when every template is older than the limit. Valid until the next add() or drop().
    [[nodiscard]] const Candidate* best(SteadyTime now) const;

  private:
    // A newer one of the same origin was here before: by the direct way, while the bus was away.
    [[nodiscard]] bool outdated(const MiningTemplate& content, SteadyTime now) const;
    [[nodiscard]] bool fresh(SteadyTime made, SteadyTime now) const;
    [[nodiscard]] bool better(const Candidate& a, const Candidate& b) const;

    Duration age_max_;
    std::vector<Candidate> candidates_;  // the newest of each origin
    std::deque<bitcoin::Hash256> seen_;  // ids, newest last
    std::deque<bitcoin::Hash256> own_;   // our blocks, newest last
    bitcoin::Hash256 working_on_;
    std::uint64_t arrivals_ = 0;
};

}  // namespace lode::jobmaker
