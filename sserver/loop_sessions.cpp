// From lines to sessions, from replies to the port.
#include "sserver/loop_sessions.hpp"

#include "common/base/assert.hpp"
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

// For who looks into what a device does; nothing depends on it.
void log_program(ClientId client, const stratum::Request& request) {
    std::string_view program;
    if (const auto* subscribe = std::get_if<stratum::Subscribe>(&request.body)) {
        program = subscribe->agent;
    } else if (const auto* answer = std::get_if<stratum::ClientAnswer>(&request.body)) {
        program = answer->text;
    }
    if (!program.empty()) {
        log::debug("miner's program", {{"client", client.value()}, {"program", program}});
    }
}

Repute repute_of(const Conduct& conduct) {
    return conduct.proven() ? Repute::proven : Repute::unproven;
}

}  // namespace

LoopSessions::LoopSessions(const LoopSessionsOptions& options, LoopPort& port, LoopProbe& probe)
    : guard_(options.guard),
      conduct_(options.conduct),
      log_addresses_(options.log_addresses),
      port_(port),
      probe_(probe),
      book_(options.job_life),
      world_{options.rules, book_, options.numbers, options.parked, roots_, options.loop},
      stream_(options.stream, port,
              [this](const WaitingAnswer& waiting, SteadyTime now) { answer(waiting, now); }) {}

LoopSessions::Client* LoopSessions::find(ClientId client) {
    Client* found = clients_.find(slot_of(client));
    return found != nullptr && found->id == client ? found : nullptr;
}

bool LoopSessions::admit(const IpAddress& address, SteadyTime now) {
    const auto refusal = guard_.enter(address, now);
    if (refusal) tell("connection refused", address, to_string(*refusal), now);
    return !refusal;
}

void LoopSessions::turned_back(const IpAddress& address, const Ending& ending, SteadyTime now) {
    tell("connection turned back", address, ending.reason, now);
    if (ending.offence) guard_.offended(address, *ending.offence, Repute::unproven, now);
    guard_.left(address, Repute::unproven, now);
}

void LoopSessions::opened(const Visitor& visitor, const ListenerRules& rules, SteadyTime now) {
    const auto& [client, address] = visitor;
    const std::uint32_t slot = slot_of(client);
    clients_.emplace(slot, Client{client, address, {}, Session(world_, rules, slot, now)});
    probe_.connections.increment();
    look(client, now);
}

void LoopSessions::look(ClientId client, SteadyTime now) {
    Client* found = find(client);
    if (found == nullptr) return;
    if (const auto next = found->session.next_look(now)) {
        port_.look_at(client, *next);
    } else {
        const bool working = found->session.working();
        (working ? probe_.idle_timeouts : probe_.login_timeouts).increment();
        dismiss(client,
                working ? "nothing heard for too long" : "not subscribed and authorised in time");
    }
}

void LoopSessions::dismiss(ClientId client, std::string_view reason) {
    port_.send(client, stratum::show_message_line(reason));
    port_.close(client);
}

void LoopSessions::closed(ClientId client, const Ending& ending, SteadyTime now) {
    Client* found = find(client);
    if (found == nullptr) return;
    Conduct& conduct = found->conduct;
    offended(*found, ending.offence ? conduct.offend(*ending.offence) : conduct.left(), now);
    tell("connection closed", found->address, ending.reason, now);
    guard_.left(found->address, repute_of(conduct), now);
    park(found->session, now);
    returning_.erase(client);
    probe_.connections.decrement();
    clients_.erase(slot_of(client));
}

void LoopSessions::line(ClientId client, std::string_view line, Moment now) {
    Client* found = find(client);
    if (found == nullptr) return;
    const auto request = reader_.read(line);
    if (!request) {
        malformed(*found, request.error(), now.steady);
        return;
    }
    if (!waits_for_session(*found, request.value(), now.steady)) act(*found, request.value(), now);
}

void LoopSessions::late_line(ClientId client, std::string_view line, Moment now) {
    const Client* found = find(client);
    if (found == nullptr) return;
    const auto request = reader_.read(line);
    if (!request) return;
    const auto* submit = std::get_if<stratum::Submit>(&request.value().body);
    if (submit == nullptr) return;
    if (const auto solved = found->session.block_in(*submit, now)) pass_on_solved(solved);
}

void LoopSessions::act(Client& client, const stratum::Request& request, Moment now) {
    log_program(client.id, request);
    const bool worked = client.session.working();
    Reply reply = client.session.receive(request, now);
    const auto offence = judge(client, reply, now.steady);
    if (!worked && client.session.working()) {
        probe_.sessions.increment();
        look(client.id, now.steady);
    }
    carry_out(client, std::move(reply), request.id, now.steady);
    offended(client, offence, now.steady);
}

void LoopSessions::park(Session& session, SteadyTime now) {
    if (!session.number()) return;
    if (session.working()) probe_.sessions.decrement();
    world_.parked.park(session.id().key, session.leave(), now);
}

