// Asking and making, by the admin calls of librdkafka.
#include "common/bus/kafka_topics.hpp"

#include <array>

#include "common/base/log.hpp"

namespace lode::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A program waits this long for brokers at its start, then goes on without them.
constexpr auto open_patience = seconds(5);
// One question; brokers that are up answer in milliseconds.
constexpr auto ask_time = milliseconds(1'000);
constexpr auto create_time = seconds(15);
// A topic that was made is known to the brokers that are asked about it a moment later.
constexpr auto look_again_after = milliseconds(50);
constexpr auto watch_interval = seconds(5);
constexpr auto watch_interval_while_away = milliseconds(500);
constexpr std::uint32_t copies_wanted = 3;

int ms_until(SteadyTime until, SteadyTime now) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - now);
    return static_cast<int>(std::clamp(left, milliseconds(1), ask_time).count());
}

using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, Deleter<rd_kafka_AdminOptions_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Deleter<rd_kafka_NewTopic_destroy>>;
using Resource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Deleter<rd_kafka_ConfigResource_destroy>>;

AdminOptions admin_options(rd_kafka_t* handle, rd_kafka_admin_op_t operation) {
    AdminOptions options(rd_kafka_AdminOptions_new(handle, operation));
    std::array<char, 128> text{};
    const auto time = static_cast<int>(milliseconds(create_time).count());
    (void)rd_kafka_AdminOptions_set_request_timeout(options.get(), time, text.data(), text.size());
    return options;
}

std::uint32_t fewest_copies(const rd_kafka_metadata_topic_t& topic) {
    int fewest = topic.partition_cnt > 0 ? topic.partitions[0].replica_cnt : 0;
    for (int p = 1; p < topic.partition_cnt; ++p) {
        fewest = std::min(fewest, topic.partitions[p].replica_cnt);
    }
    return static_cast<std::uint32_t>(fewest);
}

}  // namespace

Result<std::unique_ptr<KafkaTopics>> KafkaTopics::open(std::shared_ptr<KafkaShared> shared) {
    std::unique_ptr<KafkaTopics> topics(new KafkaTopics(std::move(shared)));
    LODE_TRY(topics->handle_, make_handle(RD_KAFKA_PRODUCER, {}, *topics));
    return topics;
}

KafkaTopics::KafkaTopics(std::shared_ptr<KafkaShared> shared)
    : KafkaEvents(std::move(shared)),
      connected_(shared_->registry.gauge("bus_connected", "1 while brokers answer, else 0.")),
      single_copy_(shared_->registry.gauge(
          "bus_single_copy", "1 when a topic has fewer than 3 copies of each record, else 0.")),
      wrong_(shared_->registry.gauge("bus_topics_wrong",
                                     "Topics that have another number of partitions.")) {}

KafkaTopics::~KafkaTopics() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    wanted_.clear();  // before the handle
}

void KafkaTopics::watch() {
    thread_ = std::thread([this] { run(); });
}

void KafkaTopics::run() {
    log::set_service("bus");
    do {
        look();
    } while (pause(shared_->connected ? Duration(watch_interval) : watch_interval_while_away));
}

// False: closing.
bool KafkaTopics::pause(Duration time) {
    std::unique_lock lock(mutex_);
    const auto until = shared_->clock.steady_now() + time;
    while (!closing_ && shared_->clock.steady_now() < until && !shared_->all_down) {
        wake_.wait_for(lock, watch_interval_while_away);
        rd_kafka_poll(handle_.get(), 0);
    }
    return !closing_;
}

// Topics that are not settled yet, or else one of them as a question whether brokers answer.
void KafkaTopics::look() {
    const std::lock_guard asking(asking_);
    shared_->all_down = false;
    rd_kafka_poll(handle_.get(), 0);
    if (wanted_.empty()) return;
    bool all_settled = true;
    for (auto& [name, topic] : wanted_) {
        if (topic.settled) continue;
        all_settled = false;
        const auto state = settle(name, shared_->clock.steady_now() + ask_time);
        if (!state && state.error().code == ErrorCode::unavailable) return;
        if (state) continue;
        log::error("bus topic cannot be used", {{"topic", name}, {"reason", state.error()}});
        wrong_.increment();
        topic.settled = true;  // said once; a person must act, and start again
    }
    if (all_settled) {
        (void)find(wanted_.begin()->first, shared_->clock.steady_now() + ask_time);
    }
}

Result<KafkaTopicState> KafkaTopics::ensure(const std::string& name, const TopicSpec& spec) {
    const std::lock_guard asking(asking_);
    const auto [known, inserted] = wanted_.try_emplace(name);
    if (inserted) {
        known->second = {
            spec, KafkaTopicHandle(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr))};
    }
    if (told_away_) return failure(ErrorCode::unavailable, "brokers are away");
    auto state = settle(name, shared_->clock.steady_now() + open_patience);
    // Who asked is told, so the watch need not say it again.
    if (!state && state.error().code != ErrorCode::unavailable) wanted_.erase(name);
    return state;
}

Result<KafkaTopicState> KafkaTopics::settle(const std::string& name, SteadyTime until) {
    Wanted& wanted = wanted_.at(name);
    bool created = false;
    for (;;) {
        LODE_TRY(const auto found, find(name, until));
        if (found) {
            LODE_TRY_VOID(check_partitions(name, found->partitions, wanted.spec.partitions));
            wanted.settled = true;
            KafkaTopicState state = *found;
            state.created = created;
            count_copies(state);
            return state;
        }
        if (!created) {
            LODE_TRY_VOID(create(name, wanted.spec));
            created = true;
        } else if (shared_->clock.steady_now() >= until) {
            return failure(ErrorCode::unavailable, "topic " + name + " was made and is not there");
        } else {
            std::this_thread::sleep_for(look_again_after);
        }
    }
}

