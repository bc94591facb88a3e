// What firmware, proxies and markets really send, each with what it is read as. Every line keeps
// its id, and none that names a method is taken for no Stratum.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "common/base/hex.hpp"
#include "common/stratum/request.hpp"

using namespace lode;
using namespace lode::stratum;

namespace {

enum class Read {
    bad,
    configure,
    subscribe,
    authorize,
    submit,
    suggest_difficulty,
    suggest_target,
    extranonce_subscribe,
    ping,
    get_transactions,
    client_answer,
    unknown,
};

struct Line {
    const char* text;
    const char* id;
    Read read;
};

constexpr Line lines[] = {
    // Subscriptions.
    {R"({"id":1,"method":"mining.subscribe"})", "1", Read::subscribe},
    {R"({"id":1,"method":"mining.subscribe","params":null})", "1", Read::subscribe},
    {R"({"id":1,"method":"mining.subscribe","params":[null,null]})", "1", Read::subscribe},
    {R"({"id":1,"method":"mining.subscribe","params":["LUXminer 2024",null,null,null]})", "1",
     Read::subscribe},
    {R"({"id":1,"method":"mining.subscribe","params":["bosminer/0.1",null,"pool.example",3333]})",
     "1", Read::subscribe},
    {R"({"id":1,"method":"mining.subscribe","params":[["nested"],{"deep":[1]}]})", "1",
     Read::subscribe},
    {R"({"id":1,"method":"mining.subscribe","params":{}})", "1", Read::subscribe},
    {"{\"params\": [\"cgminer/4.11.1\"], \"id\": 0, \"method\": \"mining.subscribe\"}\r", "0",
     Read::subscribe},
    // Ids of any type, and none.
    {R"({"id":"sub","jsonrpc":"2.0","method":"mining.subscribe","params":[]})", "\"sub\"",
     Read::subscribe},
    {R"({"id":1.5,"method":"mining.ping","params":[]})", "1.5", Read::ping},
    {R"({"id":-1,"method":"mining.ping","params":[]})", "-1", Read::ping},
    {R"({"id":99999999999999999999999999,"method":"mining.ping"})", "99999999999999999999999999",
     Read::ping},
    {R"({"id":{"a":[1,null]},"method":"mining.ping"})", R"({"a":[1,null]})", Read::ping},
    {R"({"id":[],"method":"mining.ping"})", "[]", Read::ping},
    {R"({"id":false,"method":"mining.ping"})", "false", Read::ping},
    {R"({"id":null,"method":"mining.ping"})", "null", Read::ping},
    {R"({"method":"mining.ping"})", "null", Read::ping},
    // Logins.
    {R"({"id":2,"method":"mining.authorize","params":["user.worker"]})", "2", Read::authorize},
    {R"({"id":2,"method":"mining.authorize","params":["user.worker",null]})", "2", Read::authorize},
    {R"({"id":2,"method":"mining.authorize","params":["user.worker",123]})", "2", Read::authorize},
    {R"({"id":2,"method":"mining.authorize","params":["user.worker","x","more",[]]})", "2",
     Read::authorize},
    {R"({"id":2,"method":"mining.authorize"})", "2", Read::bad},
    {R"({"id":2,"method":"mining.authorize","params":null})", "2", Read::bad},
    {R"({"id":2,"method":"mining.authorize","params":[null,"x"]})", "2", Read::bad},
    {R"({"id":2,"method":"mining.authorize","params":[["user"],"x"]})", "2", Read::bad},
    {R"({"id":2,"method":"mining.authorize","params":"user"})", "2", Read::bad},
    // Extensions.
    {R"({"id":3,"method":"mining.configure","params":[["version-rolling"],null]})", "3",
     Read::configure},
    {R"({"id":3,"method":"mining.configure","params":[[],{}]})", "3", Read::configure},
    {R"({"id":3,"method":"mining.configure","params":[["minimum-difficulty"],)"
     R"({"minimum-difficulty.value":"2048"}]})",
     "3", Read::configure},
    {R"({"id":3,"method":"mining.configure","params":[["version-rolling"],)"
     R"({"version-rolling.mask":"0x1FFFE000","version-rolling.min-bit-count":"2"}]})",
     "3", Read::configure},
    {R"({"id":3,"method":"mining.configure","params":null})", "3", Read::bad},
    {R"({"id":3,"method":"mining.configure","params":[[["nested"]]]})", "3", Read::bad},
    // Difficulties as numbers and strings.
    {R"({"id":4,"method":"mining.suggest_difficulty","params":[1024]})", "4",
     Read::suggest_difficulty},
    {R"({"id":4,"method":"mining.suggest_difficulty","params":["1024"]})", "4",
     Read::suggest_difficulty},
    {R"({"id":4,"method":"mining.suggest_difficulty","params":[1.024e3]})", "4",
     Read::suggest_difficulty},
    {R"({"id":4,"method":"mining.suggest_difficulty","params":[0]})", "4", Read::bad},
    {R"({"id":4,"method":"mining.suggest_difficulty","params":[-1]})", "4", Read::bad},
    {R"({"id":4,"method":"mining.suggest_difficulty","params":[null]})", "4", Read::bad},
    {R"({"id":4,"method":"mining.suggest_difficulty","params":[[1024]]})", "4", Read::bad},
    {R"({"id":4,"method":"mining.suggest_target","params":)"
     R"(["00000000FFFF0000000000000000000000000000000000000000000000000000"]})",
     "4", Read::suggest_target},
    {R"({"id":4,"method":"mining.suggest_target","params":)"
     R"(["0x00000000ffff0000000000000000000000000000000000000000000000000000"]})",
     "4", Read::suggest_target},
    {R"({"id":4,"method":"mining.suggest_target","params":[255]})", "4", Read::bad},
    // Submits of 5 and 6 parameters; the scan takes some, the parser others.
    {R"({"id":5,"method":"mining.submit","params":["u","1","0000000000000001","6740a1b2","ABCD"]})",
     "5", Read::submit},
    {R"({"id":5,"method":"mining.submit","params":["u","1","0x0000000000000001","0x6740a1b2",)"
     R"("0xABCD"]})",
     "5", Read::submit},
    {R"({"id":5,"method":"mining.submit","params":["u","1","0000000000000001","6740a1b2","abcd",)"
     R"("0x00002000"]})",
     "5", Read::submit},
    {R"({"id":5,"method":"mining.submit","params":["u","1","0000000000000001","6740a1b2","abcd",)"
     R"(null]})",
     "5", Read::submit},
    {R"({"id":[5],"method":"mining.submit","params":["u","1","0000000000000001","6740a1b2","a"]})",
     "[5]", Read::submit},
    {R"({"id":5,"method":"mining.submit","params":["u","1","0000000000000001","6740a1b2","0x"]})",
     "5", Read::bad},
    {R"({"id":5,"method":"mining.submit","params":["u","1","0000000000000001","6740a1b2",7]})", "5",
     Read::bad},
    {R"({"id":5,"method":"mining.submit","params":["u","1",null,"6740a1b2","7"]})", "5", Read::bad},
    {R"({"id":5,"method":"mining.submit","params":["u","1"]})", "5", Read::bad},
    {R"({"id":5,"method":"mining.submit","params":null})", "5", Read::bad},
    {R"({"id":5,"method":"mining.submit"})", "5", Read::bad},
    // Small and unknown methods.
    {R"({"id":6,"method":"mining.extranonce.subscribe"})", "6", Read::extranonce_subscribe},
    {R"({"id":6,"method":"mining.extranonce.subscribe","params":[]})", "6",
     Read::extranonce_subscribe},
    {R"({"id":6,"method":"mining.get_transactions","params":["job"]})", "6",
     Read::get_transactions},
    {R"({"id":6,"method":"mining.multi_version","params":[1]})", "6", Read::unknown},
    {R"({"id":6,"method":"mining.get_version","params":[]})", "6", Read::unknown},
    {R"({"id":6,"method":"agent.get_capabilities","params":[["verrol"]]})", "6", Read::unknown},
    {R"({"id":6,"method":"eth_submitLogin","params":["0x0"],"worker":"w"})", "6", Read::unknown},
    {R"({"id":6,"method":""})", "6", Read::unknown},
    // Answers to what the pool asked.
    {R"({"id":7,"result":"cgminer/4.12.1","error":null})", "7", Read::client_answer},
    {R"({"id":7,"result":null,"error":[20,"Unknown method",null]})", "7", Read::client_answer},
    {R"({"id":7,"error":{"code":-32601,"message":"Method not found"}})", "7", Read::client_answer},
};

}  // namespace

