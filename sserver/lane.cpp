// Between the loop's connections, the sessions' wishes and the share topic.
#include "sserver/lane.hpp"

#include <random>

#include "common/base/log.hpp"
#include "common/bus/topics.hpp"
#include "common/messages/share.pb.h"

namespace lode::sserver {
namespace {

// Of a connection that was open.
std::optional<Offence> offence_of(net::CloseReason reason) {
    using net::CloseReason;
    if (reason == CloseReason::line_too_long) return Offence::long_line;
    if (reason == CloseReason::tls_on_plain_port) return Offence::handshake;
    return std::nullopt;
}

// On the way in. Not a timeout: a load balancer that only asks whether anyone is there says
// nothing, and who says little is limited by the connections of its address. Nor a handshake that
// fails: whoever refuses our certificate, once it has lapsed, ends it so.
std::optional<Offence> offence_before_open(net::CloseReason reason) {
    using net::CloseReason;
    const bool wrong =
        reason == CloseReason::plain_on_tls_port || reason == CloseReason::bad_proxy_header;
    return wrong ? std::optional(Offence::handshake) : std::nullopt;
}

ClientId client_of(net::ConnectionId id) {
    return ClientId(id.packed());
}

net::ConnectionId connection_of(ClientId client) {
    return net::ConnectionId::unpack(client.value());
}

}  // namespace

std::uint64_t random_bits() {
    thread_local std::random_device chance;
    return (std::uint64_t{chance()} << 32) | chance();
}

Lane::Lane(runtime::Context& context, LaneOptions options)
    : clock_(context.clock),
      options_(std::move(options)),
      key_(std::to_string(options_.sessions.stream.id.value())),
      probe_(context.metrics, options_.number),
      spooled_shares_(context.metrics.gauge("spooled_shares",
                                            "Shares in the spool that the bus does not have.",
                                            {{"loop", std::to_string(options_.number)}})),
      spooled_seconds_(context.metrics.gauge("spooled_oldest_seconds",
                                             "Age of the oldest of the shares in the spool.",
                                             {{"loop", std::to_string(options_.number)}})),
      sessions_(options_.sessions, *this, probe_) {}

Result<std::unique_ptr<Lane>> Lane::start(runtime::Context& context, LaneOptions options) {
    std::unique_ptr<Lane> lane(new Lane(context, std::move(options)));
    LODE_TRY(
        lane->loop_,
        net::Loop::start({.name = "sserver-loop-" + std::to_string(lane->options_.number),
                          .service = "sserver",
                          .clock = &context.clock,
                          .metrics = net::LoopMetrics(
                              context.metrics, {{"loop", std::to_string(lane->options_.number)}}),
                          .limits = lane->options_.limits},
                         *lane));
    LODE_TRY(lane->shares_, bus::Producer<v1::Share>::open(
                                context.bus, bus::topics::share,
                                lane->options_.sessions.rules.origin.chain, *lane->loop_));
    if (lane->options_.spool != nullptr) {
        ShareSpoolHandler& handler = *lane;
        lane->spool_ = std::make_unique<ShareSpool>(
            ShareSpoolFiles(lane->options_.spool_folder, lane->options_.sessions.stream.id,
                            lane->options_.partition),
            *lane->options_.spool, *lane->loop_, handler);
    }
    return lane;
}

void Lane::stop() {
    if (loop_) loop_->stop();
    shares_.reset();
    spool_.reset();
}

void Lane::job(const JobPtr& job, SteadyTime arrived) {
    loop_->post([this, job, arrived] {
        sessions_.job(job, loop_->now());
        // The next turn of the loop comes after the last line is written.
        loop_->post(
            [this, arrived] { probe_.notify_spread.observe(clock_.steady_now() - arrived); });
    });
}

void Lane::solved_safe(const std::string& block_hash) {
    loop_->post([this, block_hash] {
        sessions_.solved_safe(block_hash);
        show_stream();
    });
}

void Lane::tick() {
    loop_->post([this] {
        sessions_.stream().look(clock_.steady_now());
        sessions_.stream().tick();
        show_stream();
        show_spool();
    });
}

void Lane::look() {
    loop_->post([this] {
        look_to_come_ = false;
        sessions_.stream().look(clock_.steady_now());
        show_stream();
    });
}

void Lane::no_work(const SharedText& farewell) {
    loop_->post([this, farewell] { sessions_.no_work(farewell); });
}

void Lane::work_again() {
    loop_->post([this] { sessions_.work_again(); });
}

void Lane::close_all() {
    loop_->post([this] { sessions_.close_all(); });
}

bool Lane::admit(const net::Peer& peer) {
    return sessions_.admit(peer.address, loop_->now());
}

void Lane::turned_back(const net::Peer& peer, net::CloseReason reason) {
    sessions_.turned_back(peer.address, {to_string(reason), offence_before_open(reason)},
                          loop_->now());
}

void Lane::opened(net::ConnectionId id, const net::Peer& peer) {
    sessions_.opened({client_of(id), peer.address},
                     options_.sessions.rules.listeners.at(peer.listener), loop_->now());
}

void Lane::line(net::ConnectionId id, std::string_view line) {
    if (draining_.load(std::memory_order_relaxed)) return late_line(id, line);
    sessions_.line(client_of(id), line, moment());
    show_stream();
}

void Lane::late_line(net::ConnectionId id, std::string_view line) {
    sessions_.late_line(client_of(id), line, moment());
}

// A clock is read once for all that a turn of the loop, or its tasks, bring.
Moment Lane::moment() {
    if (moment_.steady != loop_->now()) moment_ = {clock_.unix_now(), loop_->now()};
    return moment_;
}

void Lane::deadline(net::ConnectionId id) {
    sessions_.look(client_of(id), loop_->now());
}

void Lane::closed(net::ConnectionId id, net::CloseReason reason) {
    sessions_.closed(client_of(id), {to_string(reason), offence_of(reason)}, loop_->now());
}

void Lane::close_banned(const Ban& ban) {
    loop_->post([this, ban] { sessions_.close_banned(ban); });
}

void Lane::tell_miners(const Notice& notice) {
    loop_->post([this, notice] { sessions_.tell_miners(notice); });
}

void Lane::send(ClientId client, std::string_view text) {
    loop_->send(connection_of(client), text);
}

void Lane::send(ClientId client, const SharedText& text) {
    loop_->send(connection_of(client), text);
}

void Lane::close(ClientId client) {
    loop_->close(connection_of(client));
}

void Lane::look_at(ClientId client, SteadyTime when) {
    loop_->set_deadline(connection_of(client), when);
}

bool Lane::ask_to_let_go(const SessionId& session, ClientId client) {
    if (session.place.loop >= options_.lanes->size()) return false;
    Lane& other = *(*options_.lanes)[session.place.loop];
    other.loop_->post([this, &other, session, client] {
        other.sessions_.let_go(session, other.loop_->now());
        loop_->post([this, client] { sessions_.resume(client, moment()); });
    });
    return true;
}

Result<void> Lane::publish(const SharePtr& share) {
    const Sequence sequence(share->sequence());
    return shares_->send(
        options_.partition, key_, share,
        [this, sequence](const Result<bus::Position>& place) { outcome(sequence, place); });
}

void Lane::outcome(Sequence sequence, const Result<bus::Position>& place) {
    if (place) {
        sessions_.stream().delivered(sequence, loop_->now());
    } else {
        sessions_.stream().failed(sequence);
    }
    show_stream();
}

void Lane::spooled(Sequence end) {
    sessions_.stream().spooled(end, loop_->now());
    show_stream();
}

void Lane::spool_failed(const Error& error) {
    sessions_.stream().spool_failed(error);
    show_stream();
}

void Lane::read_back(const std::vector<SharePtr>& shares) {
    sessions_.stream().read_back(shares);
}

// For the service's thread.
void Lane::show_stream() {
    const std::size_t under_way = sessions_.shares_under_way();
    const bool slow_bus =
        sessions_.stream().spooling() && options_.sessions.stream.acknowledge != Acknowledge::spool;
    tell_route(slow_bus ? Route::spool : Route::bus);
    probe_.shares_under_way.set(under_way);
    state_.under_way.store(under_way, std::memory_order_relaxed);
    state_.stuck.store(sessions_.stream().stuck(), std::memory_order_relaxed);
    state_.slow_bus.store(slow_bus, std::memory_order_relaxed);
    ask_for_look();
}

// One at a time, for the oldest share: so busy a stream is looked at once in the time that the bus
// has, an idle one never.
void Lane::ask_for_look() {
    if (look_to_come_) return;
    const auto due = sessions_.stream().look_due();
    if (!due) return;
    look_to_come_ = true;
    options_.look_after(std::max(Duration::zero(), *due - clock_.steady_now()));
}

// A bus that is barely quick enough makes the route change every second.
void Lane::tell_route(Route route) {
    constexpr auto interval = std::chrono::seconds(30);
    const SteadyTime at = clock_.steady_now();
    if (route == told_route_ || (told_at_ && at - *told_at_ < interval)) return;
    log::warn(route == Route::spool ? "shares go to the spool, the bus is slow"
                                    : "shares go to the bus again",
              {{"loop", options_.number}, {"backlog", sessions_.stream().backlog()}});
    told_route_ = route;
    told_at_ = at;
}

void Lane::show_spool() {
    const ShareStream& stream = sessions_.stream();
    spooled_shares_.set(stream.spooling() ? stream.backlog() : 0);
    const v1::Share* oldest = stream.spooling() ? stream.oldest() : nullptr;
    const UnixTime since =
        oldest != nullptr ? from_unix_ms(oldest->produced_unix_ms()) : clock_.unix_now();
    spooled_seconds_.set(std::chrono::duration<double>(clock_.unix_now() - since).count());
}

void Lane::solved(const std::shared_ptr<const v1::SolvedShare>& share) {
    options_.solved(share);
}

}  // namespace lode::sserver
