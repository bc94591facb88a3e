// The loop of a reader: fetch, parse, hand over, commit.
#include "common/bus/kafka_reader.hpp"

#include <google/protobuf/message_lite.h>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/bus/limits.hpp"
#include "common/bus/topic_probe.hpp"

namespace lode::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An idle reader looks up this often. Records wake it at once, and so do commits, questions and the
// end, unless they come in the moment before it sleeps: librdkafka forgets those.
constexpr auto idle_time = milliseconds(100);
// Positions only spare work after a restart; this long they wait for others.
constexpr auto commit_delay = milliseconds(100);
constexpr auto lag_interval = seconds(1);

}  // namespace

KafkaReader::KafkaReader(KafkaConsumerParts parts, ConsumerOptions options, RawHandler handler)
    : KafkaEvents(std::move(parts.shared)),
      asking_(parts.asking),
      topic_(std::move(parts.topic)),
      partitions_(parts.partitions),
      empty_(parts.empty),
      options_(std::move(options)),
      turn_(parts.executor),
      handler_(std::make_shared<RawHandler>(std::move(handler))),
      reads_(static_cast<bool>(*handler_)) {
    if (!options_.group.empty()) {
        lag_.emplace(lag_gauge(shared_->registry, topic_, options_.group));
    }
}

KafkaReader::~KafkaReader() {
    LODE_ASSERT(!thread_.joinable());
}

Result<void> KafkaReader::start() {
    turn_.owned_by(weak_from_this());
    const std::string group = options_.group.empty() ? "reader" : options_.group;
    LODE_TRY(handle_,
             make_handle(RD_KAFKA_CONSUMER, consumer_properties(group_id(topic_, group)), *this));
    wake_.reset(rd_kafka_queue_get_consumer(handle_.get()));
    offsets_.emplace(handle_.get(), asking_, topic_);
    if (!options_.member) {
        LODE_TRY_VOID(find_start());
    }
    thread_ = std::thread([this] { run(); });
    return success();
}

Result<void> KafkaReader::commit(Position next) {
    if (options_.group.empty()) {
        return failure(ErrorCode::malformed, "commit by a consumer without a group");
    }
    if (next.partition >= partitions_ || next.offset < 0) {
        return failure(ErrorCode::malformed, "commit outside the topic");
    }
    const std::lock_guard lock(mutex_);
    if (closing_) return failure(ErrorCode::unavailable, topic_ + ": the bus is closed");
    if (commits_.empty()) {
        commits_due_ = shared_->clock.steady_now() + commit_delay;
        rd_kafka_queue_yield(wake_.get());
    }
    commits_[next.partition] = next.offset;
    return success();
}

void KafkaReader::when_caught_up(Task done) {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    asked_.push_back(std::move(done));
    rd_kafka_queue_yield(wake_.get());
}

void KafkaReader::leave() {
    turn_.close();
    handler_.reset();
    close();
}

void KafkaReader::close() {
    turn_.close();
    const std::lock_guard lock(mutex_);
    if (std::exchange(closing_, true)) return;
    if (wake_) rd_kafka_queue_yield(wake_.get());
}

void KafkaReader::join() {
    if (thread_.joinable()) thread_.join();
}

void KafkaReader::run() {
    log::set_service("bus");
    begin();
    while (!closing()) step();
    finish();
    ended_ = true;
}

void KafkaReader::step() {
    take_questions();
    if (progress_.wants_ends()) answer();
    auto done = progress_.take_reached();
    if (done.empty()) {
        fetch();
        done = progress_.take_reached();
    }
    if (!records_.empty() || !done.empty()) hand_over(std::move(done));
    if (commits_are_due()) write_commits();
    count_lag();
}

