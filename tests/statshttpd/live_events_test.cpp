// Events as they come from the bus, and the list of them.
#include "statshttpd/live_events.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/messages/block.pb.h"
#include "common/messages/event.pb.h"

using namespace lode;
using namespace lode::statshttpd;

namespace {

v1::PoolEvent event_at(std::int64_t time) {
    v1::PoolEvent event;
    event.set_produced_unix_ms(time);
    return event;
}
v1::PoolEvent node_event(std::int64_t time, bool usable, const std::string& reason) {
    auto event = event_at(time);
    event.mutable_node()->set_node("http://a");
    event.mutable_node()->set_usable(usable);
    event.mutable_node()->set_reason(reason);
    return event;
}
v1::BlockEvent block_event(std::int64_t time, v1::BlockState state) {
    v1::BlockEvent event;
    event.set_produced_unix_ms(time);
    event.set_state(state);
    event.set_height(7);
    event.set_block_hash(std::string(32, '\x01'));
    return event;
}

std::vector<std::string> texts(const LiveEvents& events) {
    std::vector<std::string> texts;
    for (const LiveEvent& event : events.newest(1000, {})) texts.push_back(event.text);
    return texts;
}
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a node is told of once for each change, however often it is repeated") {
    LiveEvents events;
    REQUIRE(events.take(node_event(10, true, "")));
    REQUIRE(events.take(node_event(20, true, "")));
    REQUIRE(events.take(node_event(30, false, "no answer")));
    REQUIRE(events.take(node_event(40, false, "no answer")));
    CHECK(texts(events) == Texts{"http://a is unusable: no answer", "http://a is usable"});
    REQUIRE(events.nodes().size() == 1);
    CHECK_FALSE(events.nodes()[0].usable);
    CHECK(events.nodes()[0].reason == "no answer");
    CHECK(events.nodes()[0].since == from_unix_ms(30));
}

TEST_CASE("each state of a block is told once") {
    LiveEvents events;
    for (const auto state : {v1::FOUND, v1::ACCEPTED, v1::ACCEPTED, v1::CONFIRMED}) {
        REQUIRE(events.take(block_event(10, state)));
    }
    CHECK(texts(events) ==
          Texts{"block 7 is confirmed", "block 7 is accepted", "block 7 is found"});
    auto wrong = block_event(10, v1::FOUND);
    wrong.set_block_hash("short");
    CHECK_FALSE(events.take(wrong));
    CHECK_FALSE(events.take(block_event(10, v1::BLOCK_STATE_UNSPECIFIED)));
}

TEST_CASE("events are listed newest first, also when an older one comes late") {
    LiveEvents events;
    auto alert = event_at(20);
    alert.mutable_alert()->set_what("later");
    REQUIRE(events.take(alert));
    alert.set_produced_unix_ms(10);
    alert.mutable_alert()->set_what("earlier");
    REQUIRE(events.take(alert));
    CHECK(texts(events) == Texts{"later", "earlier"});
}

TEST_CASE("what is not for everyone is left out") {
    LiveEvents events;
    auto alert = event_at(10);
    alert.mutable_alert()->set_what("disk nearly full");
    alert.mutable_alert()->set_detail("/secret/path");
    REQUIRE(events.take(alert));
    auto ban = event_at(20);
    ban.mutable_ban()->set_address("192.0.2.7");
    ban.mutable_ban()->set_reason("malformed");
    ban.mutable_ban()->set_seconds(300);
    REQUIRE(events.take(ban));
    CHECK(to_json(events.newest(10, {})) ==
          R"({"events":[{"id":2,"kind":"ban","time_unix_ms":20,)"
          R"("text":"an address is banned for 300 s: malformed","reason":"malformed",)"
          R"("seconds":300},{"id":1,"kind":"alert","time_unix_ms":10,)"
          R"("text":"disk nearly full"}]})");
}

TEST_CASE("one kind may be asked for, and no more than so many") {
    LiveEvents events;
    auto watch = event_at(10);
    watch.mutable_watch()->set_pool("other");
    watch.mutable_watch()->set_lag_ms(250);
    REQUIRE(events.take(watch));
    REQUIRE(events.take(node_event(20, true, "")));
    REQUIRE(events.newest(10, "watch").size() == 1);
    CHECK(events.newest(10, "watch")[0].text == "other had its job 250 ms after our template");
    CHECK(events.newest(1, {})[0].kind == "node");
    CHECK(parse_events_query({{"kind", "watch"}, {"limit", "7"}}).value().limit == 7);
    CHECK_FALSE(parse_events_query({{"kind", "share"}}));
    CHECK_FALSE(parse_events_query({{"limit", "1001"}}));
}

TEST_CASE("a thousand events are kept, and what sessions do is none") {
    LiveEvents events;
    for (int i = 0; i < 1'500; ++i) {
        auto alert = event_at(i);
        alert.mutable_alert()->set_what(std::to_string(i));
        REQUIRE(events.take(alert));
    }
    CHECK(texts(events).size() == 1'000);
    CHECK(texts(events).back() == "500");
    auto session = event_at(1);
    session.mutable_session()->set_user("alice");
    REQUIRE(events.take(session));
    CHECK(texts(events).size() == 1'000);
    CHECK_FALSE(events.take(event_at(1)));
}
