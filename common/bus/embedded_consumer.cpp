// The loop of a consumer. Each step ends by posting the next, so there is one at a time: on the
// executor (take, hand over) or on the reading thread (fetch). Between them nothing is shared but
// what is posted.
#include "common/bus/embedded_consumer.hpp"

#include <google/protobuf/message_lite.h>

#include <numeric>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/bus/limits.hpp"

namespace lode::bus {
namespace {

// A disk that cannot be read is asked again this often.
constexpr auto read_again_after = std::chrono::seconds(1);

class ConsumerLoop : public std::enable_shared_from_this<ConsumerLoop> {
  public:
    ConsumerLoop(ConsumerParts parts, std::size_t batch_max, RawHandler handler)
        : topic_(std::move(parts.topic)),
          reading_(std::move(parts.reading)),
          empty_(parts.empty),
          batch_max_(batch_max),
          gate_(parts.executor),
          handler_(std::make_shared<RawHandler>(std::move(handler))) {}

    [[nodiscard]] Result<void> start(const ConsumerOptions& options) {
        reader_->group = options.group;
        reader_->wake = [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->post_step();
        };
        if (!options.group.empty()) (void)topic_->writer().join_group(options.group);
        LODE_TRY(reader_->next, topic_->start_positions(options));
        LODE_TRY_VOID(topic_->log().attach(reader_));
        if (options.member) {
            waits_to_be_member_ = true;
            gate_.post([self = shared_from_this(), member = *options.member] {
                if (self->gate_.open()) self->become_member(member);
            });
        } else {
            post_step();
        }
        return success();
    }

    void close() {
        gate_.close();
        topic_->log().detach(reader_);
        handler_.reset();
        waiting_.clear();
    }

    [[nodiscard]] Result<void> commit(Position next) {
        if (reader_->group.empty()) {
            return failure(ErrorCode::malformed, "commit by a consumer without a group");
        }
        const auto ends = topic_->log().ends();
        if (next.partition >= ends.size() || next.offset < 0 ||
            next.offset > ends[next.partition]) {
            return failure(ErrorCode::malformed, "commit past the end of the partition");
        }
        topic_->writer().set_group(reader_->group, next);
        return success();
    }

    void when_caught_up(Task done) {
        gate_.post(
            [self = shared_from_this(), ends = topic_->log().ends(), done = std::move(done)] {
                if (!self->gate_.open()) return;
                self->waiting_.push_back({ends, done});
                self->tell_caught_up();
            });
    }

  private:
    struct Waiting {
        std::vector<std::int64_t> ends;
        Task done;
    };

    // The one member of its group has every partition; it asks where to go on before the first
    // record.
    void become_member(const Membership& member) {
        std::vector<std::uint32_t> partitions(topic_->spec().partitions);
        std::iota(partitions.begin(), partitions.end(), 0u);
        const Offsets offsets = member.assigned(partitions);
        if (!gate_.open() || !*handler_) return;
        const auto ends = topic_->log().ends();
        bool all_there = true;
        for (const auto& [partition, offset] : offsets) {
            LODE_ASSERT(partition < ends.size());
            reader_->next[partition] = offset;
            if (offset <= ends[partition]) continue;
            all_there = false;
            tell_past_end(member, {partition, offset}, ends[partition]);
            if (!gate_.open()) return;
        }
        if (!all_there) return;
        waits_to_be_member_ = false;
        post_step();
    }

    // No file grows back: the reader stands still, all of it, until it is opened again.
    void tell_past_end(const Membership& member, Position wanted, std::int64_t end) {
        const Error why{ErrorCode::conflict, std::string(topic_->spec().name) +
                                                 ": a reader wants to go on at " +
                                                 std::to_string(wanted.offset) + " of partition " +
                                                 std::to_string(wanted.partition) +
                                                 ", past the end at " + std::to_string(end)};
        log::error("a reader stands still", {{"reason", why}});
        if (member.past_end) member.past_end(wanted.partition, why);
    }

    void post_step() {
        gate_.post([self = shared_from_this()] { self->step(); });
    }