// Fills records_ with what is there, after waiting for the first.
void KafkaReader::fetch() {
    std::size_t bytes = 0;
    if (held_back_) {
        auto message = std::move(held_back_);
        bytes = message->len;
        take(*message);
    }
    auto wait = records_.empty() ? wait_time() : milliseconds(0);
    while (records_.size() < options_.batch_max && bytes < batch_bytes_max) {
        KafkaMessage message(rd_kafka_consumer_poll(handle_.get(), static_cast<int>(wait.count())));
        if (!message || closing()) return;
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            on_error(*message);
            continue;
        }
        if (!records_.empty() && bytes + message->len > batch_bytes_max) {
            held_back_ = std::move(message);
            return;
        }
        bytes += message->len;
        take(*message);
        if (!records_.empty()) wait = milliseconds(0);
    }
}

milliseconds KafkaReader::wait_time() const {
    if (progress_.wants_ends()) return ask_again_after;  // the question was not answered
    return idle_time;
}

void KafkaReader::take(const rd_kafka_message_t& message) {
    const Position position{static_cast<std::uint32_t>(message.partition), message.offset};
    if (!progress_.take(position)) return;
    std::shared_ptr<google::protobuf::MessageLite> parsed(empty_.New());
    if (!parsed->ParseFromArray(message.payload, static_cast<int>(message.len))) {
        log::error(
            "bus record cannot be parsed",
            {{"topic", topic_}, {"partition", position.partition}, {"offset", position.offset}});
        return;
    }
    rd_kafka_timestamp_type_t type{};
    const auto time = rd_kafka_message_timestamp(&message, &type);
    records_.push_back({position,
                        from_unix_ms(time),
                        {static_cast<const char*>(message.key), message.key_len},
                        std::move(parsed)});
}

void KafkaReader::hand_over(std::vector<Task> done) {
    auto batch = std::make_shared<std::vector<RawRecord>>(std::exchange(records_, {}));
    auto told = std::make_shared<std::vector<Task>>(std::move(done));
    (void)turn_.run([self = shared_from_this(), batch, told] {
        const auto handler = self->handler_;  // which may drop this consumer
        if (!batch->empty()) (*handler)(std::move(*batch));
        for (const Task& one : *told) {
            if (self->turn_.open()) one();
        }
    });
}

void KafkaReader::take_questions() {
    const std::lock_guard lock(mutex_);
    for (Task& one : asked_) progress_.ask(std::move(one));
    asked_.clear();
}

void KafkaReader::answer() {
    auto ends = offsets_->ends(progress_.next());
    if (ends) progress_.ends(std::move(ends).value());
}

bool KafkaReader::commits_are_due() {
    const std::lock_guard lock(mutex_);
    return !commits_.empty() && shared_->clock.steady_now() >= commits_due_;
}

void KafkaReader::write_commits() {
    Offsets commits;
    {
        const std::lock_guard lock(mutex_);
        commits = std::exchange(commits_, {});
    }
    if (commits.empty()) return;
    const auto list = offsets_->list(commits);
    const auto error = rd_kafka_commit(handle_.get(), list.get(), 1);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        shared_->log(4, "COMMIT", topic_ + ": " + rd_kafka_err2str(error));
    }
}

void KafkaReader::count_lag() {
    if (!lag_ || shared_->clock.steady_now() < lag_due_) return;
    lag_due_ = shared_->clock.steady_now() + lag_interval;
    lag_->set(progress_.lag(offsets_->known_ends(progress_.next())));
}

void KafkaReader::on_error(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && message.partition >= 0) {
        out_of_range(static_cast<std::uint32_t>(message.partition));
        return;
    }
    if (shared_->heard(message.err, rd_kafka_message_errstr(&message))) return;
    shared_->log(4, rd_kafka_err2name(message.err),
                 topic_ + ": " + rd_kafka_message_errstr(&message));
}

bool KafkaReader::closing() {
    const std::lock_guard lock(mutex_);
    return closing_;
}

// Less when closed meanwhile.
void KafkaReader::pause(Duration time) {
    const auto until = shared_->clock.steady_now() + time;
    while (!closing() && shared_->clock.steady_now() < until) {
        std::this_thread::sleep_for(milliseconds(20));
    }
}

}  // namespace lode::bus
