// Every request, the usual and the odd forms that real devices send.
#include "common/stratum/request.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "common/json/writer.hpp"

using namespace lode;
using namespace lode::stratum;

namespace {

// Views in what it returns last until the next call.
Request read(std::string_view line) {
    static RequestReader reader;
    auto request = reader.read(line);
    INFO(line);
    REQUIRE(request);
    return std::move(request).value();
}

template <class T>
T body(std::string_view line) {
    Request request = read(line);
    REQUIRE(std::holds_alternative<T>(request.body));
    return std::get<T>(std::move(request.body));
}

bool refused(std::string_view line) {
    RequestReader reader;
    const auto request = reader.read(line);
    return !request && request.error().code == ErrorCode::malformed;
}

std::string with_params(std::string_view method, std::string_view params) {
    return R"({"id":1,"method":")" + std::string(method) + R"(","params":)" + std::string(params) +
           "}";
}

}  // namespace

TEST_CASE("a submit of five parameters is read") {
    const std::string line = with_params(
        "mining.submit", R"(["bc1q.rig","67abcdef0007","00000000000000ff","6740a1b2","DEADBEEF"])");
    const Submit submit = body<Submit>(line);
    CHECK(submit.user == "bc1q.rig");
    CHECK(submit.job == JobId{0x67abcdef0007});
    CHECK(to_hex(submit.extranonce2.view()) == "00000000000000ff");
    CHECK(submit.time == 0x6740a1b2);
    CHECK(submit.nonce == 0xdeadbeef);
    CHECK_FALSE(submit.version_bits);
}

TEST_CASE("the sixth parameter of a submit is the version bits, null is none") {
    const std::string with = with_params("mining.submit", R"(["u","1","00","1","2","00800000"])");
    CHECK(body<Submit>(with).version_bits == 0x00800000U);
    const std::string null = with_params("mining.submit", R"(["u","1","00","1","2",null])");
    CHECK_FALSE(body<Submit>(null).version_bits);
}

TEST_CASE("a submit that the shortcut leaves is read by the parser to the same effect") {
    const std::string line =
        R"({"jsonrpc":"2.0","id":[1],"method":"mining.submit","params":["\u0075","1","0A","b","c"]})";
    const Request request = read(line);
    CHECK(request.id == "[1]");
    const auto& submit = std::get<Submit>(request.body);
    CHECK(submit.user == "u");
    CHECK(to_hex(submit.extranonce2.view()) == "0a");
    CHECK(submit.nonce == 0xc);
}

TEST_CASE("a job id that no job of ours can have is an unknown job, not a malformed submit") {
    const std::string line = with_params("mining.submit", R"(["u","job!","00","1","2"])");
    CHECK_FALSE(body<Submit>(line).job);
}

TEST_CASE("submits with wrong parameters are answered with their reason") {
    const auto reason = [](std::string_view params) {
        const std::string line = with_params("mining.submit", params);
        RequestReader reader;
        const auto request = reader.read(line).value().body;
        const auto* submit = std::get_if<Submit>(&request);
        return submit != nullptr ? submit->fault : std::get<BadParameters>(request).reason;
    };
    CHECK(reason("[]") == "mining.submit takes 5 or 6 parameters");
    CHECK(reason("null") == "mining.submit takes 5 or 6 parameters");
    CHECK(reason(R"(["u","1","00","1","2","3","4"])") == "mining.submit takes 5 or 6 parameters");
    CHECK(reason(R"(["u","1","00","1",2])") == "the parameters of mining.submit are strings");
    CHECK(reason(R"(["","1","00","1","2"])") == "the user name is missing");
    CHECK(reason("[\"" + std::string(257, 'u') + R"(","1","00","1","2"])") ==
          "the user name is too long");
    CHECK(reason(R"(["u","1","0","1","2"])") ==
          "extranonce2 is not hexadecimal of a fitting length");
    CHECK(reason(R"(["u","1","00","x","2"])") == "ntime is not a hexadecimal number of 32 bits");
    CHECK(reason(R"(["u","1","00","1","123456789"])") ==
          "nonce is not a hexadecimal number of 32 bits");
    CHECK(reason(R"(["u","1","00","1","2",""])") ==
          "version bits are not a hexadecimal number of 32 bits");
    // Of several the first.
    CHECK(reason(R"(["","1","0","x",2,3,4])") == "mining.submit takes 5 or 6 parameters");
    CHECK(reason(R"([null,"1","0","x","2"])") == "the parameters of mining.submit are strings");
    CHECK(reason(R"(["","1","0","x","2"])") == "the user name is missing");
}

