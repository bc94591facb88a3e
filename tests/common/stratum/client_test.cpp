// The miner's side: golden requests, round trips with the server's side, and other pools' ways.
#include "common/stratum/client.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "common/stratum/fields.hpp"
#include "common/stratum/request.hpp"

using namespace lode;
using namespace lode::stratum;

namespace {

PoolMessage parsed(std::string_view line) {
    auto message = parse_pool_line(line);
    INFO(line);
    REQUIRE(message);
    return std::move(message).value();
}

template <class T>
T body(std::string_view line) {
    PoolMessage message = parsed(line);
    REQUIRE(std::holds_alternative<T>(message.body));
    return std::get<T>(std::move(message.body));
}

bool refused(std::string_view line) {
    const auto message = parse_pool_line(line);
    return !message && message.error().code == ErrorCode::malformed;
}

}  // namespace

TEST_CASE("requests are written as pools know them") {
    CHECK(subscribe_request(1, "lode-miner/1", "") ==
          "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"lode-miner/1\"]}\n");
    CHECK(subscribe_request(1, "a", "00a1") ==
          "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"a\",\"00a1\"]}\n");
    CHECK(authorize_request(2, "u.w", Secret("x")) ==
          "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"u.w\",\"x\"]}\n");
    CHECK(configure_request(3, 0x1fffe000) ==
          "{\"id\":3,\"method\":\"mining.configure\",\"params\":[[\"version-rolling\"],"
          "{\"version-rolling.mask\":\"1fffe000\",\"version-rolling.min-bit-count\":1}]}\n");
    CHECK(suggest_difficulty_request(4, {1, 2}) ==
          "{\"id\":4,\"method\":\"mining.suggest_difficulty\",\"params\":[0.5]}\n");
    CHECK(version_answer("\"q\"", "lode") == "{\"id\":\"q\",\"result\":\"lode\",\"error\":null}\n");
}

TEST_CASE("a submit is read by the server as the miner meant it") {
    const Bytes extranonce2{0, 0, 0, 0, 0, 0, 0, 9};
    const std::string line = submit_request(5, {.user = "u.w",
                                                .job_id = "4dd7f5c70001",
                                                .extranonce2 = extranonce2,
                                                .time = 0x4dd7f5c7,
                                                .nonce = 7,
                                                .version_bits = 0x2000});
    CHECK(line ==
          "{\"id\":5,\"method\":\"mining.submit\",\"params\":[\"u.w\",\"4dd7f5c70001\","
          "\"0000000000000009\",\"4dd7f5c7\",\"00000007\",\"00002000\"]}\n");
    RequestReader reader;
    const auto request = reader.read(line);
    REQUIRE(request);
    const auto& submit = std::get<Submit>(request.value().body);
    CHECK(submit.job == JobId{0x4dd7f5c70001});
    CHECK(submit.extranonce2 == ShortBytes(extranonce2));
    CHECK(submit.nonce == 7);
    CHECK(submit.version_bits == 0x2000U);
}

TEST_CASE("a notify comes back as the job it was made from") {
    bitcoin::Hash256 prev_hash;
    for (std::size_t i = 0; i < 32; ++i) prev_hash.bytes[i] = static_cast<std::uint8_t>(i);
    const Bytes prefix{1, 2};
    const std::vector<bitcoin::Hash256> branch{prev_hash, {}};
    const NotifyText text =
        encode_notify({JobId{0xabc}, prev_hash, prefix, branch, 0x20000000, 0x207fffff, 1234});
    const auto job = body<PoolJob>(text.line(Bytes{3}, CleanJobs::no));
    CHECK(job.id == "abc");
    CHECK(job.prev_hash == prev_hash);
    CHECK(job.coinbase_prefix == prefix);
    CHECK(job.coinbase_suffix == Bytes{3});
    CHECK(job.merkle_branch == branch);
    CHECK(job.version == 0x20000000);
    CHECK(job.bits == 0x207fffff);
    CHECK(job.time == 1234);
    CHECK(job.clean == CleanJobs::no);
}

TEST_CASE("a notify with a field that makes no sense is refused") {
    const auto with = [](std::string_view id, std::string_view branch) {
        return R"({"id":null,"method":"mining.notify","params":[)" + std::string(id) + ",\"" +
               std::string(64, '0') + R"(","00","00",)" + std::string(branch) +
               R"(,"1","2","3",true]})";
    };
    CHECK_FALSE(refused(with("\"1\"", "[]")));
    CHECK(refused(with("\"\"", "[]")));
    CHECK(refused(with("7", "[]")));
    CHECK(refused(with("\"" + std::string(129, '1') + "\"", "[]")));
    CHECK(refused(with("\"1\"", "{}")));
    CHECK(refused(with("\"1\"", "[\"00\"]")));
    std::string many;
    for (int i = 0; i < 33; ++i) {
        many += (i == 0 ? "\"" : ",\"") + std::string(64, '0') + "\"";
    }
    CHECK(refused(with("\"1\"", "[" + many + "]")));
    CHECK(refused(R"({"id":null,"method":"mining.notify","params":[]})"));
}

