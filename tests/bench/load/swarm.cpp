// Sockets and epoll.
#include "tests/bench/load/swarm.hpp"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/assert.hpp"

namespace lode::load {

namespace {

// A pool that leaves more of ours unread than this does not read.
constexpr std::size_t unsent_max = 1 << 20;
constexpr std::size_t events_max = 512;
constexpr std::int64_t second = 1'000'000'000;

// Ports are chosen when the other end is known, so that each source has all of them for each
// target.
bool bind_source(int socket, std::uint32_t number) {
    const int on = 1;
    setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number);
    return bind(socket, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0;
}

int wait_for_events(int epoll, std::vector<epoll_event>& events, std::int64_t nanoseconds) {
    nanoseconds = std::max<std::int64_t>(nanoseconds, 0);
    const timespec time{.tv_sec = nanoseconds / second, .tv_nsec = nanoseconds % second};
    return epoll_pwait2(epoll, events.data(), static_cast<int>(events.size()), &time, nullptr);
}

}  // namespace

std::int64_t now_ns() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * second + time.tv_nsec;
}

Swarm::Swarm(const Options& options)
    : options_(options),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      peers_(options.connections),
      buffer_(1 << 16) {
    LODE_ASSERT(epoll_ >= 0);
    for (std::uint32_t number = 0; number < peers_.size(); ++number) {
        peers_[number].number = number;
    }
}

Swarm::~Swarm() {
    for (const Peer& peer : peers_) {
        if (peer.socket >= 0) ::close(peer.socket);
    }
    ::close(epoll_);
}

void Swarm::run(Plan& plan, const std::function<bool()>& stop) {
    plan_ = &plan;
    std::vector<epoll_event> events(events_max);
    while (!plan.done() && !stop()) {
        const std::int64_t next = plan.due(*this, now_ns());
        flush_all();
        // Never asleep for longer than a signal may wait.
        const auto wait = std::min(next - now_ns(), second / 10);
        const int count = wait_for_events(epoll_, events, wait);
        for (int i = 0; i < count; ++i) {
            const auto& each = events[static_cast<std::size_t>(i)];
            event(*static_cast<Peer*>(each.data.ptr), each.events);
        }
        flush_all();
    }
    plan_ = nullptr;
}

void Swarm::open(Peer& peer, std::int64_t now) {
    LODE_ASSERT(peer.socket < 0);
    peer = Peer{.number = peer.number};
    peer.opened_ns = now;
    const auto& target = options_.targets[peer.number % options_.targets.size()];
    peer.socket = socket(target.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (peer.socket < 0) return lose(peer, "no socket: " + std::string(std::strerror(errno)));
    const auto source = peer.number / static_cast<std::uint32_t>(options_.targets.size());
    if (options_.sources > 1 && !bind_source(peer.socket, source % options_.sources)) {
        return lose(peer, "bind: " + std::string(std::strerror(errno)));
    }
    const int on = 1;
    setsockopt(peer.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(peer.socket, target.get(), target.size) != 0 && errno != EINPROGRESS) {
        return lose(peer, "connect: " + std::string(std::strerror(errno)));
    }
    peer.unsent = Client::login(login(peer), options_.password);
    watch(peer, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

std::string Swarm::login(const Peer& peer) const {
    return options_.user + "." + std::to_string(peer.number);
}

void Swarm::watch(const Peer& peer, int operation, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = const_cast<Peer*>(&peer);
    LODE_ASSERT(epoll_ctl(epoll_, operation, peer.socket, &event) == 0);
}

void Swarm::close(Peer& peer) {
    if (peer.socket >= 0) forget(peer);
}

void Swarm::forget(Peer& peer) {
    if (peer.socket >= 0) ::close(peer.socket);
    peer.socket = -1;
    peer.unsent.clear();
    if (peer.client.ready()) --ready_;
    peer.client = Client();
    if (plan_ != nullptr) plan_->closed(*this, peer);
}

void Swarm::lose(Peer& peer, const std::string& why) {
    ++losses_[why];
    forget(peer);
}

std::uint64_t Swarm::lost() const {
    std::uint64_t sum = 0;
    for (const auto& [why, count] : losses_) sum += count;
    return sum;
}

void Swarm::event(Peer& peer, std::uint32_t events) {
    if (peer.socket < 0) return;  // closed by an event before this one
    if ((events & EPOLLOUT) != 0) {
        if (!peer.connected) {
            int error = 0;
            socklen_t size = sizeof error;
            getsockopt(peer.socket, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0) return lose(peer, "connect: " + std::string(std::strerror(error)));
            peer.connected = true;
        }
        flush(peer);
        if (peer.socket >= 0 && peer.unsent.empty()) watch(peer, EPOLL_CTL_MOD, EPOLLIN);
    }
    if (peer.socket >= 0 && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(peer);
}

void Swarm::read(Peer& peer) {
    const auto got = ::read(peer.socket, buffer_.data(), buffer_.size());
    const std::int64_t now = now_ns();
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) return lose(peer, "read: " + std::string(std::strerror(errno)));
    if (got == 0) return lose(peer, "closed by the pool");
    std::string_view text(buffer_.data(), static_cast<std::size_t>(got));
    std::string joined;
    if (!peer.rest.empty()) {
        joined = peer.rest.append(text);
        text = joined;
        peer.rest.clear();
    }
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
        if (!hear(peer, text.substr(0, end), now)) return;
        text.remove_prefix(end + 1);
    }
    if (text.size() > stratum::server_line_size_max) return lose(peer, "a line without an end");
    peer.rest = text;
}

bool Swarm::hear(Peer& peer, std::string_view line, std::int64_t now) {
    const Heard heard = peer.client.hear(line, jobs_, now);
    switch (heard.meaning) {
        case Meaning::nothing:
            break;
        case Meaning::ready:
            ++ready_;
            peer.was_ready = true;
            plan_->ready(*this, peer, now);
            break;
        case Meaning::job:
            plan_->job(*this, peer, now);
            break;
        case Meaning::answer:
            plan_->answer(*this, peer, heard, now);
            break;
        case Meaning::refused:
            lose(peer, "the pool said: " + std::string(heard.text.substr(0, 200)));
            break;
        case Meaning::sent_off:
            lose(peer, "sent away by client.reconnect");
            break;
    }
    return peer.socket >= 0;
}

std::string& Swarm::outbox(Peer& peer) {
    if (!peer.flushing) {
        peer.flushing = true;
        to_flush_.push_back(&peer);
    }
    return peer.unsent;
}

void Swarm::send(Peer& peer, std::string_view lines) {
    outbox(peer).append(lines);
}

void Swarm::flush_all() {
    for (std::size_t i = 0; i < to_flush_.size(); ++i) {
        Peer& peer = *to_flush_[i];
        peer.flushing = false;
        if (peer.socket >= 0 && peer.connected) flush(peer);
    }
    to_flush_.clear();
}

void Swarm::flush(Peer& peer) {
    if (peer.unsent.empty()) return;
    const auto sent = ::send(peer.socket, peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        return lose(peer, "send: " + std::string(std::strerror(errno)));
    }
    peer.unsent.erase(0, sent < 0 ? 0 : static_cast<std::size_t>(sent));
    if (peer.unsent.empty()) return;
    if (peer.unsent.size() > unsent_max) return lose(peer, "the pool does not read");
    watch(peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

}  // namespace lode::load
