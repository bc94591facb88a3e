// What a loop reads from its connections and writes to them.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "common/net/loop.hpp"

namespace lode::net {
namespace {

// Written in groups while a job goes out to all, so that the first clients do not wait for the
// last, and that few Outputs are in use at a time.
constexpr std::size_t dirty_max = 64;
constexpr Duration slow_look_interval = std::chrono::seconds(1);

}  // namespace

// ---- reading -------------------------------------------------------------------------------

void Loop::read_from(Connection& connection, ConnectionId id) {
    if (connection.channel) {
        read_tls(connection, id);
        return;
    }
    ssize_t count = -1;
    do {
        count = ::recv(connection.socket.get(), buffer_.get(), input_a_turn, 0);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        take_bytes(connection, id, static_cast<std::size_t>(count));
    } else if (count == 0) {
        doom(connection, id, CloseReason::by_peer);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
        doom(connection, id, CloseReason::broken);
    }
}

// One record: the buffer holds a whole one, so what is left is in the socket and epoll tells.
void Loop::read_tls(Connection& connection, ConnectionId id) {
    static_assert(input_a_turn >= TlsSession::record_max);
    const TlsStep step = connection.channel->tls()->read({buffer_.get(), input_a_turn});
    switch (step.state) {
        case TlsState::done:
            take_bytes(connection, id, step.bytes);
            break;
        case TlsState::wants_input:
            break;
        case TlsState::wants_room:
            // It asked for new keys and has left everything before them unread.
            doom(connection, id, CloseReason::slow_reader);
            break;
        case TlsState::ended:
            doom(connection, id, CloseReason::by_peer);
            break;
        case TlsState::broken:
            doom(connection, id, CloseReason::broken);
            break;
        case TlsState::failed:
            doom(connection, id, CloseReason::tls_failed);
            break;
    }
}

void Loop::take_bytes(Connection& connection, ConnectionId id, std::size_t count) {
    options_.metrics.received_bytes.increment(count);
    if (buffer_[0] == tls_hello && !connection.channel && !connection.half_line) {
        doom(connection, id, CloseReason::tls_on_plain_port);
        return;
    }
    take_lines(connection, id, {buffer_.get(), count});
}

void Loop::take_lines(Connection& connection, ConnectionId id, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const std::string_view part = bytes.substr(0, newline);
        const std::size_t before = connection.half_line ? connection.half_line->size() : 0;
        if (before + part.size() > options_.limits.line_size_max) {
            doom(connection, id, CloseReason::line_too_long);
            connection.half_line.reset();
        } else if (newline == std::string_view::npos) {
            if (!connection.half_line) connection.half_line = std::make_unique<std::string>();
            *connection.half_line += part;
        } else if (connection.half_line) {
            finish_half_line(connection, id, part);
        } else {
            give_line(connection, id, part);
        }
        if (newline == std::string_view::npos) return;
        bytes.remove_prefix(newline + 1);
    }
}

void Loop::finish_half_line(Connection& connection, ConnectionId id, std::string_view rest) {
    const std::unique_ptr<std::string> whole = std::move(connection.half_line);
    *whole += rest;
    give_line(connection, id, *whole);
}

void Loop::give_line(const Connection& connection, ConnectionId id, std::string_view line) {
    if (line.empty() || line == "\r") return;
    if (connection.closing == CloseReason::none) {
        handler_.line(id, line);
    } else {
        handler_.late_line(id, line);
    }
}

// ---- writing -------------------------------------------------------------------------------

void Loop::send(ConnectionId id, std::string_view text) {
    Connection* connection = find(id);
    if (connection == nullptr) return;
    if (Output* output = output_of(*connection, id)) {
        output->add(text);
        queued(*connection, id);
    }
}

void Loop::send(ConnectionId id, const SharedText& text) {
    Connection* connection = find(id);
    if (connection == nullptr) return;
    if (Output* output = output_of(*connection, id)) {
        output->add(text);
        queued(*connection, id);
    }
}

