// The lines of `lode topics create`.
#include "lode/topics_command.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::launcher;
using namespace std::chrono_literals;

TEST_CASE("a topic's line says what it has, and whether it is new") {
    CHECK(topic_line({"lode.btc.share", 12, 3, 48h, true}) ==
          "lode.btc.share  partitions 12  replication 3  kept 48 h  created");
    CHECK(topic_line({"lode.event", 1, 1, 1500ms, false}) ==
          "lode.event  partitions 1  replication 1  kept 1500 ms");
    CHECK(topic_line({"lode.event", 1, 1, -1ms, false}) ==
          "lode.event  partitions 1  replication 1  kept for ever");
}

TEST_CASE("the embedded bus has no topics to be created, which is the configuration's fault") {
    const auto created = bus::create_topics({.chains = {"btc"}});
    REQUIRE_FALSE(created);
    CHECK(created.error().code == ErrorCode::malformed);
    CHECK(created.error().context.find("only Kafka has topics") != std::string::npos);
}
