// Between the loop's connections, the sessions' wishes and the share topic.
#include "sserver/lane.hpp"

#include "common/base/log.hpp"
#include "common/bus/topics.hpp"
#include "common/messages/share.pb.h"

namespace lode::sserver {
namespace {

ClientId client_of(net::ConnectionId id) {
    return ClientId(id.packed());
}

net::ConnectionId connection_of(ClientId client) {
    return net::ConnectionId::unpack(client.value());
}

}  // namespace

Lane::Lane(runtime::Context& context, LaneOptions options)
    : clock_(context.clock),
      options_(std::move(options)),
      key_(std::to_string(options_.sessions.stream.value())),
      probe_(context.metrics, options_.number),
      sessions_(options_.sessions, *this, probe_) {}

Result<std::unique_ptr<Lane>> Lane::start(runtime::Context& context, LaneOptions options) {
    std::unique_ptr<Lane> lane(new Lane(context, std::move(options)));
    LODE_TRY(lane->loop_,
             net::Loop::start({.name = "sserver-loop-" + std::to_string(lane->options_.number),
                               .service = "sserver",
                               .clock = &context.clock,
                               .received_bytes = lane->probe_.received_bytes,
                               .sent_bytes = lane->probe_.sent_bytes,
                               .line_size_max = lane->options_.line_size_max,
                               .output_size_max = lane->options_.output_size_max},
                              *lane));
    LODE_TRY(lane->shares_, bus::Producer<v1::Share>::open(
                                context.bus, bus::topics::share,
                                lane->options_.sessions.rules.origin.chain, *lane->loop_));
    return lane;
}

void Lane::stop() {
    if (loop_) loop_->stop();
    shares_.reset();
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
        sessions_.tick();
        show_stream();
    });
}

void Lane::close_all() {
    loop_->post([this] { sessions_.close_all(); });
}

void Lane::opened(net::ConnectionId id, const net::Peer& peer) {
    sessions_.opened(client_of(id), options_.start_exponents.at(peer.listener), loop_->now());
}

void Lane::line(net::ConnectionId id, std::string_view line) {
    if (draining_.load(std::memory_order_relaxed)) return;
    sessions_.line(client_of(id), line, {clock_.unix_now(), loop_->now()});
    show_stream();
}

void Lane::deadline(net::ConnectionId id) {
    sessions_.look(client_of(id), loop_->now());
}

void Lane::closed(net::ConnectionId id, net::CloseReason reason) {
    sessions_.closed(client_of(id), loop_->now());
    log::debug("connection closed", {{"reason", to_string(reason)}});
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

Result<void> Lane::publish(const std::shared_ptr<const v1::Share>& share) {
    const Sequence sequence(share->sequence());
    return shares_->send(
        options_.partition, key_, share,
        [this, sequence](const Result<bus::Position>& place) { outcome(sequence, place); });
}

void Lane::outcome(Sequence sequence, const Result<bus::Position>& place) {
    if (place) {
        sessions_.delivered(sequence, clock_.steady_now());
    } else {
        sessions_.failed(sequence);
    }
    show_stream();
}

// For the service's thread.
void Lane::show_stream() {
    under_way_.store(sessions_.shares_under_way(), std::memory_order_relaxed);
    stuck_.store(sessions_.stuck(), std::memory_order_relaxed);
}

void Lane::solved(const std::shared_ptr<const v1::SolvedShare>& share) {
    options_.solved(share);
}

}  // namespace lode::sserver