// Asks until it is answered or all brokers are known to be away.
Result<KafkaTopics::Found> KafkaTopics::find(const std::string& name, SteadyTime until) {
    std::string reason;
    do {
        const rd_kafka_metadata_t* raw = nullptr;
        const auto error = rd_kafka_metadata(handle_.get(), 0, wanted_.at(name).handle.get(), &raw,
                                             ms_until(until, shared_->clock.steady_now()));
        const std::unique_ptr<const rd_kafka_metadata_t, Deleter<rd_kafka_metadata_destroy>>
            metadata(raw);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1) {
            brokers_ = static_cast<std::size_t>(metadata->broker_cnt);
            reached();
            const auto& topic = metadata->topics[0];
            if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return Found{};
            if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                return Found{{name, static_cast<std::uint32_t>(topic.partition_cnt),
                              fewest_copies(topic), false}};
            }
            if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
                return failure(ErrorCode::rejected,
                               "topic " + name + ": " + rd_kafka_err2str(topic.err));
            }
            // Such as a leader that is being elected.
            reason = rd_kafka_err2str(topic.err);
            std::this_thread::sleep_for(look_again_after);
        } else {
            rd_kafka_poll(handle_.get(), 0);
            reason = shared_->last_error();
            if (reason.empty()) reason = rd_kafka_err2str(error);
            if (shared_->all_down) break;
            std::this_thread::sleep_for(look_again_after);
        }
    } while (shared_->clock.steady_now() < until);
    lost();
    return failure(ErrorCode::unavailable, "kafka: " + reason);
}

Result<void> KafkaTopics::create(const std::string& name, const TopicSpec& spec) {
    const auto replication = replication_of(shared_->config, brokers_);
    std::array<char, 256> text{};
    const NewTopic topic(rd_kafka_NewTopic_new(name.c_str(), static_cast<int>(spec.partitions),
                                               static_cast<int>(replication), text.data(),
                                               text.size()));
    if (!topic) return failure(ErrorCode::malformed, "topic " + name + ": " + text.data());
    for (const auto& [key, value] : topic_properties(spec, replication)) {
        (void)rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str());
    }
    const auto options = admin_options(handle_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
    const KafkaQueue queue(rd_kafka_queue_new(handle_.get()));
    std::array<rd_kafka_NewTopic_t*, 1> list{topic.get()};
    rd_kafka_CreateTopics(handle_.get(), list.data(), list.size(), options.get(), queue.get());
    const Event event(
        rd_kafka_queue_poll(queue.get(), static_cast<int>(milliseconds(create_time).count())));
    if (!event) return failure(ErrorCode::unavailable, "topic " + name + ": no answer");
    if (const auto error = rd_kafka_event_error(event.get()); error != 0) {
        return failure(ErrorCode::unavailable,
                       "topic " + name + ": " + rd_kafka_event_error_string(event.get()));
    }
    std::size_t count = 0;
    const auto* results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event.get()), &count);
    if (count != 1) return failure(ErrorCode::internal, "topic " + name + ": no result");
    const auto error = rd_kafka_topic_result_error(results[0]);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return success();  // another was sooner
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* why = rd_kafka_topic_result_error_string(results[0]);
        return failure(ErrorCode::rejected, "topic " + name + " cannot be created: " +
                                                (why != nullptr ? why : rd_kafka_err2str(error)));
    }
    log::info("bus topic created",
              {{"topic", name}, {"partitions", spec.partitions}, {"replication", replication}});
    return success();
}

Result<milliseconds> KafkaTopics::retention(const std::string& name) {
    const std::lock_guard asking(asking_);
    const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
    const auto options = admin_options(handle_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    const KafkaQueue queue(rd_kafka_queue_new(handle_.get()));
    std::array<rd_kafka_ConfigResource_t*, 1> list{resource.get()};
    rd_kafka_DescribeConfigs(handle_.get(), list.data(), list.size(), options.get(), queue.get());
    const Event event(
        rd_kafka_queue_poll(queue.get(), static_cast<int>(milliseconds(create_time).count())));
    if (!event || rd_kafka_event_error(event.get()) != 0) {
        return failure(ErrorCode::unavailable, "topic " + name + ": no answer");
    }
    std::size_t count = 0;
    const auto* results = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event.get()), &count);
    std::size_t entries = 0;
    const auto* configs =
        count == 1 ? rd_kafka_ConfigResource_configs(results[0], &entries) : nullptr;
    for (std::size_t i = 0; i < entries; ++i) {
        if (rd_kafka_ConfigEntry_name(configs[i]) != std::string_view("retention.ms")) continue;
        return milliseconds(std::stoll(rd_kafka_ConfigEntry_value(configs[i])));
    }
    return failure(ErrorCode::rejected, "topic " + name + ": its settings are not told");
}

void KafkaTopics::reached() {
    shared_->connected = true;
    connected_.set(1);
    if (std::exchange(told_away_, false)) log::info("kafka brokers are reached");
}

void KafkaTopics::lost() {
    shared_->connected = false;
    connected_.set(0);
    if (std::exchange(told_away_, true) || shared_->refused()) return;
    log::warn("kafka brokers cannot be reached",
              {{"brokers", brokers_of(shared_->config.url)}, {"reason", shared_->last_error()}});
}

void KafkaTopics::count_copies(const KafkaTopicState& state) {
    if (state.replication >= copies_wanted) return;
    single_copy_.set(1);
    if (std::exchange(warned_of_copies_, true)) return;
    log::warn("kafka keeps fewer than 3 copies of each record",
              {{"topic", state.name}, {"copies", state.replication}});
}

}  // namespace lode::bus
