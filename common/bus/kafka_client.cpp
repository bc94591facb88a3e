// Makes handles and passes on what they say.
#include "common/bus/kafka_client.hpp"

#include <array>

#include "common/base/log.hpp"

namespace lode::bus {
namespace {

constexpr auto repeat_after = std::chrono::minutes(1);
// The first whose SCRAM brokers of Kafka 4 accept: earlier ones repeat the client's nonce.
constexpr int scram_works_since = 0x02060100;
// librdkafka has some tens of facilities and errors; beyond these all is new each time.
constexpr std::size_t repeats_max = 256;

KafkaEvents& events_of(void* opaque) {
    return *static_cast<KafkaEvents*>(opaque);
}

// Only a person can change it.
bool is_refusal(rd_kafka_resp_err_t code) {
    return code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL ||
           code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
}

std::string advice(rd_kafka_resp_err_t code, const config::BusConfig& config) {
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION && config.sasl_mechanism.starts_with("SCRAM") &&
        rd_kafka_version() < scram_works_since) {
        return std::string(
                   "user or password is wrong, or the brokers are of Kafka 4, which "
                   "refuses the SCRAM of librdkafka ") +
               rd_kafka_version_str() + ": use PLAIN over TLS";
    }
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION) return "see user, password, sasl_mechanism";
    if (code == RD_KAFKA_RESP_ERR__SSL) return "see ca_file, certificate_file, key_file";
    return "see the brokers' ACLs";
}

void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
    // Lines from the making of a handle have none yet.
    if (handle == nullptr || rd_kafka_opaque(handle) == nullptr) return;
    events_of(rd_kafka_opaque(handle)).shared().log(level, facility, text);
}

void on_error(rd_kafka_t* handle, int code, const char* reason, void* opaque) {
    auto& events = events_of(opaque);
    const auto error = static_cast<rd_kafka_resp_err_t>(code);
    if (error != RD_KAFKA_RESP_ERR__FATAL) {
        events.shared().heard(error, reason);
        return;
    }
    std::array<char, 512> text{};
    rd_kafka_fatal_error(handle, text.data(), text.size());
    events.fatal(text.data());
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    events_of(opaque).delivered(*message);
}

void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t error,
                  rd_kafka_topic_partition_list_t* partitions, void* opaque) {
    events_of(opaque).rebalanced(error, *partitions);
}

// A position that is refused is read again by the group's next reader: no harm, but worth a line,
// because this reader may be one that others think dead.
void on_commit(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t*,
               void* opaque) {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
    events_of(opaque).shared().log(4, "COMMIT", rd_kafka_err2str(error));
}

}  // namespace

bool Repeats::tell(const std::string& key, SteadyTime now) {
    if (told_.size() >= repeats_max) told_.clear();
    const auto [told, first] = told_.try_emplace(key, now);
    if (!first && now - told->second < repeat_after) return false;
    told->second = now;
    return true;
}

void KafkaShared::log(int level, const std::string& facility, const std::string& text) {
    // Connections that fail are told once, by who watches whether brokers can be reached; an
    // unusual setting is ours, and a producer that is not numbered yet asks until it is.
    // What is not written at the end is told by the producer.
    const bool quiet = facility == "FAIL" || facility == "ERROR" || facility == "CONFWARN" ||
                       facility == "GETPID" || facility == "TERMINATE";
    if (quiet || level > 4) {
        log::debug("kafka client", {{"facility", facility}, {"text", text}});
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (!repeats_.tell(facility, clock.steady_now())) return;
    }
    log::warn("kafka client", {{"facility", facility}, {"text", text}});
}

bool KafkaShared::heard(rd_kafka_resp_err_t code, const std::string& text) {
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        all_down = true;
        return false;  // the reason is in the errors before it
    }
    const std::lock_guard lock(mutex_);
    last_error_ = text;
    refused_ = is_refusal(code);
    if (refused_ && repeats_.tell(rd_kafka_err2name(code), clock.steady_now())) {
        log::error("kafka brokers refuse us", {{"reason", text}, {"advice", advice(code, config)}});
    }
    return refused_;
}

std::string KafkaShared::last_error() const {
    const std::lock_guard lock(mutex_);
    return last_error_;
}

bool KafkaShared::refused() const {
    const std::lock_guard lock(mutex_);
    return refused_;
}

Result<KafkaHandle> make_handle(rd_kafka_type_t type, const Properties& properties,
                                KafkaEvents& events) {
    std::unique_ptr<rd_kafka_conf_t, Deleter<rd_kafka_conf_destroy>> conf(rd_kafka_conf_new());
    std::array<char, 512> text{};
    const auto set = [&](const Properties& list) -> Result<void> {
        for (const auto& [name, value] : list) {
            if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(),
                                  text.size()) != RD_KAFKA_CONF_OK) {
                return failure(ErrorCode::malformed, std::string("kafka: ") + text.data());
            }
        }
        return success();
    };
    LODE_TRY_VOID(set(connection_properties(events.shared().config)));
    LODE_TRY_VOID(set(properties));
    rd_kafka_conf_set_opaque(conf.get(), &events);
    rd_kafka_conf_set_log_cb(conf.get(), on_log);
    rd_kafka_conf_set_error_cb(conf.get(), on_error);
    if (type == RD_KAFKA_PRODUCER) {
        rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
    } else {
        rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
        rd_kafka_conf_set_offset_commit_cb(conf.get(), on_commit);
    }
    KafkaHandle handle(rd_kafka_new(type, conf.get(), text.data(), text.size()));
    if (!handle) return failure(ErrorCode::malformed, std::string("kafka: ") + text.data());
    (void)conf.release();  // the handle's now
    if (type == RD_KAFKA_CONSUMER) rd_kafka_poll_set_consumer(handle.get());
    return handle;
}

}  // namespace lode::bus
