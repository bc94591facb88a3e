// Messages of the watcher, field by field.
#include "poolwatcher/announcement.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::poolwatcher;
using namespace std::chrono_literals;

namespace {

const Origin origin{"main", "other", from_unix_ms(1'700'000'000'123)};

bitcoin::Hash256 hash(std::uint8_t number) {
    bitcoin::Hash256 out;
    out.bytes[31] = number;
    return out;
}

std::string bytes_of(const bitcoin::Hash256& of) {
    return std::string(as_chars(of.view()));
}

}  // namespace

TEST_CASE("our tip is read from a template") {
    v1::TemplateMessage message;
    auto& body = *message.mutable_template_()->mutable_bitcoin();
    body.set_prev_hash(bytes_of(hash(1)));
    body.set_chainwork(bytes_of(hash(2)));
    const auto tip = own_tip(message);
    REQUIRE(tip);
    REQUIRE(tip.value());
    CHECK(tip.value()->prev_hash == hash(1));
    CHECK(tip.value()->chainwork == hash(2));
}

TEST_CASE("a hint is no tip of ours, a template without one is malformed") {
    v1::TemplateMessage hint;
    hint.mutable_hint()->set_pool("x");
    REQUIRE(own_tip(hint));
    CHECK_FALSE(own_tip(hint).value());
    v1::TemplateMessage broken;
    broken.mutable_template_()->mutable_bitcoin()->set_prev_hash("short");
    REQUIRE_FALSE(own_tip(broken));
    CHECK(own_tip(broken).error().code == ErrorCode::malformed);
}

TEST_CASE("a hint names the tip, its height and bits, and who has it") {
    const auto message = hint_message({0, {hash(3), 900'000, 0x1a44b9f2}}, origin);
    CHECK(message.produced_unix_ms() == 1'700'000'000'123);
    CHECK(message.source() == "poolwatcher");
    CHECK(message.chain() == "main");
    CHECK(message.hint().prev_hash() == bytes_of(hash(3)));
    CHECK(message.hint().height() == 900'000);
    CHECK(message.hint().bits() == 0x1a44b9f2);
    CHECK(message.hint().pool() == "other");
}

TEST_CASE("lag, fork and its end are watch events") {
    const auto met = watch_event(Met{0, hash(1), -250ms}, origin);
    CHECK(met.chain() == "main");
    CHECK(met.watch().pool() == "other");
    CHECK(met.watch().prev_hash() == bytes_of(hash(1)));
    CHECK(met.watch().lag_ms() == -250);
    CHECK_FALSE(met.watch().fork());
    CHECK(watch_event(Forked{0, hash(1), hash(2)}, origin).watch().fork());
    CHECK_FALSE(watch_event(Rejoined{0, hash(2)}, origin).watch().fork());
}

TEST_CASE("a fork's alert names both tips as people read them") {
    const auto alert = alert_event({0, hash(0xab), hash(0xcd)}, origin).alert();
    CHECK(alert.what() == "a watched pool stays on another tip than ours");
    CHECK(alert.detail() ==
          "other mines on ab" + std::string(62, '0') + ", we on cd" + std::string(62, '0'));
}
