// The bus: typed producers and consumers over the topics of topics.hpp. Order holds within a
// partition; a record can be read again from any kept offset; many readers do not disturb one
// another. Two forms pass the same conformance suite: embedded (SQLite files) and Kafka.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/executor.hpp"
#include "common/base/result.hpp"
#include "common/bus/topics.hpp"
#include "common/config/pool.hpp"

namespace google::protobuf {
class MessageLite;
}
namespace lode::metrics {
class Registry;
}

namespace lode::bus {

// Offsets count from 0 in each partition and are never reused, also over restarts.
struct Position {
    std::uint32_t partition = 0;
    std::int64_t offset = 0;
};

using MessagePtr = std::shared_ptr<const google::protobuf::MessageLite>;

struct RawRecord {
    Position position;
    UnixTime appended;  // the bus's own time
    std::string key;
    MessagePtr message;
};

template <class T>
struct Record {
    Position position;
    UnixTime appended;
    std::string key;
    std::shared_ptr<const T> message;
};

// Told once for each record sent: where it durably is, or why it is not (then it may be sent
// again). Runs on the producer's executor, in the order of sending within a partition. After a
// failed record those sent behind it fail too, and sends are refused (unavailable) until the
// producer has been told: sent again in the order of the failures, nothing has overtaken them.
using Delivered = std::function<void(Result<Position>)>;

// Dropping a producer leaves what it sent to be written, and ends its `delivered` calls. Drop it
// on the executor's thread.
class RawProducer {
  public:
    virtual ~RawProducer() = default;
    // Takes the record or refuses it at once (exhausted: the bounded queue is full; unavailable:
    // the bus is closed). A refused record's `delivered` is not called.
    [[nodiscard]] virtual Result<void> send(std::uint32_t partition, std::string key,
                                            MessagePtr message, Delivered delivered) = 0;
};

enum class StartAt {
    earliest,   // the oldest record kept
    latest,     // only records appended after the start
    committed,  // where the group left off; the oldest kept when it never committed
    offsets,    // ConsumerOptions::offsets; partitions not named start at the oldest kept. An
                // offset past the end is a conflict: it was read from another bus.
    time,       // the first record appended at or after ConsumerOptions::since
};

using Offsets = std::map<std::uint32_t, std::int64_t>;  // by partition

// Why a member has partitions no more.
enum class Revocation {
    orderly,  // the next owner waits until `revoked` has returned
    lost,     // out of touch for too long: another may have them already
};

// A reader that shares a group's partitions with the group's other members, each partition read
// by one of them at a time. All are called on the executor, before any record that follows from
// them. The embedded bus has one member a group, which has every partition from the start.
struct Membership {
    // These partitions, and only these, are this reader's from now on. Gives the offset to go on
    // at; those not named go on where the group committed, else at the oldest kept.
    std::function<Offsets(const std::vector<std::uint32_t>& partitions)> assigned;
    // None is this reader's any more: no record of them comes until `assigned` is called again.
    std::function<void(Revocation)> revoked;
    // The offset that `assigned` gave lies past the partition's end (conflict): it was read from
    // another bus. The reader stands still. Told by the embedded bus; Kafka's only logs it and
    // looks again. May be left out by who names no offsets.
    std::function<void(std::uint32_t partition, const Error& why)> past_end{};
};

struct ConsumerOptions {
    // Names a reader whose progress the bus keeps (commit) and waits for before it deletes.
    // Empty: an independent reader. On the embedded bus a group has one reader at a time
    // (conflict); on Kafka several members may share it, in one process or many.
    std::string group;
    // Empty: the reader has every partition, whoever else reads in the group's name. Given:
    // `start` and `offsets` do not count. With a null handler it is handed no records: a group of
    // which one member leads, the one that has partition 0.
    std::optional<Membership> member;
    StartAt start = StartAt::latest;
    Offsets offsets;
    UnixTime since{};
    // Records handed over at a time; the next batch is fetched when the handler returns, which
    // bounds memory and is the back-pressure.
    std::size_t batch_max = 500;
};

class RawConsumer {
  public:
    virtual ~RawConsumer() = default;
    // Remembers for the group that everything before `next` is dealt with; durable a moment
    // later, so that after a crash records may be handed over again.
    [[nodiscard]] virtual Result<void> commit(Position next) = 0;
    // Calls `done` on the executor once every record that was in the topic at the time of this
    // call has been handed to the handler.
    virtual void when_caught_up(Task done) = 0;
};

using RawHandler = std::function<void(std::vector<RawRecord>)>;

struct TopicName {
    TopicSpec spec;
    std::string chain;  // replaces <chain>; empty for topics without one
};

class Bus {
  public:
    virtual ~Bus() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<RawProducer>> raw_producer(const TopicName& topic,
                                                                            Executor& executor) = 0;

