// A plain list is enough: there are as many candidates as nodes.
#include "jobmaker/template_choice.hpp"

#include <algorithm>
#include <tuple>

namespace lode::jobmaker {
namespace {

// A template holds up to 4 MB of transactions: 16 origins bound this list to 64 MB, and no pool
// has more nodes than that for one chain.
constexpr std::size_t origins_max = 16;
// Two hours of templates at four a minute from two nodes: no repetition comes later than that.
constexpr std::size_t seen_max = 1'000;
// Our blocks matter only while they are a tip.
constexpr std::size_t own_max = 64;

template <class T>
bool contains(const std::deque<T>& list, const T& wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

template <class T>
void remember(std::deque<T>& list, const T& item, std::size_t most) {
    list.push_back(item);
    if (list.size() > most) list.pop_front();
}

}  // namespace

const char* to_string(TemplateVerdict verdict) {
    switch (verdict) {
        case TemplateVerdict::stale:
            return "stale";
        case TemplateVerdict::duplicate:
            return "duplicate";
        case TemplateVerdict::accepted:
            return "accepted";
    }
    return "stale";
}

TemplateVerdict TemplateChoice::add(MiningTemplate content, SteadyTime made, SteadyTime now) {
    if (contains(seen_, content.id)) {
        for (Candidate& one : candidates_) {
            if (one.content.id == content.id) one.made = std::max(one.made, made);
        }
        return TemplateVerdict::duplicate;
    }
    if (!fresh(made, now) || outdated(content, now)) return TemplateVerdict::stale;
    remember(seen_, content.id, seen_max);
    std::erase_if(candidates_, [&](const Candidate& other) {
        return other.content.origin == content.origin || !fresh(other.made, now);
    });
    if (candidates_.size() == origins_max) candidates_.erase(candidates_.begin());
    candidates_.push_back({std::move(content), made, ++arrivals_});
    return TemplateVerdict::accepted;
}

void TemplateChoice::drop(const bitcoin::Hash256& id) {
    std::erase_if(candidates_, [&](const Candidate& one) { return one.content.id == id; });
}

void TemplateChoice::own_block(const bitcoin::Hash256& hash) {
    if (!contains(own_, hash)) remember(own_, hash, own_max);
}

void TemplateChoice::own_block_lost(const bitcoin::Hash256& hash) {
    std::erase(own_, hash);
}

const Candidate* TemplateChoice::best(SteadyTime now) const {
    const Candidate* best = nullptr;
    for (const Candidate& one : candidates_) {
        if (fresh(one.made, now) && (best == nullptr || better(one, *best))) best = &one;
    }
    return best;
}

// By the clock of one gbtmaker, so that both times compare. Should it be set back, its templates
// are taken again once the one made before has grown too old.
bool TemplateChoice::outdated(const MiningTemplate& content, SteadyTime now) const {
    return std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& other) {
        return other.content.origin == content.origin && fresh(other.made, now) &&
               other.content.message->produced_unix_ms() > content.message->produced_unix_ms();
    });
}

bool TemplateChoice::fresh(SteadyTime made, SteadyTime now) const {
    return now - made < age_max_;
}

bool TemplateChoice::better(const Candidate& a, const Candidate& b) const {
    const auto rank = [this](const Candidate& one) {
        return std::tuple(one.content.chainwork, contains(own_, one.content.prev_hash),
                          one.content.prev_hash == working_on_, !one.content.body().empty(),
                          one.arrival);
    };
    return rank(a) > rank(b);
}

}  // namespace lode::jobmaker
