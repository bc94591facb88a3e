// What librdkafka says, as it comes into our log: once, by whose matter it is, without brokers.
#include "common/bus/kafka_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/log.hpp"

using namespace lode;
using namespace lode::bus;
using std::chrono::seconds;

TEST_CASE("a line that repeats is told once a minute, each kind for itself") {
    Repeats repeats;
    const SteadyTime begin{};
    CHECK(repeats.tell("SEEK", begin));
    CHECK_FALSE(repeats.tell("SEEK", begin));
    CHECK(repeats.tell("COMMIT", begin + seconds(1)));
    CHECK_FALSE(repeats.tell("SEEK", begin + seconds(59)));
    CHECK(repeats.tell("SEEK", begin + seconds(60)));
    // A minute from when it was told, not from when it was last held back.
    CHECK_FALSE(repeats.tell("COMMIT", begin + seconds(60)));
    CHECK(repeats.tell("COMMIT", begin + seconds(61)));
    CHECK_FALSE(repeats.tell("SEEK", begin + seconds(119)));
}

TEST_CASE("kinds without end are not kept without end") {
    Repeats repeats;
    for (int i = 0; i < 10'000; ++i) CHECK(repeats.tell(std::to_string(i), {}));
    // All of a kind's lines may be told again then, but not at each line.
    CHECK_FALSE(repeats.tell("9999", {}));
}

TEST_CASE("librdkafka's warnings are told once") {
    const log::Capture lines;
    KafkaShared shared{{}};
    for (int i = 0; i < 10; ++i) {
        shared.log(4, "MAXPOLL", "a handler hangs");
    }
    CHECK(lines.text() == "lode: kafka client facility=MAXPOLL text=\"a handler hangs\"\n");
}

TEST_CASE("that brokers refuse us is an error once, and the reason is kept") {
    const log::Capture lines;
    config::BusConfig config;
    config.sasl_mechanism = "PLAIN";
    KafkaShared shared{config};
    for (int i = 0; i < 10; ++i) {
        shared.heard(RD_KAFKA_RESP_ERR__TRANSPORT, "Connection refused");
        shared.heard(RD_KAFKA_RESP_ERR__AUTHENTICATION, "wrong word");
        shared.heard(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down");
    }
    CHECK(shared.all_down);
    CHECK(shared.last_error() == "wrong word");
    CHECK(shared.refused());
    CHECK(lines.text() ==
          "lode: kafka brokers refuse us reason=\"wrong word\" "
          "advice=\"see user, password, sasl_mechanism\"\n");
    shared.heard(RD_KAFKA_RESP_ERR__TRANSPORT, "Connection refused");
    CHECK_FALSE(shared.refused());
}
