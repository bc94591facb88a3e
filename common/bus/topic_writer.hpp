// The one thread that writes a topic: takes what producers queued, commits it as one group,
// shows it to the readers and tells the producers. It also writes the groups' positions and
// deletes what is no longer kept.
#pragma once

#include <condition_variable>
#include <deque>
#include <set>
#include <thread>

#include "common/bus/gate.hpp"
#include "common/bus/topic_log.hpp"
#include "common/bus/topic_probe.hpp"

namespace lode::bus {

// One producer as the writer knows it.
struct Sender {
    explicit Sender(Executor& executor) : gate(executor) {}
    Gate gate;
    // A record failed and the producer has not heard of it yet: sends are refused until it has,
    // so that nothing overtakes what it will send again. The writer's.
    bool fenced = false;
};

struct Outgoing {
    std::shared_ptr<Sender> sender;
    std::uint32_t partition;
    std::string key;
    MessagePtr message;
    std::size_t bytes;
    Delivered delivered;
    SteadyTime sent;
};

class TopicWriter {
  public:
    // What it works with outlives the writer.
    struct World {
        TopicLog& log;
        const Clock& clock;
        metrics::Registry& registry;
    };
    [[nodiscard]] static Result<std::unique_ptr<TopicWriter>> start(TopicStore store,
                                                                    const TopicSpec& spec,
                                                                    const World& world);
    ~TopicWriter();

    [[nodiscard]] Result<void> send(Outgoing record);
    // Written with the next group, at the latest `position_delay` later: a crash may lose the
    // newest positions, and records are then handed over again.
    void set_group(const std::string& group, Position next);
    // The group's positions; a new group begins at 0, which holds back deletion.
    [[nodiscard]] std::vector<std::int64_t> join_group(const std::string& group);
    // Writes what is queued and ends the thread.
    void close();

  private:
    struct Batch {
        std::vector<Outgoing> records;
        GroupPositions positions;
        std::size_t bytes = 0;
        bool last = false;
    };
    using Outcome = std::pair<Delivered, Result<Position>>;
    using Outcomes = std::map<std::shared_ptr<Sender>, std::vector<Outcome>>;

    TopicWriter(TopicStore store, const TopicSpec& spec, const World& world);
    void run();
    [[nodiscard]] Batch wait();
    [[nodiscard]] Result<std::vector<Published>> write(Batch& batch);
    void succeed(Batch batch, std::vector<Published> published);
    void fail(Batch batch, const Error& error);
    void tell(Outcomes outcomes);
    void lift_fence(Sender& sender);
    void show_lag();
    // A group that nobody has joined in this process holds back records for `absence_max`.
    [[nodiscard]] Result<std::int64_t> held_back_from(std::uint32_t partition);
    // A piece of one partition: groups wait for it, so it is short.
    void delete_expired();
    [[nodiscard]] Result<std::int64_t> delete_expired_of(std::uint32_t partition);

    TopicStore store_;  // the thread's
    const TopicSpec spec_;
    const std::string name_;
    TopicLog& log_;
    const Clock& clock_;
    metrics::Registry& registry_;
    TopicProbe probe_;
    const SteadyTime started_;
    std::vector<std::int64_t> next_offsets_;  // the thread's
    UnixTime appended_{};                     // the thread's
    SteadyTime deletion_due_{};               // the thread's
    std::uint32_t deletion_partition_ = 0;    // the thread's
    Bytes payload_;                           // the thread's: one serialised message
    bool failing_ = false;                    // the thread's: the last group was not written

    std::mutex mutex_;  // guards all below
    std::condition_variable wake_;
    std::deque<Outgoing> queue_;
    std::size_t records_ = 0;  // queued or being written
    std::size_t bytes_ = 0;
    GroupPositions groups_;
    GroupPositions unwritten_;
    std::set<std::string> joined_;
    SteadyTime positions_due_{};
    bool closing_ = false;

    std::thread thread_;
};

}  // namespace lode::bus
