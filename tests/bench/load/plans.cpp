// Gathering, timetable and churn; submit.cpp has the shares.
#include "tests/bench/load/plans.hpp"

#include <cstdio>

namespace lode::load {

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t gather_max = 120 * second;  // 20,000 logins take some seconds
constexpr std::int64_t drain_max = 5 * second;     // an answer that comes later is none

}  // namespace

Gather::Gather(const Options& options, Results& results) : options_(options), results_(results) {}

void Gather::open_some(Swarm& swarm, std::int64_t now) {
    if (started_ns_ == 0) {
        started_ns_ = now;
        phase_end_ns_ = now + gather_max;
    }
    const auto window = options_.mode == Mode::crowd ? options_.connections : options_.login_window;
    while (opened_ < options_.connections && opened_ - settled_ < window) {
        swarm.open(swarm.peers()[opened_++], now_ns());
    }
}

std::int64_t Gather::due(Swarm& swarm, std::int64_t now) {
    if (phase_ == Phase::gather) {
        open_some(swarm, now);
        if (settled_ < options_.connections && now < phase_end_ns_) return phase_end_ns_;
        std::fprintf(stderr, "stratum-load: %u of %u connections ready\n", swarm.ready_count(),
                     options_.connections);
        results_.gathered_ns = now - started_ns_;
        started_ns_ = now;
        const auto stay = options_.mode == Mode::crowd ? 0 : options_.seconds * second;
        phase_end_ns_ = now + stay;
        phase_ = Phase::work;
        begin(swarm, now);
    }
    if (phase_ == Phase::work) {
        if (now < phase_end_ns_) return std::min(phase_end_ns_, work(swarm, now));
        results_.lasted_ns = now - started_ns_;
        phase_ = Phase::drain;
        phase_end_ns_ = now + drain_max;
    }
    if (phase_ == Phase::drain && (drained() || now >= phase_end_ns_)) phase_ = Phase::done;
    return phase_ == Phase::done ? now : std::min(phase_end_ns_, now + second / 100);
}

std::int64_t Gather::work(Swarm&, std::int64_t) {
    return phase_end_ns_;
}

void Gather::ready(Swarm&, Peer& peer, std::int64_t now) {
    ++settled_;
    ++results_.logins;
    results_.login.add(now - peer.opened_ns);
}

void Gather::closed(Swarm&, Peer& peer) {
    if (phase_ == Phase::gather && !peer.was_ready) ++settled_;
}

void Gather::finish(std::int64_t now) {
    if (results_.lasted_ns == 0) results_.lasted_ns = now - started_ns_;
}

Timetable::Timetable(std::uint32_t rate, Arrivals arrivals)
    : mean_ns_(static_cast<double>(second) / std::max(rate, 1U)), arrivals_(arrivals) {}

void Timetable::advance() {
    const double gaps = arrivals_ == Arrivals::even ? 1.0 : gap_(random_);
    next_ += static_cast<std::int64_t>(mean_ns_ * gaps);
}

Churn::Churn(const Options& options, Results& results)
    : options_(options),
      results_(results),
      timetable_(options.rate, options.arrivals),
      due_(options.connections) {
    for (auto number = options.connections; number > 0; --number) free_.push_back(number - 1);
}

std::int64_t Churn::due(Swarm& swarm, std::int64_t now) {
    if (started_ns_ == 0) {
        started_ns_ = now;
        timetable_.start(now);
    }
    const std::int64_t end = started_ns_ + options_.seconds * second;
    for (; timetable_.next() <= std::min(now, end); timetable_.advance()) {
        if (free_.empty()) {
            ++results_.shares.not_sent;
            continue;
        }
        const std::uint32_t number = free_.back();
        free_.pop_back();
        due_[number] = timetable_.next();
        swarm.open(swarm.peers()[number], now);
    }
    if (now < end) return std::min(end, timetable_.next());
    if (results_.lasted_ns == 0) results_.lasted_ns = now - started_ns_;
    done_ = free_.size() == options_.connections || now >= end + drain_max;
    return now + second / 100;
}

void Churn::ready(Swarm& swarm, Peer& peer, std::int64_t now) {
    ++results_.logins;
    results_.login.add(now - due_[peer.number]);
    swarm.close(peer);
}

void Churn::closed(Swarm&, Peer& peer) {
    free_.insert(free_.begin(), peer.number);
}

std::unique_ptr<Plan> make_plan(const Options& options, Results& results) {
    if (options.mode == Mode::submit) return std::make_unique<Submit>(options, results);
    if (options.mode == Mode::churn) return std::make_unique<Churn>(options, results);
    return std::make_unique<Gather>(options, results);
}

}  // namespace lode::load
