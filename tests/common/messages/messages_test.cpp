// The messages on the wire: every field has its place, comes back, and nothing is lost of a
// message that a later version has written.
#include <catch2/catch_test_macros.hpp>

#include "common/base/assert.hpp"
#include "tests/common/messages/complete_messages.hpp"

using namespace lode;
using namespace lode::test;

namespace {

std::uint64_t take_varint(std::string_view& wire) {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        LODE_ASSERT(!wire.empty());
        const auto byte = static_cast<unsigned char>(wire.front());
        wire.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return value;
    }
}

// The fields of a serialised message: each one's number and kind, "v" varint, "8" and "4" bytes of
// fixed width, "b" bytes, text or a message.
std::string fields(const google::protobuf::MessageLite& message) {
    const std::string bytes = message.SerializeAsString();
    std::string_view wire = bytes;
    std::string list;
    while (!wire.empty()) {
        const auto tag = take_varint(wire);
        list += (list.empty() ? "" : " ") + std::to_string(tag >> 3);
        switch (tag & 7) {
            case 0:
                (void)take_varint(wire);
                list += 'v';
                break;
            case 1:
                wire.remove_prefix(8);
                list += '8';
                break;
            case 2:
                wire.remove_prefix(take_varint(wire));
                list += 'b';
                break;
            default:
                LODE_ASSERT((tag & 7) == 5);
                wire.remove_prefix(4);
                list += '4';
        }
    }
    return list;
}

template <class Message>
void check_round_trip(const Message& message) {
    const auto bytes = message.SerializeAsString();
    Message again;
    REQUIRE(again.ParseFromString(bytes));
    CHECK(again.SerializeAsString() == bytes);
    // Field 1,000 as a varint of value 7, as a later version might add.
    const std::string newer = bytes + "\xc0\x3e\x07";
    REQUIRE(again.ParseFromString(newer));
    CHECK(again.SerializeAsString() == newer);
    // Cut within its last field, and with a tag that no field can have.
    CHECK_FALSE(again.ParseFromString(bytes.substr(0, bytes.size() - 1)));
    CHECK_FALSE(again.ParseFromString(bytes + '\x07'));
}

}  // namespace

TEST_CASE("a template round-trips and keeps its field numbers") {
    const auto message = complete_template();
    check_round_trip(message);
    CHECK(fields(message) == "1v 2b 3b 4b");
    const auto& body = message.template_();
    CHECK(fields(body) == "1b 2b 3v 4b");
    CHECK(fields(body.bitcoin()) == "1b 2v 3b 4v 54 6v 7v 8v 9b 10b 11v 12v 13v 14v 15b");
    CHECK(fields(body.bitcoin().transactions(0)) == "1b 2b 3b 4v 5v 6v");
}

TEST_CASE("a hint round-trips and keeps its field numbers") {
    const auto message = complete_hint();
    check_round_trip(message);
    CHECK(fields(message) == "1v 2b 3b 5b");
    CHECK(fields(message.hint()) == "1b 2v 34 4b");
}

TEST_CASE("a job round-trips and keeps its field numbers") {
    const auto message = complete_job();
    check_round_trip(message);
    CHECK(fields(message) == "1v 2b 3b 4v 5b");
    CHECK(fields(message.job()) == "1v 2b 3v 4v 5b 6v 7b");
    CHECK(fields(message.job().bitcoin()) ==
          "1b 2v 34 44 5v 6v 7v 8b 9v 10b 11v 12b 12b 13v 14b 15v");
    CHECK(fields(message.job().bitcoin().solo()) == "1b 2v 3b 4b 5v");
}

TEST_CASE("a claim and a heartbeat round-trip and keep their field numbers") {
    check_round_trip(complete_heartbeat());
    CHECK(fields(complete_heartbeat()) == "1v 2b 3b 4v 7b");
    CHECK(fields(complete_heartbeat().heartbeat()) == "1v");
    check_round_trip(complete_claim());
    CHECK(fields(complete_claim()) == "1v 2b 3b 4v 6b");
    v1::JobMessage again;
    REQUIRE(again.ParseFromString(complete_claim().SerializeAsString()));
    CHECK(again.has_claim());
}

TEST_CASE("a share round-trips and keeps its field numbers") {
    const auto message = complete_share();
    check_round_trip(message);
    CHECK(fields(message) == "1v 2b 3b 48 5v 6b 7b 8v 9v 10b 11b 12v 13b");
    CHECK(fields(message.bitcoin()) == "1b 2b 34 44 54 64 7b 8b");
}

TEST_CASE("a solved share round-trips and keeps its field numbers") {
    const auto message = complete_solved();
    check_round_trip(message);
    CHECK(fields(message) == "1v 2b 3b 4b 5v 6v 7b 8b 9b 10b");
    CHECK(fields(message.bitcoin()) == "1b 2b 4b");
}

TEST_CASE("a block event round-trips and keeps its field numbers") {
    const auto message = complete_block();
    check_round_trip(message);
    CHECK(fields(message) == "1v 2b 3b 4v 5b 6b 7v 8v 9b 10b 11v 12v 13v 14b");
    CHECK(fields(message.answers(0)) == "1b 2b 3v");
}

TEST_CASE("a block's state that is not known yet survives as its number") {
    v1::BlockEvent event;
    REQUIRE(event.ParseFromString("\x20\x63"));  // field 4, value 99
    CHECK(static_cast<int>(event.state()) == 99);
    CHECK(event.SerializeAsString() == "\x20\x63");
}

TEST_CASE("pool events round-trip and keep their field numbers") {
    check_round_trip(complete_session());
    CHECK(fields(complete_session()) == "1v 2b 3b 4b");
    CHECK(fields(complete_session().session()) == "1v 24 3b 4b 5b");
    check_round_trip(complete_node());
    CHECK(fields(complete_node()) == "1v 2b 3b 5b");
    CHECK(fields(complete_node().node()) == "1b 2v 3b");
    check_round_trip(complete_watch());
    CHECK(fields(complete_watch()) == "1v 2b 3b 6b");
    CHECK(fields(complete_watch().watch()) == "1b 2b 3v 4v");
    check_round_trip(complete_alert());
    CHECK(fields(complete_alert()) == "1v 2b 3b 7b");
    CHECK(fields(complete_alert().alert()) == "1b 2b");
}

TEST_CASE("a command round-trips and keeps its field numbers") {
    check_round_trip(complete_command());
    CHECK(fields(complete_command()) == "1v 2b 3b 4b 5b 6b 7v");
}

TEST_CASE("text that is not UTF-8 is refused") {
    v1::Share share;
    CHECK(share.ParseFromString("\x32\x02\xc3\xa9"));
    CHECK_FALSE(share.ParseFromString("\x32\x02\xc3\x28"));
}

TEST_CASE("bytes that are no message are refused") {
    v1::Share share;
    CHECK_FALSE(share.ParseFromString("not a message"));
    CHECK_FALSE(share.ParseFromString("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
    CHECK_FALSE(share.ParseFromString("\x52\xff\xff\xff\xff\x07"));  // 2 GiB announced
}
