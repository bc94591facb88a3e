// Shares in a closed loop (so many of each connection without an answer) or an open one (each at
// its time).
#include <algorithm>

#include "tests/bench/load/plans.hpp"

namespace lode::load {

namespace {

// An open loop does not wait, but this many shares of one connection without an answer say enough.
constexpr std::size_t sent_max = 10'000;

}  // namespace

Submit::Submit(const Options& options, Results& results)
    : Gather(options, results),
      miners_(options.connections),
      timetable_(options.rate, options.arrivals) {}

void Submit::begin(Swarm& swarm, std::int64_t now) {
    timetable_.start(now);
    for (Peer& peer : swarm.peers()) {
        if (!peer.client.ready()) continue;
        take_work(swarm, peer);
        miners_[peer.number].may_send = options().refused != Refused::stale;
        fill(swarm, peer, now);
    }
}

void Submit::take_work(const Swarm& swarm, const Peer& peer) {
    Miner& miner = miners_[peer.number];
    miner.maker.begin(peer.client, swarm.login(peer), miner.works++);
}

void Submit::job(Swarm& swarm, Peer& peer, std::int64_t now) {
    if (!working()) return;
    Miner& miner = miners_[peer.number];
    if (options().refused != Refused::stale) {
        take_work(swarm, peer);
        if (options().in_flight > 0) fill(swarm, peer, now);
    } else if (miner.maker.begun() && !miner.may_send &&
               peer.client.work()->job.prev_hash != miner.maker.work().job.prev_hash) {
        miner.may_send = true;
        fill(swarm, peer, now);
    }
}

void Submit::fill(Swarm& swarm, Peer& peer, std::int64_t now) {
    Miner& miner = miners_[peer.number];
    while (miner.may_send && miner.sent.size() < options().in_flight) {
        if (!submit(swarm, peer, now)) return;
    }
}

bool Submit::find_share(Miner& miner) const {
    if (options().solve) return miner.maker.next(Wanted::solution);
    if (options().refused == Refused::low) return miner.maker.next(Wanted::low);
    const bool again = options().refused == Refused::duplicate && miner.maker.found();
    return again || miner.maker.next(Wanted::share);
}

bool Submit::submit(Swarm& swarm, Peer& peer, std::int64_t due) {
    Miner& miner = miners_[peer.number];
    if (peer.socket < 0 || miner.sent.size() >= sent_max) return false;
    if (!find_share(miner)) {
        ++results().shares.not_found;
        return false;
    }
    const std::uint64_t id = miner.next_id;
    miner.next_id = first_submit_id + (id + 1 - first_submit_id) % submit_ids;
    miner.maker.append_line(id, swarm.outbox(peer));
    miner.sent.push_back({id, due});
    ++under_way_;
    ++results().shares.sent;
    if (options().solve) {
        results().shares.solved.push_back({bitcoin::to_display_hex(miner.maker.hash()), now_ns()});
    }
    return true;
}

std::int64_t Submit::work(Swarm& swarm, std::int64_t now) {
    if (options().rate == 0) return now + 1'000'000'000;
    for (; timetable_.next() <= now; timetable_.advance()) {
        if (!submit_by_someone(swarm, timetable_.next())) ++results().shares.not_sent;
    }
    return timetable_.next();
}

bool Submit::submit_by_someone(Swarm& swarm, std::int64_t due) {
    for (std::size_t tried = 0; tried < miners_.size(); ++tried) {
        Peer& peer = swarm.peers()[turn_];
        turn_ = (turn_ + 1) % miners_.size();
        if (peer.client.ready() && miners_[peer.number].may_send) {
            return submit(swarm, peer, due);
        }
    }
    return false;
}

void Submit::answer(Swarm& swarm, Peer& peer, const Heard& heard, std::int64_t now) {
    Miner& miner = miners_[peer.number];
    const auto sent = std::ranges::find(miner.sent, heard.id, &Sent::id);
    if (sent == miner.sent.end()) return;
    Shares& shares = results().shares;
    shares.latency.add(now - sent->at);
    miner.sent.erase(sent);
    --under_way_;
    if (heard.code == 0) {
        ++shares.accepted;
    } else {
        Refusals& refusals = shares.refused[heard.code];
        if (++refusals.count == 1) refusals.text = heard.text;
    }
    if (!working()) return;
    ++shares.answered_in_time;
    if (options().in_flight > 0) fill(swarm, peer, now);
}

void Submit::finish(std::int64_t now) {
    Gather::finish(now);
    results().shares.unanswered += under_way_;
}

void Submit::closed(Swarm& swarm, Peer& peer) {
    Gather::closed(swarm, peer);
    Miner& miner = miners_[peer.number];
    results().shares.unanswered += miner.sent.size();
    under_way_ -= miner.sent.size();
    miner.sent.clear();
    miner.may_send = false;
}

}  // namespace lode::load