TEST_CASE("the notifications of the server come back as they were meant") {
    const auto difficulty = body<SetDifficulty>(set_difficulty_line({1, 1024}));
    CHECK(difficulty_decimal(difficulty.difficulty) == "0.0009765625");
    CHECK(body<SetVersionMask>(set_version_mask_line(0x1fffe000)).mask == 0x1fffe000);
    const auto extranonce = body<SetExtranonce>(set_extranonce_line(Bytes{1, 2}, 8));
    CHECK(extranonce.extranonce1 == Bytes{1, 2});
    CHECK(extranonce.extranonce2_size == 8);
    CHECK(body<ShowMessage>(show_message_line("hello")).text == "hello");
    const auto reconnect = body<Reconnect>(reconnect_line({"h.example", 3334, 5}));
    CHECK(reconnect.to.host == "h.example");
    CHECK(reconnect.to.port == 3334);
    CHECK(reconnect.to.wait_seconds == 5);
    CHECK(body<Reconnect>(reconnect_line()).to.host.empty());
    CHECK(parsed(get_version_line(9)).id == "9");
    body<GetVersion>(get_version_line(9));
    body<PoolPing>(R"({"id":1,"method":"mining.ping","params":[]})");
}

TEST_CASE("a reconnect is bounded and takes a port as text") {
    const auto text = body<Reconnect>(
        R"({"id":null,"method":"client.reconnect","params":["h","3335","999999"]})");
    CHECK(text.to.port == 3335);
    CHECK(text.to.wait_seconds == 3600);
    CHECK(refused(R"({"method":"client.reconnect","params":["h",65536,1]})"));
    CHECK(refused(R"({"method":"client.reconnect","params":[")" + std::string(254, 'h') +
                  R"(",1,1]})"));
}

TEST_CASE("a subscription is read with its session id, extranonce1 and size") {
    const auto answer = parsed(subscribe_line("1", {"sid", {0xa, 0xb}, 8}));
    const auto result = parse_subscribe_result(std::get<Answer>(answer.body).result);
    REQUIRE(result);
    CHECK(result.value().session_id == "sid");
    CHECK(result.value().extranonce1 == Bytes{0xa, 0xb});
    CHECK(result.value().extranonce2_size == 8);
}

TEST_CASE("a flat subscription of an old pool is read too, a wrong one refused") {
    const auto result = [](std::string_view json) {
        const auto document = json::Document::parse(json);
        REQUIRE(document);
        return parse_subscribe_result(document.value().root());
    };
    CHECK(result(R"([["mining.notify","s"],"0a",4])").value().session_id == "s");
    CHECK(result(R"([[],"",4])").value().extranonce1.empty());
    CHECK_FALSE(result(R"([[],"0a",0])"));
    CHECK_FALSE(result(R"([[],"0a",17])"));
    CHECK_FALSE(result(R"([[],"0",4])"));
    CHECK_FALSE(result("true"));
}

TEST_CASE("the granted version mask is read, none when refused") {
    const auto mask = [](const std::string& line) {
        const auto message = parsed(line);
        return granted_version_mask(std::get<Answer>(message.body).result);
    };
    CHECK(mask(configure_line("1", {.version_mask = 0x1fffe000})) == 0x1fffe000);
    CHECK(mask(configure_line("1", {.version_mask = 0})) == 0);
}

TEST_CASE("answers are accepted or rejected with code and text") {
    const auto accepted = body<Answer>(true_line("12"));
    CHECK(accepted.id == 12);
    CHECK_FALSE(accepted.rejection);
    const auto stale = body<Answer>(error_line("12", RejectCode::stale));
    REQUIRE(stale.rejection);
    CHECK(stale.rejection->code == 21);
    CHECK(stale.rejection->text == "stale or unknown job");
}

TEST_CASE("other pools' rejections are understood") {
    const auto rejection = [](std::string_view rest) {
        return body<Answer>(R"({"id":1,)" + std::string(rest) + "}").rejection.value();
    };
    CHECK(rejection(R"("result":false,"error":null)").code == 20);
    CHECK(rejection(R"("result":null)").text == "refused without a reason");
    CHECK(rejection(R"("error":{"code":23,"message":"low"})").code == 23);
    CHECK(rejection(R"("error":{"code":23,"message":"low"})").text == "low");
    CHECK(rejection(R"("error":"no")").text == "no");
    CHECK(rejection("\"error\":[20,\"" + std::string(600, 'x') + "\"]").text.size() == 512);
}

TEST_CASE("lines that mean nothing to us are passed over, lines that are no JSON refused") {
    CHECK(body<OtherMessage>(R"({"id":1,"method":"mining.dance","params":[]})").method ==
          "mining.dance");
    body<OtherMessage>(R"({"id":null,"result":true})");
    CHECK(refused("HTTP/1.1 400"));
    CHECK(refused("[]"));
    CHECK(refused(R"({"method":"mining.set_difficulty","params":[0]})"));
    CHECK(refused(R"({"method":"mining.set_version_mask","params":["x"]})"));
    CHECK(refused(std::string(256 * 1024 + 1, ' ')));
}