    void step() {
        if (!gate_.open() || waits_to_be_member_) return;
        auto slice = topic_->log().take(*reader_, batch_max_);
        if (!slice.in_file.empty()) {
            reading_->post([self = shared_from_this(), ranges = std::move(slice.in_file)] {
                self->fetch(ranges);
            });
        } else if (!slice.records.empty()) {
            hand_over(std::move(slice.records));
        }
        // Else the reader sleeps until the log wakes it.
    }

    void hand_over(std::vector<RawRecord> records) {
        const auto handler = handler_;  // which may drop this consumer
        if (!records.empty()) (*handler)(std::move(records));
        if (!gate_.open()) return;
        tell_caught_up();
        post_step();
    }

    void fetch(const std::vector<Range>& ranges) {
        if (!gate_.open()) return;
        auto read = topic_->read(ranges, {batch_max_, batch_bytes_max});
        if (!read) {
            log::error("bus read failed", {{"reason", read.error()}});
            reading_->post_after(read_again_after,
                                 [self = shared_from_this(), ranges] { self->fetch(ranges); });
            return;
        }
        auto records = std::make_shared<std::vector<RawRecord>>(parse(read.value().records));
        gate_.post([self = shared_from_this(), records, next = std::move(read.value().next)] {
            if (!self->gate_.open()) return;
            for (const Position& one : next) self->reader_->next[one.partition] = one.offset;
            self->hand_over(std::move(*records));
        });
    }

    std::vector<RawRecord> parse(std::vector<StoredRecord>& stored) {
        std::vector<RawRecord> records;
        records.reserve(stored.size());
        for (StoredRecord& one : stored) {
            std::shared_ptr<google::protobuf::MessageLite> message(empty_.New());
            if (!message->ParseFromString(one.payload)) {
                log::error("bus record cannot be parsed", {{"topic", topic_->spec().name},
                                                           {"partition", one.position.partition},
                                                           {"offset", one.position.offset}});
                continue;
            }
            records.push_back({one.position, one.appended, std::move(one.key), std::move(message)});
        }
        return records;
    }

    [[nodiscard]] bool reached(const std::vector<std::int64_t>& ends) const {
        for (std::size_t p = 0; p < ends.size(); ++p) {
            if (reader_->next[p] < ends[p]) return false;
        }
        return true;
    }

    // Ends only grow, so those that asked first are told first.
    void tell_caught_up() {
        while (gate_.open() && !waiting_.empty() && reached(waiting_.front().ends)) {
            const Task done = std::move(waiting_.front().done);
            waiting_.pop_front();
            done();
        }
    }

    const std::shared_ptr<EmbeddedTopic> topic_;
    const std::shared_ptr<ReaderThread> reading_;
    const google::protobuf::MessageLite& empty_;
    const std::size_t batch_max_;
    Gate gate_;
    const std::shared_ptr<Reader> reader_ = std::make_shared<Reader>();
    std::shared_ptr<RawHandler> handler_;  // the executor's, as all below
    std::deque<Waiting> waiting_;
    bool waits_to_be_member_ = false;
};

class EmbeddedConsumer final : public RawConsumer {
  public:
    explicit EmbeddedConsumer(std::shared_ptr<ConsumerLoop> loop) : loop_(std::move(loop)) {}
    ~EmbeddedConsumer() override { loop_->close(); }

    Result<void> commit(Position next) override { return loop_->commit(next); }
    void when_caught_up(Task done) override { loop_->when_caught_up(std::move(done)); }

  private:
    const std::shared_ptr<ConsumerLoop> loop_;
};

}  // namespace

Result<std::unique_ptr<RawConsumer>> open_consumer(ConsumerParts parts, ConsumerOptions options,
                                                   RawHandler handler) {
    if (options.member) options.start = StartAt::committed;
    if (options.start == StartAt::committed && options.group.empty()) {
        return failure(ErrorCode::malformed, "a consumer that starts at committed needs a group");
    }
    const auto batch_max = std::max<std::size_t>(options.batch_max, 1);
    auto loop = std::make_shared<ConsumerLoop>(std::move(parts), batch_max, std::move(handler));
    LODE_TRY_VOID(loop->start(options));
    return std::unique_ptr<RawConsumer>(std::make_unique<EmbeddedConsumer>(std::move(loop)));
}

}  // namespace lode::bus
