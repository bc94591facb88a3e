// Thousands of connections in one epoll loop: connects, logs in, reads lines, and asks a Plan what
// to do about them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load/client.hpp"
#include "tests/bench/load/options.hpp"

namespace lode::load {

// Nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
[[nodiscard]] std::int64_t now_ns();

struct Peer {
    std::uint32_t number = 0;
    int socket = -1;  // -1: not connected
    bool connected = false;
    bool was_ready = false;  // logged in, with a first job
    bool flushing = false;   // in the list of those with something to send
    std::int64_t opened_ns = 0;
    Client client;
    std::string rest;  // of a line not yet whole
    std::string unsent;
};

class Swarm;

// What a mode does about what happens. Called in the loop, times are now_ns().
class Plan {
  public:
    virtual ~Plan() = default;
    // Something is due: do it. When something is due next.
    virtual std::int64_t due(Swarm& swarm, std::int64_t now) = 0;
    // The peer is logged in and has a first job.
    virtual void ready(Swarm&, Peer&, std::int64_t) {}
    virtual void job(Swarm&, Peer&, std::int64_t) {}
    virtual void answer(Swarm&, Peer&, const Heard&, std::int64_t) {}
    // The connection has ended, by whoever.
    virtual void closed(Swarm&, Peer&) {}
    [[nodiscard]] virtual bool done() const = 0;
    // It has ended, by itself or by a signal.
    virtual void finish(std::int64_t now) = 0;
};

class Swarm {
  public:
    // The options outlive it.
    explicit Swarm(const Options& options);
    ~Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;

    // Until the plan is done or `stop` says so.
    void run(Plan& plan, const std::function<bool()>& stop);

    // Connects a peer that is not connected, and logs it in.
    void open(Peer& peer, std::int64_t now);
    // On purpose: not a loss.
    void close(Peer& peer);
    // Sent once the lines at hand are read.
    void send(Peer& peer, std::string_view lines);
    [[nodiscard]] std::string& outbox(Peer& peer);
    // The name it logs in with.
    [[nodiscard]] std::string login(const Peer& peer) const;

    [[nodiscard]] std::vector<Peer>& peers() { return peers_; }
    [[nodiscard]] const Jobs& jobs() const { return jobs_; }
    // Logged in and connected now.
    [[nodiscard]] std::uint32_t ready_count() const { return ready_; }
    // Why connections were lost -> how many.
    [[nodiscard]] const std::map<std::string, std::uint64_t>& losses() const { return losses_; }
    [[nodiscard]] std::uint64_t lost() const;

  private:
    void lose(Peer& peer, const std::string& why);
    void forget(Peer& peer);
    void event(Peer& peer, std::uint32_t events);
    void read(Peer& peer);
    // False when the peer is gone.
    [[nodiscard]] bool hear(Peer& peer, std::string_view line, std::int64_t now);
    void flush(Peer& peer);
    void flush_all();
    void watch(const Peer& peer, int operation, std::uint32_t events) const;

    const Options& options_;
    Plan* plan_ = nullptr;
    int epoll_ = -1;
    std::vector<Peer> peers_;
    std::vector<Peer*> to_flush_;
    Jobs jobs_;
    std::vector<char> buffer_;
    std::uint32_t ready_ = 0;
    std::map<std::string, std::uint64_t> losses_;
};

}  // namespace lode::load
