// A line is known again by the hash of its text up to the last parameter, which says "clean" and
// may differ between clients.
#include "tests/bench/load/jobs.hpp"

namespace lode::load {

namespace {

// Texts at a time: a pool sends few jobs at once, but each solo miner has a text of its own.
constexpr std::size_t known_max = 256;
constexpr std::size_t spreads_max = 10'000;  // some hours of jobs, a few MB

}  // namespace

const Jobs::Known* Jobs::find(std::size_t text_hash) const {
    for (const Known& known : known_) {
        if (known.text_hash == text_hash) return &known;
    }
    return nullptr;
}

const Jobs::Known* Jobs::read(std::string_view line, std::size_t text_hash) {
    auto message = stratum::parse_pool_line(line);
    if (!message) return nullptr;
    auto* const job = std::get_if<stratum::PoolJob>(&message.value().body);
    const auto target = job ? bitcoin::target_from_bits(job->bits) : bitcoin::target_from_bits(0);
    if (!target) return nullptr;
    auto work = std::make_shared<Work>();
    work->coinbase_prefix.update(job->coinbase_prefix);
    work->network_target = target.value();
    work->job = *job;
    std::size_t place = spreads_.size();
    for (std::size_t i = place; i > 0 && place - i < 16; --i) {  // another text of a late job
        if (spreads_[i - 1].job.id == job->id) place = i - 1;
    }
    const std::uint64_t number = forgotten_ + place;
    if (place == spreads_.size()) {
        spreads_.push_back({.job = std::move(*job), .line = std::string(line)});
    }
    if (spreads_.size() > spreads_max) {
        spreads_.pop_front();
        ++forgotten_;
    }
    known_.push_front({text_hash, std::move(work), number});
    if (known_.size() > known_max) known_.pop_back();
    return &known_.front();
}

WorkPtr Jobs::heard(std::string_view line, std::int64_t now) {
    const auto text_hash = std::hash<std::string_view>{}(line.substr(0, line.rfind(',')));
    const Known* known = find(text_hash);
    if (known == nullptr) known = read(line, text_hash);
    if (known == nullptr) return nullptr;
    if (known->spread >= forgotten_) {
        Spread& spread = spreads_[known->spread - forgotten_];
        if (++spread.clients == 1) spread.first_ns = now;
        spread.last_ns = now;
    }
    return known->work;
}

}  // namespace lode::load