TEST_CASE("a submit with faults beside the work can still be hashed") {
    for (const char* params :
         {R"([null,"1","00ff","1","2"])", R"(["","1","00ff","1","2"])",
          R"(["u","1","00ff","1","2","zz"])", R"(["u","1","00ff","1","2",5])",
          R"(["u","1","00ff","1","2",null,null])", R"(["u","1","00ff","1","2","","x","y","z"])"}) {
        const std::string line = with_params("mining.submit", params);
        const Submit submit = body<Submit>(line);
        CHECK_FALSE(submit.fault.empty());
        CHECK(submit.job == JobId(1));
        CHECK(to_hex(submit.extranonce2.view()) == "00ff");
        CHECK(submit.time == 1);
        CHECK(submit.nonce == 2);
        CHECK_FALSE(submit.version_bits);
    }
    const std::string line = with_params("mining.submit", R"(["u","1","00","1","2","e000","7"])");
    CHECK(body<Submit>(line).version_bits == 0xe000U);
}

TEST_CASE("a submit without fault has none") {
    const std::string line = with_params("mining.submit", R"(["u","1","00","1","2","00800000"])");
    CHECK(body<Submit>(line).fault.empty());
}

TEST_CASE("ids of any JSON type are kept as they were written") {
    for (const std::string id : {"1", "-7", "1.50", "1e3", "null", "true", R"("a\"b")", "[1,{}]",
                                 "18446744073709551616"}) {
        CHECK(read(R"({"id":)" + id + R"(,"method":"mining.ping","params":[]})").id == id);
    }
    CHECK(read(R"({"method":"mining.ping"})").id == "null");
}

TEST_CASE("a subscribe has an agent and perhaps a session to resume") {
    const std::string line = with_params("mining.subscribe", R"(["cgminer/4.12","00a1b2c3"])");
    const Subscribe subscribe = body<Subscribe>(line);
    CHECK(subscribe.agent == "cgminer/4.12");
    CHECK(subscribe.session_id == "00a1b2c3");
}

TEST_CASE("a subscribe without or with null parameters is a subscribe") {
    for (const char* params : {"[]", "null", "[null,null]", "{}"}) {
        const std::string line = with_params("mining.subscribe", params);
        CHECK(body<Subscribe>(line).agent.empty());
        CHECK(body<Subscribe>(line).session_id.empty());
    }
}

TEST_CASE("a long agent is cut at a whole character, a long session id is none") {
    const std::string agent = std::string(63, 'a') + "\xc3\xa9 and more";
    const std::string line =
        with_params("mining.subscribe", "[\"" + agent + "\",\"" + std::string(65, '1') + "\"]");
    CHECK(body<Subscribe>(line).agent == std::string(63, 'a'));
    CHECK(body<Subscribe>(line).session_id.empty());
}

TEST_CASE("an authorize has a user and a password that may be missing or null") {
    const std::string full = with_params("mining.authorize", R"(["u.w","d=1024"])");
    CHECK(body<Authorize>(full).user == "u.w");
    CHECK(body<Authorize>(full).password == "d=1024");
    CHECK(body<Authorize>(with_params("mining.authorize", R"(["u"])")).password.empty());
    CHECK(body<Authorize>(with_params("mining.authorize", R"(["u",null])")).password.empty());
    CHECK(body<BadParameters>(with_params("mining.authorize", "[]")).reason ==
          "the user name is missing");
}

TEST_CASE("a configure asks for version rolling by mask and bit count") {
    const std::string line = with_params(
        "mining.configure", R"([["version-rolling"],{"version-rolling.mask":"1FFFE000",)"
                            R"("version-rolling.min-bit-count":2}])");
    const Configure configure = body<Configure>(line);
    REQUIRE(configure.version_rolling);
    CHECK(configure.version_rolling->mask == 0x1fffe000);
    CHECK(configure.version_rolling->min_bit_count == 2);
    CHECK_FALSE(configure.minimum_difficulty);
    CHECK_FALSE(configure.info);
}