bool LoopSessions::waits_for_session(Client& client, const stratum::Request& request,
                                     SteadyTime now) {
    const auto* subscribe = std::get_if<stratum::Subscribe>(&request.body);
    if (subscribe == nullptr || client.session.number()) return false;
    const auto id = parse_session_id(subscribe->session_id);
    if (!id || returning_.contains(client.id)) return false;
    let_go(*id, now);  // a connection that broke without a word may be open here
    if (go_on(client.session, id->key, now)) return false;
    if (id->place.loop == world_.loop || !port_.ask_to_let_go(*id, client.id)) return false;
    returning_.emplace(client.id, Returning{std::string(request.id), id->key});
    return true;
}

bool LoopSessions::go_on(Session& session, std::uint64_t key, SteadyTime now) {
    const auto left = world_.parked.take(key, session.listener().reward);
    if (!left) return false;
    session.resume(std::move(*left), now);
    if (session.working()) probe_.sessions.increment();
    probe_.sessions_resumed.increment();
    return true;
}

void LoopSessions::let_go(const SessionId& session, SteadyTime now) {
    if (session.place.loop != world_.loop) return;
    Client* found = clients_.find(session.place.slot);
    if (found == nullptr || !found->session.number() || found->session.id() != session) return;
    park(found->session, now);
    dismiss(found->id, "the session goes on over another connection");
}

void LoopSessions::resume(ClientId client, Moment now) {
    const auto found = returning_.find(client);
    if (found == returning_.end()) return;
    const Returning returning = std::move(found->second);
    returning_.erase(found);
    Client* const back = find(client);
    LODE_ASSERT(back != nullptr);  // closed() forgets who is gone
    if (!back->session.number()) (void)go_on(back->session, returning.key, now.steady);
    act(*back, {.id = returning.request_id, .body = stratum::Subscribe()}, now);
}

void LoopSessions::malformed(Client& client, const Error& error, SteadyTime now) {
    probe_.lines_malformed.increment();
    port_.send(client.id, stratum::error_line(reader_.malformed_id(), stratum::RejectCode::other,
                                              error.context));
    offended(client, client.conduct.malformed(conduct_), now);
}

std::optional<Offence> LoopSessions::judge(Client& client, const Reply& reply, SteadyTime now) {
    Conduct& conduct = client.conduct;
    if (!reply.login_refusal.empty()) {
        tell("login refused", client.address, reply.login_refusal, now);
        return conduct.login_refused(conduct_);
    }
    if (client.session.authorised()) conduct.login_granted();
    if (!reply.verdict) return std::nullopt;
    const bool known = conduct.proven();
    const auto offence = conduct.share(*reply.verdict, conduct_);
    if (!known && conduct.proven()) guard_.proven(client.address);
    return offence;
}

void LoopSessions::offended(Client& client, std::optional<Offence> offence, SteadyTime now) {
    if (!offence) return;
    tell("connection offends", client.address, to_string(*offence), now);
    guard_.offended(client.address, *offence, repute_of(client.conduct), now);
    dismiss(client.id, "closed for " + std::string(to_string(*offence)));
}

void LoopSessions::tell(std::string_view what, const IpAddress& address, std::string_view reason,
                        SteadyTime now) {
    std::string cause(what);
    cause += reason;
    const auto left_out = log_limit_.line(cause, now);
    if (!left_out) return;
    log::info(
        what,
        {{"address", shown(address, log_addresses_)}, {"reason", reason}, {"left_out", *left_out}});
}

void LoopSessions::close_banned(const Ban& ban) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(ban.time).count();
    const std::string text = "banned for " + std::to_string(seconds) + " s: " + ban.reason;
    clients_.for_each([&](std::uint32_t, Client& client) {
        if (client.address.site() != ban.address || guard_.allowed(client.address)) return;
        dismiss(client.id, text);
    });
}

void LoopSessions::carry_out(Client& client, Reply reply, std::string_view request_id,
                             SteadyTime now) {
    if (reply.verdict && *reply.verdict != ShareVerdict::accepted) probe_.count(*reply.verdict);
    if (!reply.login_refusal.empty()) probe_.logins_refused.increment();
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
    clients_.for_each([&](std::uint32_t, Client& client) { port_.send(client.id, farewell); });
}

void LoopSessions::close_all() {
    clients_.for_each([&](std::uint32_t, Client& client) { port_.close(client.id); });
}

void LoopSessions::tell_miners(const Notice& notice) {
    clients_.for_each([&](std::uint32_t, Client& client) {
        const Session& session = client.session;
        if (notice.user ? !session.has(*notice.user, notice.worker) : !session.working()) return;
        port_.send(client.id, notice.line);
        if (notice.then == Notice::Then::close) port_.close(client.id);
    });
}

}  // namespace lode::sserver
