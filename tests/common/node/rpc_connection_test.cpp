// Calls whose error a caller looks at. Credentials and statuses: bitcoin_rpc_test.
#include "common/node/rpc_connection.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/common/node/scripted_node.hpp"

using namespace lode;
using namespace lode::node;
using namespace std::chrono_literals;

TEST_CASE("the node's error comes with its code, or as one that names node and method") {
    lode::test::ScriptedNode node;
    auto connection =
        RpcConnection::open({.url = node.url(), .user = "u", .password = Secret("p")}, "/").value();
    const auto error = R"({"result":null,"error":{"code":-27,"message":"there"}})";
    node.answer(error, 500);
    const auto answer = connection.ask({"sendit", "1", 5s}).value();
    REQUIRE(std::holds_alternative<NodeError>(answer));
    CHECK(std::get<NodeError>(answer).code == -27);
    CHECK(std::get<NodeError>(answer).message == "there");
    node.answer(error, 500);
    const auto result = connection.call({"sendit", "1", 5s});
    REQUIRE(result.has_error());
    CHECK(result.error().context == "node " + node.url() + ": sendit: error -27: there");
}

TEST_CASE("a url that is none is refused before anything is sent") {
    CHECK(RpcConnection::open({.url = "ftp://x"}, "/").error().code == ErrorCode::malformed);
}
