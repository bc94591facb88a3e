// One small hash set a job.
#include "sserver/duplicate_filter.hpp"

#include <algorithm>
#include <utility>

namespace lode::sserver {
namespace {

constexpr std::size_t slots_min = 8;

// The low bytes of a hash: proof of work makes the other end zero.
std::uint64_t fingerprint_of(const bitcoin::Hash256& hash) {
    const auto value = load_le<std::uint64_t>(hash.bytes.data());
    return value == 0 ? 1 : value;
}

}  // namespace

bool DuplicateFilter::insert(Seen& seen, std::uint64_t fingerprint) {
    const std::size_t mask = seen.slots.size() - 1;
    std::size_t at = fingerprint & mask;
    while (seen.slots[at] != 0 && seen.slots[at] != fingerprint) at = (at + 1) & mask;
    if (seen.slots[at] == fingerprint) return false;
    seen.slots[at] = fingerprint;
    ++seen.count;
    return true;
}

void DuplicateFilter::grow(Seen& seen) {
    const auto before = std::exchange(
        seen.slots, std::vector<std::uint64_t>(std::max(slots_min, 2 * seen.slots.size())));
    seen.count = 0;
    for (const std::uint64_t fingerprint : before) {
        if (fingerprint != 0) insert(seen, fingerprint);
    }
}

Novelty DuplicateFilter::add(JobId job, const bitcoin::Hash256& hash, JobId oldest) {
    auto seen =
        std::find_if(jobs_.begin(), jobs_.end(), [&](const Seen& one) { return one.job == job; });
    if (seen == jobs_.end()) {
        std::erase_if(jobs_, [&](const Seen& one) { return one.job < oldest; });
        jobs_.push_back({.job = job});
        seen = std::prev(jobs_.end());
    }
    if (size() >= shares_max) return Novelty::full;
    if (2 * (seen->count + 1) > seen->slots.size()) grow(*seen);
    return insert(*seen, fingerprint_of(hash)) ? Novelty::fresh : Novelty::seen;
}

std::size_t DuplicateFilter::size() const {
    std::size_t total = 0;
    for (const Seen& one : jobs_) total += one.count;
    return total;
}

std::size_t DuplicateFilter::bytes() const {
    std::size_t total = jobs_.capacity() * sizeof(Seen);
    for (const Seen& one : jobs_) total += one.slots.capacity() * sizeof(std::uint64_t);
    return total;
}

}  // namespace lode::sserver
