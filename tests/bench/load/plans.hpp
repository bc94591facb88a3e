// What each mode does, as a Plan.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "tests/bench/load/results.hpp"
#include "tests/bench/load/share_maker.hpp"
#include "tests/bench/load/swarm.hpp"

namespace lode::load {

// Idle, notify and crowd: all connections log in, so many at a time, and stay; what more modes do
// begins when all are there.
class Gather : public Plan {
  public:
    // Both outlive it.
    Gather(const Options& options, Results& results);

    std::int64_t due(Swarm& swarm, std::int64_t now) override;
    void ready(Swarm& swarm, Peer& peer, std::int64_t now) override;
    void closed(Swarm& swarm, Peer& peer) override;
    [[nodiscard]] bool done() const override { return phase_ == Phase::done; }
    void finish(std::int64_t now) override;

  protected:
    enum class Phase : std::uint8_t { gather, work, drain, done };

    // All are there.
    virtual void begin(Swarm&, std::int64_t) {}
    // Something of the mode may be due; when the next is.
    virtual std::int64_t work(Swarm&, std::int64_t);
    // The duration is over; whether nothing is waited for.
    [[nodiscard]] virtual bool drained() const { return true; }

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Results& results() { return results_; }
    [[nodiscard]] bool working() const { return phase_ == Phase::work; }

  private:
    void open_some(Swarm& swarm, std::int64_t now);

    const Options& options_;
    Results& results_;
    Phase phase_ = Phase::gather;
    std::uint32_t opened_ = 0;
    std::uint32_t settled_ = 0;  // ready or lost
    std::int64_t started_ns_ = 0;
    std::int64_t phase_end_ns_ = 0;
};

// The times of an open loop, which do not depend on how fast anything is answered.
class Timetable {
  public:
    Timetable(std::uint32_t rate, Arrivals arrivals);
    void start(std::int64_t now) { next_ = now; }
    [[nodiscard]] std::int64_t next() const { return next_; }
    void advance();

  private:
    double mean_ns_;
    Arrivals arrivals_;
    std::mt19937_64 random_{1};  // every run has the same times
    std::exponential_distribution<double> gap_{1.0};
    std::int64_t next_ = 0;
};

class Submit final : public Gather {
  public:
    Submit(const Options& options, Results& results);

    void job(Swarm& swarm, Peer& peer, std::int64_t now) override;
    void answer(Swarm& swarm, Peer& peer, const Heard& heard, std::int64_t now) override;
    void closed(Swarm& swarm, Peer& peer) override;
    void finish(std::int64_t now) override;

  private:
    struct Sent {
        std::uint64_t id;
        std::int64_t at;
    };
    struct Miner {
        ShareMaker maker;
        std::vector<Sent> sent;
        std::uint64_t next_id = first_submit_id;
        std::uint64_t works = 0;  // begun
        bool may_send = false;
    };

    void begin(Swarm& swarm, std::int64_t now) override;
    std::int64_t work(Swarm& swarm, std::int64_t now) override;
    [[nodiscard]] bool drained() const override { return under_way_ == 0; }

    void take_work(const Swarm& swarm, const Peer& peer);
    void fill(Swarm& swarm, Peer& peer, std::int64_t now);
    [[nodiscard]] bool submit(Swarm& swarm, Peer& peer, std::int64_t due);
    [[nodiscard]] bool submit_by_someone(Swarm& swarm, std::int64_t due);
    [[nodiscard]] bool find_share(Miner& miner) const;

    std::vector<Miner> miners_;
    Timetable timetable_;
    std::size_t turn_ = 0;
    std::uint64_t under_way_ = 0;
};

class Churn final : public Plan {
  public:
    Churn(const Options& options, Results& results);

    std::int64_t due(Swarm& swarm, std::int64_t now) override;
    void ready(Swarm& swarm, Peer& peer, std::int64_t now) override;
    void closed(Swarm& swarm, Peer& peer) override;
    [[nodiscard]] bool done() const override { return done_; }
    void finish(std::int64_t) override {}

  private:
    const Options& options_;
    Results& results_;
    Timetable timetable_;
    std::vector<std::uint32_t> free_;  // peers that are not connected
    std::vector<std::int64_t> due_;    // by peer: when it was to connect
    std::int64_t started_ns_ = 0;
    bool done_ = false;
};

[[nodiscard]] std::unique_ptr<Plan> make_plan(const Options& options, Results& results);

}  // namespace lode::load
