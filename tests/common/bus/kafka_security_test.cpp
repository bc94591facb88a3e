// The Kafka bus over TLS and with a password: what is let in, and what is told when it is not.
#include "common/bus/kafka_client.hpp"
#include "common/metrics/metrics.hpp"
#include "tests/common/bus/kafka_broker.hpp"

using namespace lode;
using namespace lode::bus;
using namespace lode::bus::test;

namespace {

// All that a service does with a bus goes through.
void check_works(const config::BusConfig& config) {
    const auto bus = open_kafka(config);
    const auto topic = kafka_topic();
    Sending sending(*bus, topic);
    for (std::uint64_t i = 0; i < 100; ++i) sending.send(0, share(i));
    CHECK(sending.wait_for_delivery().size() == 100);
    Reading reading(*bus, topic, as_group("counting"));
    CHECK(reading.wait(100).size() == 100);
    Member member(*bus, topic);
    CHECK(member.given.wait(1).front().size() == 2);
}

// The bus opens, as it does without brokers, and says why in one line however often it tries.
std::string refusal(const config::BusConfig& config) {
    const log::Capture lines;
    const auto bus = open_kafka(config);
    const auto topic = kafka_topic();
    Stream stream(*bus, topic);
    Reading reading(*bus, topic, as_group("counting"));
    Member member(*bus, topic);
    // Time for every handle to be refused more than once: they try again after 0.1 to 1 s.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    CHECK(metrics::exposition(bus->metrics()).find("lode_bus_connected{service=\"bus\"} 0") !=
          std::string::npos);
    CHECK(reading.size() == 0);
    return lines.text();
}

// Lines that are not meant for an operator's eyes come with their facility.
void check_one_line(const std::string& text, const std::string& reason,
                    const config::BusConfig& config) {
    INFO(text);
    CHECK(count_of(text, "kafka brokers refuse us") == 1);
    CHECK(text.find(reason, text.find("kafka brokers refuse us")) != std::string::npos);
    std::size_t debug = 0;
    for (const char* facility : {"FAIL", "ERROR", "GETPID", "CONFWARN"}) {
        debug += count_of(text, std::string("kafka client facility=") + facility);
    }
    // A handle that finds all brokers gone while another is being refused may say that once.
    const std::size_t unreached = count_of(text, "kafka brokers cannot be reached");
    CHECK(unreached <= 1);
    CHECK(count_of(text, "\n") == debug + 1 + unreached);
    CHECK(text.find(config.password.reveal()) == std::string::npos);
}

}  // namespace

TEST_CASE("a bus over TLS with a password sends and reads") {
    const auto config = OwnBroker::get().config();
    const log::Capture lines;
    check_works(config);
    CHECK(lines.text().find("refuse") == std::string::npos);
    CHECK(lines.text().find(config.password.reveal()) == std::string::npos);
}

// Debian 12 has librdkafka 2.0.2, whose SCRAM brokers of Kafka 4 refuse; 2.6.1 is the first that
// they accept.
TEST_CASE("SCRAM works, or the log says that this librdkafka is too old for it") {
    auto config = OwnBroker::get().config();
    config.sasl_mechanism = "SCRAM-SHA-512";
    if (rd_kafka_version() >= 0x02060100) {
        check_works(config);
    } else {
        check_one_line(refusal(config), "use PLAIN over TLS", config);
    }
}

TEST_CASE("a wrong password is one line in the log, which does not hold it") {
    auto config = OwnBroker::get().config();
    const auto right = config.password;
    config.password = Secret("not-the-word");
    const auto text = refusal(config);
    check_one_line(text, "Invalid username or password", config);
    CHECK(text.find(right.reveal()) == std::string::npos);
    config.password = right;
    check_works(config);
}

TEST_CASE("a broker that another CA has signed is refused in one line") {
    const lode::test::TemporaryFolder folder;
    const auto other = (folder.path() / "other.pem").string();
    const auto command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=other"
        " -keyout " +
        other + ".key -out " + other + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
    auto config = OwnBroker::get().config();
    const auto right = config.ca_file;
    config.ca_file = other;
    check_one_line(refusal(config), "certificate verify failed", config);
    config.ca_file = right;
    check_works(config);
}

TEST_CASE("a CA file that is not there is said when the bus is opened") {
    auto config = OwnBroker::get().config();
    config.ca_file = "/nowhere/ca.pem";
    const auto bus = open_bus({.config = config});
    REQUIRE_FALSE(bus);
    CHECK(bus.error().code == ErrorCode::malformed);
    CHECK(bus.error().context.find("ca.location") != std::string::npos);
    CHECK(bus.error().context.find(config.password.reveal()) == std::string::npos);
}
