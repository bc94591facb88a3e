// Commands of the operator, right and wrong.
#include "sserver/order.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/messages/control.pb.h"

using namespace lode;
using namespace lode::sserver;

namespace {

Result<Order> parse(const std::string& action, const std::string& argument) {
    v1::Command command;
    command.set_action(action);
    command.set_argument(argument);
    return parse_order(command);
}

}  // namespace

TEST_CASE("every action is read with its argument") {
    const auto ban = std::get<BanOrder>(
        parse("ban", R"({"address":"192.0.2.7","seconds":60,"reason":"floods"})").value());
    CHECK(ban.address.text() == "192.0.2.7");
    CHECK(ban.time == std::chrono::seconds(60));
    CHECK(ban.reason == "floods");
    CHECK(std::get<UnbanOrder>(parse("unban", R"({"address":"2001:db8::1"})").value())
              .address.text() == "2001:db8::1");
    const auto one = std::get<DisconnectOrder>(
        parse("disconnect", R"({"user":"alice","worker":"rig"})").value());
    CHECK(one.user == "alice");
    CHECK(one.worker == "rig");
    CHECK_FALSE(
        std::get<DisconnectOrder>(parse("disconnect", R"({"user":"alice"})").value()).worker);
    const auto message =
        std::get<MessageOrder>(parse("message", R"({"user":null,"text":"hello"})").value());
    CHECK_FALSE(message.user);
    CHECK(message.text == "hello");
    const auto mining =
        std::get<MiningOrder>(parse("mining", R"({"paused":true,"reason":"maintenance"})").value());
    CHECK(mining.mining == Mining::stopped);
    CHECK(mining.reason == "maintenance");
    CHECK(
        std::get<MiningOrder>(parse("mining", R"({"paused":false,"reason":""})").value()).mining ==
        Mining::on);
}

TEST_CASE("a command that says too little or too much is refused") {
    CHECK_FALSE(parse("explode", "{}"));
    CHECK_FALSE(parse("ban", "{}"));
    CHECK_FALSE(parse("ban", R"({"address":"nowhere","seconds":60,"reason":"x"})"));
    CHECK_FALSE(parse("ban", R"({"address":"192.0.2.7","seconds":0,"reason":"x"})"));
    CHECK_FALSE(parse("ban", R"({"address":"192.0.2.7","seconds":99999999,"reason":"x"})"));
    CHECK_FALSE(parse("unban", "no json"));
    CHECK_FALSE(parse("disconnect", R"({"worker":"rig"})"));
    CHECK_FALSE(parse("message", R"({"user":"alice"})"));
    CHECK_FALSE(parse("mining", R"({"paused":1,"reason":""})"));
    CHECK_FALSE(parse("message", R"({"text":")" + std::string(5000, 'x') + R"("})"));
}

TEST_CASE("a command is carried out once, as long as it is remembered") {
    Once once;
    CHECK(once.first("a"));
    CHECK_FALSE(once.first("a"));
    for (std::size_t i = 0; i < Once::remembered_max; ++i) CHECK(once.first(std::to_string(i)));
    CHECK(once.first("a"));
    CHECK_FALSE(once.first(std::to_string(Once::remembered_max - 1)));
}