    // `handler` runs on `executor`; `empty` makes the topic's message type for parsing. A record
    // that cannot be parsed is logged as an error and left out. Dropping
    // the consumer ends it: no handler call starts afterwards. Drop it on the executor's thread.
    [[nodiscard]] virtual Result<std::unique_ptr<RawConsumer>> raw_consumer(
        const TopicName& topic, ConsumerOptions options, Executor& executor,
        const google::protobuf::MessageLite& empty, RawHandler handler) = 0;

    // Partitions this bus has for the topic.
    [[nodiscard]] virtual Result<std::uint32_t> partitions(const TopicName& topic) = 0;

    // What the bus counts: what waits to be sent, how long delivery takes, how far readers lag.
    [[nodiscard]] virtual const metrics::Registry& metrics() const = 0;
};

// `config.url`: "embedded:" keeps SQLite files in `folder`, which the caller has locked;
// "kafka://…" are brokers. `chains` are those whose topics must be there: they are created when
// missing. Errors: malformed when a topic there has another number of partitions. Brokers that
// cannot be reached are waited for in the background.
struct BusOptions {
    config::BusConfig config;
    std::string folder;
    std::vector<std::string> chains;
};
[[nodiscard]] Result<std::unique_ptr<Bus>> open_bus(const BusOptions& options);

// A topic as brokers have it.
struct TopicReport {
    std::string name;
    std::uint32_t partitions = 0;
    std::uint32_t replication = 0;     // the fewest copies that any partition has
    std::chrono::milliseconds kept{};  // retention.ms; negative: for ever
    bool created = false;              // just now
};

// Makes the topics of `options` that are missing, as open_bus() does, and tells all of them.
// Errors: malformed when a topic has another number of partitions, or for the embedded bus, which
// has none to make; rejected when brokers refuse; unavailable when they cannot be reached.
[[nodiscard]] Result<std::vector<TopicReport>> create_topics(const BusOptions& options);

// ---- typed faces ---------------------------------------------------------------------------

template <class T>
class Producer {
  public:
    static Result<Producer> open(Bus& bus, const Topic<T>& topic, std::string chain,
                                 Executor& executor) {
        LODE_TRY(auto raw, bus.raw_producer({topic.spec, std::move(chain)}, executor));
        return Producer(std::move(raw));
    }

    [[nodiscard]] Result<void> send(std::uint32_t partition, std::string key,
                                    std::shared_ptr<const T> message, Delivered delivered) {
        return raw_->send(partition, std::move(key), std::move(message), std::move(delivered));
    }

  private:
    explicit Producer(std::unique_ptr<RawProducer> raw) : raw_(std::move(raw)) {}
    std::unique_ptr<RawProducer> raw_;
};

template <class T>
class Consumer {
  public:
    using Handler = std::function<void(std::vector<Record<T>>)>;

    static Result<Consumer> open(Bus& bus, const Topic<T>& topic, std::string chain,
                                 ConsumerOptions options, Executor& executor, Handler handler) {
        auto raw_handler = [handler = std::move(handler)](std::vector<RawRecord> raw) {
            std::vector<Record<T>> records;
            records.reserve(raw.size());
            for (RawRecord& one : raw) {
                records.push_back({one.position, one.appended, std::move(one.key),
                                   std::static_pointer_cast<const T>(std::move(one.message))});
            }
            handler(std::move(records));
        };
        LODE_TRY(auto consumer,
                 bus.raw_consumer({topic.spec, std::move(chain)}, std::move(options), executor,
                                  T::default_instance(), std::move(raw_handler)));
        return Consumer(std::move(consumer));
    }

    [[nodiscard]] Result<void> commit(Position next) { return raw_->commit(next); }
    void when_caught_up(Task done) { raw_->when_caught_up(std::move(done)); }

  private:
    explicit Consumer(std::unique_ptr<RawConsumer> raw) : raw_(std::move(raw)) {}
    std::unique_ptr<RawConsumer> raw_;
};

}  // namespace lode::bus
