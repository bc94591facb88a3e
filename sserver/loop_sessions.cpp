// From lines to sessions, from replies to the port.
#include "sserver/loop_sessions.hpp"

#include "common/base/log.hpp"
#include "common/messages/share.pb.h"
#include "common/messages/solved.pb.h"
#include "common/stratum/response.hpp"

namespace lode::sserver {
namespace {

// The loop numbers its connections from 0 in the lower half of the id.
std::uint32_t slot_of(ClientId client) {
    return static_cast<std::uint32_t>(client.value());
}

}  // namespace

LoopSessions::LoopSessions(const LoopSessionsOptions& options, LoopPort& port, LoopProbe& probe)
    : rules_(options.rules),
      numbers_(options.numbers),
      port_(port),
      probe_(probe),
      book_(options.job_life),
      world_{rules_, book_, numbers_},
      stream_(options.stream, port,
              [this](const WaitingAnswer& waiting, SteadyTime now) { answer(waiting, now); }) {}

LoopSessions::Client* LoopSessions::find(ClientId client) {
    Client* found = clients_.find(slot_of(client));
    return found != nullptr && found->id == client ? found : nullptr;
}

void LoopSessions::opened(ClientId client, const ListenerRules& rules, SteadyTime now) {
    clients_.emplace(slot_of(client), Client{client, Session(world_, rules, now)});
    probe_.connections.increment();
    look(client, now);
}

void LoopSessions::look(ClientId client, SteadyTime now) {
    Client* found = find(client);
    if (found == nullptr) return;
    if (const auto next = found->session.next_look(now)) {
        port_.look_at(client, *next);
    } else {
        port_.close(client);
    }
}

void LoopSessions::closed(ClientId client, SteadyTime now) {
    Client* found = find(client);
    if (found == nullptr) return;
    if (const auto number = found->session.number()) numbers_.give_back(*number, now);
    if (found->session.working()) probe_.sessions.decrement();
    probe_.connections.decrement();
    clients_.erase(slot_of(client));
}

void LoopSessions::line(ClientId client, std::string_view line, Moment now) {
    Client* found = find(client);
    if (found == nullptr) return;
    const auto request = reader_.read(line);
    if (!request) {
        probe_.lines_malformed.increment();
        carry_out(*found, found->session.malformed(request.error()), "null", now.steady);
        return;
    }
    const bool worked = found->session.working();
    Reply reply = found->session.receive(request.value(), now);
    if (!worked && found->session.working()) {
        probe_.sessions.increment();
        look(client, now.steady);
    }
    carry_out(*found, std::move(reply), request.value().id, now.steady);
}

void LoopSessions::carry_out(Client& client, Reply reply, std::string_view request_id,
                             SteadyTime now) {
    if (reply.verdict && *reply.verdict != ShareVerdict::accepted) probe_.count(*reply.verdict);
    if (reply.login_refused) probe_.logins_refused.increment();
    if (reply.share) {
        Good good{std::move(reply.share), {client.id, std::string(request_id), now}};
        if (reply.solved) {
            hold_until_safe(reply.solved, std::move(good));
        } else {
            store(std::move(good));
        }
    }
    if (reply.solved) pass_on_solved(reply.solved);
    if (!reply.text.empty()) port_.send(client.id, reply.text);
    if (reply.notify) port_.send(client.id, reply.notify);
    if (reply.close) port_.close(client.id);
}

void LoopSessions::store(Good good) {
    const WaitingAnswer waiting = good.waiting;
    const auto taken = stream_.offer(std::move(good.share), std::move(good.waiting));
    // Once a trouble: with it comes every share of every miner.
    if (!taken && storing_) log::error("shares not stored", {{"reason", taken.error()}});
    storing_ = taken.has_value();
    if (!taken) {
        probe_.shares_unstored.increment();
        port_.send(waiting.client,
                   stratum::error_line(waiting.request_id, stratum::RejectCode::other,
                                       "the pool cannot store shares now"));
    }
    probe_.shares_under_way.set(shares_under_way());
}

void LoopSessions::hold_until_safe(const std::shared_ptr<const v1::SolvedShare>& solved,
                                   Good good) {
    // Solutions of a chain as easy as regtest's; beyond this many an answer waits no longer.
    if (held_.size() >= ShareStream::under_way_max) return store(std::move(good));
    held_.emplace(solved->block_hash(), std::move(good));
    probe_.shares_under_way.set(shares_under_way());
}

void LoopSessions::solved_safe(const std::string& block_hash) {
    const auto found = held_.find(block_hash);
    if (found == held_.end()) return;
    Good good = std::move(found->second);
    held_.erase(found);
    store(std::move(good));
}

void LoopSessions::pass_on_solved(const std::shared_ptr<const v1::SolvedShare>& solved) {
    const JobId job(solved->job_id());
    if (job != solved_job_) solved_count_ = 0;
    solved_job_ = job;
    probe_.solved.increment();
    if (++solved_count_ <= solved_per_job_max) {
        port_.solved(solved);
    } else {
        solved_safe(solved->block_hash());
    }
}

void LoopSessions::job(const JobPtr& job, SteadyTime now) {
    book_.add(job, now);
    clients_.for_each([&](std::uint32_t, Client& client) {
        carry_out(client, client.session.offer(job, now), "null", now);
    });
}

void LoopSessions::answer(const WaitingAnswer& waiting, SteadyTime now) {
    port_.send(waiting.client, stratum::true_line(waiting.request_id));
    probe_.count(ShareVerdict::accepted);
    probe_.accept_latency.observe(now - waiting.received);
}

void LoopSessions::no_work(const SharedText& farewell) {
    book_.withdraw();
    if (!farewell) return;
    clients_.for_each([&](std::uint32_t, Client& client) { port_.send(client.id, farewell); });
}

void LoopSessions::close_all() {
    clients_.for_each([&](std::uint32_t, Client& client) { port_.close(client.id); });
}

}  // namespace lode::sserver