TEST_CASE("the table's order is that of the requests' kinds") {
    const Request submit{.id = "1", .body = Submit()};
    CHECK(submit.body.index() == static_cast<std::size_t>(Read::submit));
    const Request unknown{.id = "1", .body = UnknownMethod()};
    CHECK(unknown.body.index() == static_cast<std::size_t>(Read::unknown));
}

TEST_CASE("lines of real miners are read as what they mean, under their id") {
    RequestReader reader;
    for (const Line& line : lines) {
        INFO(line.text);
        const auto request = reader.read(line.text);
        REQUIRE(request);
        CHECK(request.value().id == line.id);
        CHECK(request.value().body.index() == static_cast<std::size_t>(line.read));
    }
}

TEST_CASE("0x before the digits of a submit means the same as none") {
    RequestReader reader;
    const auto request = reader.read(
        R"({"id":5,"method":"mining.submit","params":["u","1","0x00000000000000Ff","0X6740A1b2",)"
        R"("0xdeadBEEF","0x00002000"]})");
    REQUIRE(request);
    const auto& submit = std::get<Submit>(request.value().body);
    CHECK(to_hex(submit.extranonce2.view()) == "00000000000000ff");
    CHECK(submit.time == 0x6740a1b2);
    CHECK(submit.nonce == 0xdeadbeef);
    CHECK(submit.version_bits == 0x2000U);
}

TEST_CASE("a line that is no request is answered under its id where it has one") {
    RequestReader reader;
    CHECK_FALSE(reader.read(R"({"id":"x7","method":7})"));
    CHECK(reader.malformed_id() == R"("x7")");
    CHECK_FALSE(reader.read(R"({"id":8})"));
    CHECK(reader.malformed_id() == "8");
    CHECK_FALSE(reader.read(R"({"params":[]})"));
    CHECK(reader.malformed_id() == "null");
    REQUIRE(reader.read(R"({"id":9,"method":"mining.ping"})"));
    CHECK_FALSE(reader.read("no JSON"));
    CHECK(reader.malformed_id() == "null");
}
