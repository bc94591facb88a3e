// The choices, each with its reason.
#include "common/bus/kafka_settings.hpp"

#include <algorithm>

#include "common/bus/limits.hpp"
#include "common/config/url.hpp"

namespace lode::bus {
namespace {

// A record with its key, its headers and those of its batch.
constexpr std::size_t wire_record_bytes_max = record_bytes_max + (std::size_t{64} << 10);
constexpr std::uint16_t broker_port = 9092;
// Kafka's own default of copies; with them, one may be away and every record still has two.
constexpr std::uint32_t copies = 3;

}  // namespace

std::string brokers_of(std::string_view url) {
    std::string brokers;
    url.remove_prefix(std::min(url.size(), std::string_view("kafka://").size()));
    while (!url.empty()) {
        const auto comma = std::min(url.find(','), url.size());
        std::string one(url.substr(0, comma));
        const auto parsed = config::parse_url("kafka://" + one);
        if (parsed && !parsed.value().port) one += ":" + std::to_string(broker_port);
        brokers += (brokers.empty() ? "" : ",") + one;
        url.remove_prefix(std::min(comma + 1, url.size()));
    }
    return brokers;
}

Properties connection_properties(const config::BusConfig& config) {
    Properties properties = {
        {"bootstrap.servers", brokers_of(config.url)},
        {"client.id", "lode"},
        {"security.protocol", config.security},
        // Topics are made with stated settings or not at all.
        {"allow.auto.create.topics", "false"},
        // A broker that comes back is used within a second.
        {"reconnect.backoff.ms", "100"},
        {"reconnect.backoff.max.ms", "1000"},
        {"socket.connection.setup.timeout.ms", "5000"},
        // A broker that takes a request and never answers is given up and asked again.
        {"socket.timeout.ms", "15000"},
        {"socket.keepalive.enable", "true"},
        // A share must not wait for the acknowledgement of an earlier segment.
        {"socket.nagle.disable", "true"},
        {"message.max.bytes", std::to_string(wire_record_bytes_max)},
        {"log.connection.close", "false"},
    };
    const auto file = [&](const char* name, const std::optional<std::filesystem::path>& path) {
        if (path) properties.emplace_back(name, path->string());
    };
    if (config.security.ends_with("ssl")) {
        file("ssl.ca.location", config.ca_file);
        file("ssl.certificate.location", config.certificate_file);
        file("ssl.key.location", config.key_file);
    }
    if (config.security.starts_with("sasl")) {
        properties.emplace_back("sasl.mechanism", config.sasl_mechanism);
        properties.emplace_back("sasl.username", config.user);
        properties.emplace_back("sasl.password", config.password.reveal());
    }
    return properties;
}

std::chrono::milliseconds group_linger(const TopicSpec& spec) {
    return std::max(spec.linger - std::chrono::milliseconds(1), std::chrono::milliseconds(0));
}

Properties producer_properties(const TopicSpec& spec) {
    return {
        {"acks", "all"},
        // Retries neither repeat nor reorder, and a record that cannot be written stops the
        // handle instead of letting those behind it pass.
        {"enable.idempotence", "true"},
        {"enable.gapless.guarantee", "true"},
        // One at a time. A broker that is starting refuses a request and takes the next, when it
        // knows nothing of the producer yet; the client then holds the refused one for written.
        {"max.in.flight.requests.per.connection", "1"},
        // Never: who sends has a spool or waits.
        {"message.timeout.ms", "0"},
        {"request.timeout.ms", "10000"},
        {"compression.codec", "lz4"},
        // Just long enough to hand over a group.
        {"linger.ms", std::to_string((spec.linger - group_linger(spec)).count())},
        // Our own queue is the limit; the client's never is.
        {"queue.buffering.max.messages", std::to_string(2 * queue_records_max)},
        {"queue.buffering.max.kbytes", std::to_string(4 * queue_bytes_max / 1024)},
        // A topic that is not there yet is created in the background: the longest there is.
        {"topic.metadata.propagation.max.ms", "3600000"},
        {"topic.metadata.refresh.fast.interval.ms", "100"},
    };
}

Properties consumer_properties(const std::string& group_id) {
    return {
        {"group.id", group_id},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        // An offset that is not there is an event for us, never a silent jump.
        {"auto.offset.reset", "error"},
        // Eager: a member has all of its partitions taken before it gets others.
        {"partition.assignment.strategy", "range"},
        // A member that died is replaced after this long.
        {"session.timeout.ms", "6000"},
        {"heartbeat.interval.ms", "2000"},
        // Less than the session, so that a heartbeat that is lost is sent again in time; and what
        // is under way holds up the end of a reader, whose broker may hang, for no longer.
        {"socket.timeout.ms", "5000"},
        // A member whose handler hangs is put out of the group after this long.
        {"max.poll.interval.ms", "60000"},
        // A record goes to a waiting reader at once; the wait only bounds how soon a partition
        // that was sought is fetched.
        {"fetch.min.bytes", "1"},
        {"fetch.wait.max.ms", "100"},
        {"fetch.error.backoff.ms", "50"},
        {"topic.metadata.refresh.fast.interval.ms", "100"},
        // What a reader holds at most: the queue and one fetch.
        {"queued.max.messages.kbytes", std::to_string((std::size_t{32} << 20) / 1024)},
        {"fetch.message.max.bytes", std::to_string(wire_record_bytes_max)},
        {"fetch.max.bytes", std::to_string(wire_record_bytes_max)},
        // A damaged record is an error, not data.
        {"check.crcs", "true"},
    };
}

std::string group_id(std::string_view topic, std::string_view group) {
    return std::string(topic) + "." + std::string(group);
}

std::uint32_t replication_of(const config::BusConfig& config, std::size_t brokers) {
    if (config.replication > 0) return config.replication;
    return static_cast<std::uint32_t>(std::clamp<std::size_t>(brokers, 1, copies));
}

Properties topic_properties(const TopicSpec& spec, std::uint32_t replication) {
    const auto kept = std::chrono::duration_cast<std::chrono::milliseconds>(spec.kafka_kept);
    return {
        {"min.insync.replicas", replication >= copies ? "2" : "1"},
        {"unclean.leader.election.enable", "false"},
        {"cleanup.policy", "delete"},
        {"retention.ms", std::to_string(kept.count())},
        {"max.message.bytes", std::to_string(wire_record_bytes_max)},
        // A record's time is the bus's, whatever its producer's clock says.
        {"message.timestamp.type", "LogAppendTime"},
        {"compression.type", "producer"},
    };
}

Result<void> check_partitions(std::string_view topic, std::size_t has, std::uint32_t wants) {
    if (has == wants) return success();
    return failure(ErrorCode::malformed,
                   "topic " + std::string(topic) + " has " + std::to_string(has) +
                       " partitions, this program wants " + std::to_string(wants));
}

}  // namespace lode::bus