TEST_CASE("a configure without a mask rolls any bit, one with a wrong mask none") {
    const std::string without = with_params("mining.configure", R"([["version-rolling"]])");
    CHECK(body<Configure>(without).version_rolling->mask == 0xffffffff);
    const std::string wrong = with_params(
        "mining.configure", R"([["version-rolling"],{"version-rolling.mask":"all of them"}])");
    CHECK(body<Configure>(wrong).version_rolling->mask == 0);
}

TEST_CASE("a configure names further extensions and unknown ones") {
    const std::string line = with_params(
        "mining.configure", R"([["minimum-difficulty","subscribe-extranonce","info","x","y"],)"
                            R"({"minimum-difficulty.value":2048}])");
    const Configure configure = body<Configure>(line);
    CHECK_FALSE(configure.version_rolling);
    REQUIRE(configure.minimum_difficulty);
    REQUIRE(*configure.minimum_difficulty);
    CHECK((*configure.minimum_difficulty)->numerator == 2048);
    CHECK(configure.subscribe_extranonce);
    CHECK(configure.info);
    CHECK(configure.unknown == std::vector<std::string_view>{"x", "y"});
}

TEST_CASE("a configure with a minimum difficulty that is no number has asked nevertheless") {
    const std::string line = with_params("mining.configure", R"([["minimum-difficulty"]])");
    const Configure configure = body<Configure>(line);
    REQUIRE(configure.minimum_difficulty);
    CHECK_FALSE(*configure.minimum_difficulty);
}

TEST_CASE("a configure without a list of extensions is refused with its reason") {
    CHECK(body<BadParameters>(with_params("mining.configure", "[]")).reason ==
          "mining.configure takes a list of extensions");
    CHECK(body<BadParameters>(with_params("mining.configure", "[[1]]")).reason ==
          "the extensions of mining.configure are strings");
}

TEST_CASE("difficulty and target may be suggested") {
    const auto suggested =
        body<SuggestDifficulty>(with_params("mining.suggest_difficulty", "[0.25]"));
    CHECK(difficulty_decimal(suggested.difficulty) == "0.25");
    const auto target = body<SuggestTarget>(
        with_params("mining.suggest_target", "[\"" + std::string(62, '0') + "ff\"]"));
    CHECK(target.target == bitcoin::Uint256(255));
    CHECK(std::holds_alternative<BadParameters>(
        read(with_params("mining.suggest_difficulty", "[]")).body));
    CHECK(std::holds_alternative<BadParameters>(
        read(with_params("mining.suggest_target", "[\"ff\"]")).body));
}

TEST_CASE("the small requests are known by name, others as unknown") {
    body<ExtranonceSubscribe>(with_params("mining.extranonce.subscribe", "[]"));
    body<Ping>(with_params("mining.ping", "[]"));
    body<GetTransactions>(with_params("mining.get_transactions", "[]"));
    const std::string line = with_params("mining.dance", "[]");
    CHECK(body<UnknownMethod>(line).method == "mining.dance");
}

TEST_CASE("a line with a result answers a request of ours") {
    const std::string line = R"({"id":7,"result":"bmminer/2.0","error":null})";
    CHECK(body<ClientAnswer>(line).text == "bmminer/2.0");
    CHECK(body<ClientAnswer>(R"({"id":7,"result":null})").text.empty());
}

TEST_CASE("lines that are no Stratum are refused whole") {
    CHECK(refused(""));
    CHECK(refused("GET / HTTP/1.1"));
    CHECK(refused("[]"));
    CHECK(refused("{}"));
    CHECK(refused(R"({"id":1,"method":5})"));
    CHECK(refused(R"({"id":1,"method":"mining.ping")"));
    CHECK(refused(std::string(8193, ' ')));
    CHECK(refused(R"({"id":)" + std::string(17, '[') + std::string(17, ']') +
                  R"(,"method":"mining.ping"})"));
}
