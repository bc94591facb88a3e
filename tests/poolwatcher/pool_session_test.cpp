// Lines of a watched pool.
#include "poolwatcher/pool_session.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "common/base/log.hpp"
#include "common/stratum/notify.hpp"
#include "common/stratum/response.hpp"

using namespace lode;
using namespace lode::poolwatcher;

namespace {

PoolSession session() {
    return PoolSession({.name = "other", .user = "u", .password = Secret("p"), .agent = "watch/1"});
}

// A coinbase's beginning with this script.
Bytes coinbase(std::string_view script_hex) {
    const Bytes script = from_hex(script_hex).value();
    Bytes bytes = from_hex("0200000001" + std::string(64, '0') + "ffffffff").value();
    bytes.push_back(static_cast<std::uint8_t>(script.size()));
    append(bytes, script);
    return bytes;
}

}  // namespace

TEST_CASE("a pool is greeted with a subscription and an authorisation") {
    CHECK(session().greeting() ==
          "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"watch/1\"]}\n"
          "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"u\",\"p\"]}\n");
}

TEST_CASE("a job shows the tip, its bits and the height in its coinbase") {
    bitcoin::Hash256 prev_hash;
    prev_hash.bytes[3] = 9;
    const Bytes prefix = coinbase("03a0bb0d");
    const std::string line =
        stratum::encode_notify({JobId{1}, prev_hash, prefix, {}, 1, 0x1a44b9f2, 5})
            .line(Bytes{}, stratum::CleanJobs::yes);
    const Step step = session().line(line);
    CHECK(step.tip == PoolTip{prev_hash, 900'000, 0x1a44b9f2});
    CHECK(step.send.empty());
    CHECK_FALSE(step.part);
}

TEST_CASE("heights are read from pushes and small numbers, else unknown") {
    CHECK(coinbase_height(coinbase("51")) == 1);
    CHECK(coinbase_height(coinbase("60")) == 16);
    CHECK(coinbase_height(coinbase("0111")) == 17);
    CHECK(coinbase_height(coinbase("028000")) == 128);
    CHECK(coinbase_height(coinbase("04ffffff7f")) == 0x7fffffff);
    CHECK(coinbase_height(coinbase("00")) == 0);
    CHECK(coinbase_height(coinbase("05ffffffff7f")) == 0);
    CHECK(coinbase_height(coinbase("03a0bb")) == 0);
    CHECK(coinbase_height(Bytes{1, 2, 3}) == 0);
}

TEST_CASE("the pool's questions are answered") {
    CHECK(session().line(stratum::get_version_line(9)).send ==
          "{\"id\":9,\"result\":\"watch/1\",\"error\":null}\n");
    CHECK(session().line(R"({"id":8,"method":"mining.ping","params":[]})").send ==
          "{\"id\":8,\"result\":\"pong\",\"error\":null}\n");
}

TEST_CASE("a refused subscription parts, a refused user is only warned of") {
    const log::Capture captured;
    CHECK(session().line(stratum::error_line("1", stratum::RejectCode::other, "full")).part ==
          "it refuses the subscription: full");
    const Step step =
        session().line(stratum::error_line("2", stratum::RejectCode::unauthorised, "who?"));
    CHECK_FALSE(step.part);
    CHECK(captured.text().find("a watched pool refuses the user") != std::string::npos);
}

TEST_CASE("a request to reconnect and lines that are no Stratum part") {
    CHECK(session().line(stratum::reconnect_line()).part == "it asks to reconnect");
    CHECK(session().line("HTTP/1.1 400").part);
}

TEST_CASE("other lines change nothing") {
    for (const std::string& line : {stratum::set_difficulty_line({1, 1}), stratum::true_line("2"),
                                    stratum::show_message_line("hello")}) {
        const Step step = session().line(line);
        CHECK(step.send.empty());
        CHECK_FALSE(step.tip);
        CHECK_FALSE(step.part);
    }
}
