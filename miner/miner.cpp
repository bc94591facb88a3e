// No policy but reconnecting: the session decides what a line means, the gate what may be sent.
#include "miner/miner.hpp"

#include <algorithm>

#include "common/base/log.hpp"

namespace lode::miner {

namespace {

using std::chrono::seconds;

// From a moment's restart of the pool to a long outage.
constexpr Duration reconnect_first = seconds(1);
constexpr Duration reconnect_longest = seconds(60);
// A pool sends a new job at least every half minute.
constexpr Duration read_timeout = seconds(300);
// The node takes a block and the pool sends the next job in far less.
constexpr Duration rest_after_block = seconds(1);

// xorshift64: good enough to spread reconnects.
std::uint64_t step(std::uint64_t value) {
    value ^= value << 13;
    value ^= value >> 7;
    value ^= value << 17;
    return value;
}

}  // namespace

Miner::Miner(MinerOptions options, Scheduler& loop, const Clock& clock, Task refused)
    : options_(std::move(options)),
      loop_(loop),
      clock_(clock),
      refused_(std::move(refused)),
      backoff_(reconnect_first, reconnect_longest),
      random_(options_.seed | 1),
      port_(options_.port),
      team_(options_.team, loop, [this](const Found& share) { found(share); }) {}

void Miner::start() {
    ticker_ = loop_.every(seconds(1), [this] { second_passed(); });
    connect();
}

void Miner::connect() {
    status_.pool = options_.host + ":" + std::to_string(port_);
    status_.state = "connecting";
    SessionOptions session{.user = options_.user,
                           .password = options_.password,
                           .host = options_.host,
                           .agent = options_.agent,
                           .resume_id = session_ ? session_->session_id() : "",
                           .connection = ++connection_};
    session_ = std::make_unique<Session>(std::move(session));
    client_ = connector_.connect(
        {.host = options_.host, .port = port_, .read_timeout = read_timeout}, loop_,
        {.connected = [this] { perform(session_->connected(clock_.steady_now())); },
         .line = [this](const std::string& line) { perform(session_->line(line)); },
         .closed = [this](const Error& reason) { lost({.reason = reason.context}); }});
}

void Miner::perform(Actions actions) {
    for (const Action& action : actions) {
        if (!client_) return;  // lost by the action before
        std::visit([this](const auto& one) { perform(one); }, action);
    }
}

void Miner::perform(const Send& send) {
    if (const auto sent = client_->send(send.lines); !sent) lost({.reason = sent.error().context});
}

void Miner::perform(const SetWork& set) {
    if (status_.state != "mining") log::info("mining", {{"pool", status_.pool}});
    status_.state = "mining";
    backoff_.reset();
    team_.set_work(set.work);
}

void Miner::perform(const ShareAccepted&) {
    ++status_.accepted;
    log::debug("share accepted");
    team_.answered(connection_);
}

void Miner::perform(const ShareRejected& rejected) {
    ++status_.rejected;
    log::info("share rejected",
              {{"code", rejected.rejection.code}, {"reason", rejected.rejection.text}});
    team_.answered(connection_);
}

void Miner::perform(const Close& close) {
    lost(close);
}

void Miner::perform(const AuthorisationRefused& refusal) {
    log::error("the pool refuses this user", {{"user", options_.user},
                                              {"code", refusal.rejection.code},
                                              {"reason", refusal.rejection.text}});
    status_.state = "refused";
    team_.set_work(nullptr);
    client_.reset();
    ticker_.reset();
    refused_();
}

void Miner::found(const Found& found) {
    if (!client_ || found.work->connection != connection_) return;
    if (found.solves_block) {
        ++status_.blocks;
        rests_since_ = clock_.steady_now();
        log::info("block solved", {{"hash", bitcoin::to_display_hex(found.hit.hash)}});
    }
    perform(session_->found(found, clock_.steady_now()));
}

void Miner::lost(const Close& close) {
    team_.set_work(nullptr);
    client_.reset();
    port_ = close.port != 0 ? close.port : options_.port;
    random_ = step(random_);
    const Duration wait = std::max(close.wait, backoff_.next(random_));
    log::warn("not connected",
              {{"reason", close.reason},
               {"retry_ms", std::chrono::floor<std::chrono::milliseconds>(wait).count()}});
    status_.state = "waiting to reconnect";
    reconnect_ = loop_.after(wait, [this] { connect(); });
}

void Miner::second_passed() {
    const SteadyTime now = clock_.steady_now();
    team_.second_passed();
    rate_.sample(now, team_.hashes());
    status_.rate = rate_.per_second();
    if (rests_since_ != SteadyTime{} && now - rests_since_ >= rest_after_block) {
        rests_since_ = {};
        team_.resume();
    }
    if (client_) perform(session_->tick(now));
}

Status Miner::status() const {
    Status now = status_;
    if (session_) now.difficulty = session_->difficulty();
    return now;
}

}  // namespace lode::miner
