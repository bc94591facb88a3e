// What the Kafka form asks for: connections, producers, readers, topics.
#include "common/bus/kafka_settings.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::bus;

namespace {

std::string value_of(const Properties& properties, std::string_view name) {
    std::string value = "(unset)";
    for (const auto& [key, given] : properties) {
        if (key == name) value = given;
    }
    return value;
}

}  // namespace

TEST_CASE("brokers are those of the URL, on Kafka's port unless it says another") {
    CHECK(brokers_of("kafka://a:9093,b,[::1]:7") == "a:9093,b:9092,[::1]:7");
    CHECK(brokers_of("kafka://kafka.example") == "kafka.example:9092");
}

TEST_CASE("a plain connection carries no certificate and no password") {
    config::BusConfig config;
    config.url = "kafka://a";
    config.ca_file = "/ca.pem";
    config.user = "lode";
    const auto properties = connection_properties(config);
    CHECK(value_of(properties, "security.protocol") == "plaintext");
    CHECK(value_of(properties, "ssl.ca.location") == "(unset)");
    CHECK(value_of(properties, "sasl.username") == "(unset)");
    CHECK(value_of(properties, "allow.auto.create.topics") == "false");
}

TEST_CASE("TLS and SASL pass through") {
    config::BusConfig config;
    config.url = "kafka://a";
    config.security = "sasl_ssl";
    config.ca_file = "/ca.pem";
    config.certificate_file = "/own.pem";
    config.key_file = "/own.key";
    config.sasl_mechanism = "SCRAM-SHA-256";
    config.user = "lode";
    config.password = Secret("secret");
    const auto properties = connection_properties(config);
    CHECK(value_of(properties, "security.protocol") == "sasl_ssl");
    CHECK(value_of(properties, "ssl.ca.location") == "/ca.pem");
    CHECK(value_of(properties, "ssl.certificate.location") == "/own.pem");
    CHECK(value_of(properties, "ssl.key.location") == "/own.key");
    CHECK(value_of(properties, "sasl.mechanism") == "SCRAM-SHA-256");
    CHECK(value_of(properties, "sasl.username") == "lode");
    CHECK(value_of(properties, "sasl.password") == "secret");
}

TEST_CASE("producers wait for all copies, keep order and never time a record out") {
    const auto properties = producer_properties(topics::share.spec);
    CHECK(value_of(properties, "acks") == "all");
    CHECK(value_of(properties, "enable.idempotence") == "true");
    CHECK(value_of(properties, "enable.gapless.guarantee") == "true");
    // With several requests under way, a broker killed before it had written anything of a stream
    // came back, refused the first request and took the second: the first share was lost, and its
    // sender was told that it was stored.
    CHECK(value_of(properties, "max.in.flight.requests.per.connection") == "1");
    CHECK(value_of(properties, "message.timeout.ms") == "0");
    // The rest of the 5 ms a group waits on our side.
    CHECK(value_of(properties, "linger.ms") == "1");
    CHECK(group_linger(topics::share.spec) == std::chrono::milliseconds(4));
    CHECK(value_of(producer_properties(topics::solved.spec), "linger.ms") == "0");
    CHECK(group_linger(topics::solved.spec) == std::chrono::milliseconds(0));
}

TEST_CASE("readers commit by themselves and never jump") {
    const auto properties = consumer_properties(group_id("lode.btc.share", "sharelogger"));
    CHECK(value_of(properties, "group.id") == "lode.btc.share.sharelogger");
    CHECK(value_of(properties, "enable.auto.commit") == "false");
    CHECK(value_of(properties, "auto.offset.reset") == "error");
    CHECK(value_of(properties, "session.timeout.ms") == "6000");
}

TEST_CASE("copies are as configured, else three or as many as there are brokers") {
    config::BusConfig config;
    CHECK(replication_of(config, 0) == 1);
    CHECK(replication_of(config, 1) == 1);
    CHECK(replication_of(config, 2) == 2);
    CHECK(replication_of(config, 5) == 3);
    config.replication = 5;
    CHECK(replication_of(config, 1) == 5);
}

TEST_CASE("a topic is made with stated settings") {
    const auto alone = topic_properties(topics::share.spec, 1);
    CHECK(value_of(alone, "min.insync.replicas") == "1");
    CHECK(value_of(alone, "retention.ms") == "172800000");
    CHECK(value_of(alone, "cleanup.policy") == "delete");
    CHECK(value_of(alone, "message.timestamp.type") == "LogAppendTime");
    CHECK(value_of(alone, "unclean.leader.election.enable") == "false");
    CHECK(std::stoul(value_of(alone, "max.message.bytes")) > (std::size_t{16} << 20));
    CHECK(value_of(topic_properties(topics::share.spec, 3), "min.insync.replicas") == "2");
}

TEST_CASE("another number of partitions is told in one line") {
    CHECK(check_partitions("lode.btc.share", 12, 12));
    const auto wrong = check_partitions("lode.btc.share", 3, 12);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == ErrorCode::malformed);
    CHECK(wrong.error().context == "topic lode.btc.share has 3 partitions, this program wants 12");
}