// Null when the peer has too much unread already.
Output* Loop::output_of(Connection& connection, ConnectionId id) {
    if (!connection.output) {
        if (spare_outputs_.empty()) {
            connection.output = std::make_unique<Output>();
        } else {
            connection.output = std::move(spare_outputs_.back());
            spare_outputs_.pop_back();
        }
    }
    // Asked while the socket is known to be full only: within one turn of the loop a client may
    // be owed more, which the write at the turn's end shows.
    if (connection.waits_for_room && connection.output->size() > options_.limits.output_size_max) {
        doom(connection, id, CloseReason::unread_too_much);
        return nullptr;
    }
    return connection.output.get();
}

void Loop::queued(Connection& connection, ConnectionId id) {
    if (connection.dirty) return;
    if (dirty_.size() >= dirty_max) flush();
    connection.dirty = true;
    dirty_.push_back(id);
}

void Loop::flush() {
    for (const ConnectionId id : dirty_) {
        Connection* connection = connections_.find(id.slot);
        if (connection == nullptr || connection->generation != id.generation) continue;
        connection->dirty = false;
        write_to(*connection, id);
    }
    dirty_.clear();
}

void Loop::write_to(Connection& connection, ConnectionId id) {
    if (!connection.output || connection.output->size() == 0) return;
    if (connection.closing != CloseReason::none && connection.closing != CloseReason::by_us) return;
    Output& output = *connection.output;
    const auto progress = connection.channel
                              ? output.write_to(*connection.channel->tls(),
                                                {tls_buffer_.get(), TlsSession::record_max})
                              : output.write_to(connection.socket.get());
    options_.metrics.sent_bytes.increment(progress.bytes);
    switch (progress.written) {
        case Output::Written::all:
            recycle(connection);
            listen_for(connection, id, input_events);
            break;
        case Output::Written::some:
            if (connection.closing != CloseReason::none) break;
            if (output.size() > options_.limits.output_size_max) {
                doom(connection, id, CloseReason::unread_too_much);
                break;
            }
            if (progress.bytes > 0 || !connection.waits_for_room) output.moved_at = now_;
            listen_for(connection, id, input_events | EPOLLOUT);
            suspect(connection, id);
            break;
        case Output::Written::failed:
            if (connection.closing == CloseReason::none) doom(connection, id, CloseReason::broken);
            break;
    }
}

void Loop::suspect(Connection& connection, ConnectionId id) {
    if (connection.suspected) return;
    connection.suspected = true;
    if (suspects_.empty()) wheel_.insert({slow_look.packed(), now_ + slow_look_interval});
    suspects_.push_back(id);
}

void Loop::close_slow_readers() {
    std::vector<ConnectionId> suspects;
    suspects.swap(suspects_);
    for (const ConnectionId id : suspects) {
        Connection* connection = find(id);
        if (connection == nullptr) continue;
        connection->suspected = false;
        if (!connection->waits_for_room) continue;
        if (now_ - connection->output->moved_at >= options_.limits.send_timeout) {
            doom(*connection, id, CloseReason::slow_reader);
        } else {
            suspect(*connection, id);
        }
    }
}

void Loop::recycle(Connection& connection) {
    connection.output->reset();
    if (spare_outputs_.size() < dirty_max) {
        spare_outputs_.push_back(std::move(connection.output));
    }
    connection.output.reset();
}

void Loop::listen_for(Connection& connection, ConnectionId id, std::uint32_t events) {
    const bool wants_room = (events & EPOLLOUT) != 0;
    if (connection.waits_for_room == wants_room) return;
    connection.waits_for_room = wants_room;
    epoll_event event{};
    event.events = events;
    event.data.u64 = id.packed();
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket.get(), &event) != 0) {
        doom(connection, id, CloseReason::broken);
    }
}

}  // namespace lode::net
