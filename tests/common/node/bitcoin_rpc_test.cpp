// The node's calls against a scripted HTTP server.
#include "common/node/bitcoin_rpc.hpp"

#include <catch2/catch_test_macros.hpp>
#include <future>
#include <thread>

#include "common/base/file.hpp"
#include "common/http/server.hpp"
#include "common/json/document.hpp"
#include "tests/common/node/scripted_node.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::node;
using namespace std::chrono_literals;
using lode::test::ScriptedNode;
using lode::test::TemporaryFolder;

namespace {

// Base64 of "__cookie__:one" and "__cookie__:two".
constexpr std::string_view auth_one = "Basic X19jb29raWVfXzpvbmU=";
constexpr std::string_view auth_two = "Basic X19jb29raWVfXzp0d28=";

constexpr std::string_view hash_text =
    "00000000000000000000000000000000000000000000000000000000000000aa";

std::unique_ptr<NodeRpc> connect(const ScriptedNode& node) {
    return open_bitcoin_rpc({.url = node.url(), .user = "u", .password = Secret("p")}).value();
}

}  // namespace

TEST_CASE("a template is asked for with the rules we know, and comes as JSON text") {
    ScriptedNode node;
    node.result(R"({"height":5})");
    CHECK(connect(node)->get_block_template({}).value() == R"({"height":5})");
    CHECK(node.last_request() ==
          R"({"id":1,"method":"getblocktemplate","params":[{"rules":["segwit","signet"]}]})");
}

TEST_CASE("a long poll carries its id") {
    ScriptedNode node;
    node.result("{}");
    REQUIRE(connect(node)->get_block_template({.longpoll_id = "ab\"1"}));
    const auto request = json::Document::parse(node.last_request());
    REQUIRE(request);
    CHECK(request.value().root().member("params")[0].member("longpollid").string() == "ab\"1");
}

TEST_CASE("a submitted block that the node takes has no verdict") {
    ScriptedNode node;
    node.result("null");
    CHECK(connect(node)->submit_block("00ff").value() == std::nullopt);
    CHECK(node.last_request() == R"({"id":1,"method":"submitblock","params":["00ff"]})");
}

TEST_CASE("a submitted block's verdict is the node's word") {
    ScriptedNode node;
    node.result("\"duplicate\"");
    CHECK(connect(node)->submit_block("00ff").value() == "duplicate");
}

TEST_CASE("a proposal is judged without being submitted") {
    ScriptedNode node;
    node.result("\"bad-cb-height\"");
    CHECK(connect(node)->propose_block("00ff").value() == "bad-cb-height");
    const auto request = json::Document::parse(node.last_request());
    REQUIRE(request);
    const auto params = request.value().root().member("params")[0];
    CHECK(params.member("mode").string() == "proposal");
    CHECK(params.member("data").string() == "00ff");
}

TEST_CASE("the chain's state is read") {
    ScriptedNode node;
    node.result(R"({"chain":"regtest","blocks":7,"headers":9,"bestblockhash":")" +
                std::string(hash_text) + R"(","initialblockdownload":false,"chainwork":")" +
                std::string(hash_text) + R"(","warnings":""})");
    const auto info = connect(node)->get_blockchain_info();
    REQUIRE(info);
    CHECK(info.value().chain == "regtest");
    CHECK(info.value().blocks == 7);
    CHECK(info.value().headers == 9);
    CHECK_FALSE(info.value().initial_block_download);
    CHECK(bitcoin::to_display_hex(info.value().best_block_hash) == hash_text);
    CHECK(info.value().chainwork == bitcoin::Uint256(0xaa));
}

TEST_CASE("a block's header is read, the genesis block's too") {
    ScriptedNode node;
    const std::string common = R"({"hash":")" + std::string(hash_text) +
                               R"(","confirmations":-1,"height":0,"version":536870912,"time":100,)"
                               R"("mediantime":90,"bits":"207fffff","chainwork":")" +
                               std::string(hash_text) + '"';
    node.result(common + R"(,"previousblockhash":")" + std::string(hash_text) + "\"}");
    node.result(common + "}");
    const auto rpc = connect(node);
    const auto info = rpc->get_block_header(bitcoin::from_display_hex(hash_text).value());
    REQUIRE(info);
    CHECK(node.last_request().find(hash_text) != std::string::npos);
    CHECK(info.value().confirmations == -1);
    CHECK(info.value().version == 0x20000000);
    CHECK(info.value().time == 100);
    CHECK(info.value().median_time == 90);
    CHECK(info.value().bits == 0x207fffff);
    CHECK(info.value().previous_block_hash == info.value().hash);
    CHECK(rpc->get_block_header({}).value().previous_block_hash == std::nullopt);
}

TEST_CASE("a block's fees and subsidy are read") {
    ScriptedNode node;
    node.result(R"({"blockhash":")" + std::string(hash_text) +
                R"(","height":12,"totalfee":345,"subsidy":5000000000,"mediantime":90})");
    node.result(R"({"blockhash":")" + std::string(hash_text) +
                R"(","height":12,"totalfee":-1,"subsidy":5000000000,"mediantime":90})");
    const auto rpc = connect(node);
    const auto hash = bitcoin::from_display_hex(hash_text).value();
    const auto stats = rpc->get_block_stats(hash);
    REQUIRE(stats);
    CHECK(stats.value().hash == hash);
    CHECK(stats.value().height == 12);
    CHECK(stats.value().fees == bitcoin::Satoshi(345));
    CHECK(stats.value().subsidy == bitcoin::Satoshi(5'000'000'000));
    CHECK(stats.value().median_time == 90);
    CHECK(node.last_request().find(R"("totalfee")") != std::string::npos);
    CHECK(rpc->get_block_stats(hash).error().code == ErrorCode::malformed);
}

TEST_CASE("hashes by height and of the tip are read") {
    ScriptedNode node;
    node.result('"' + std::string(hash_text) + '"');
    node.result('"' + std::string(hash_text) + '"');
    const auto rpc = connect(node);
    CHECK(bitcoin::to_display_hex(rpc->get_best_block_hash().value()) == hash_text);
    CHECK(bitcoin::to_display_hex(rpc->get_block_hash(12).value()) == hash_text);
    CHECK(node.last_request() == R"({"id":1,"method":"getblockhash","params":[12]})");
}

TEST_CASE("a node tells how long it has run") {
    ScriptedNode node;
    node.result("61");
    CHECK(connect(node)->uptime().value() == std::chrono::seconds(61));
    CHECK(node.last_request() == R"({"id":1,"method":"uptime","params":[]})");
    node.result("true");
    CHECK(connect(node)->uptime().error().code == ErrorCode::malformed);
}

TEST_CASE("a block is made precious") {
    ScriptedNode node;
    node.result("null");
    CHECK(connect(node)->precious_block(bitcoin::from_display_hex(hash_text).value()));
}

TEST_CASE("an answer of another shape is malformed and names call and field") {
    ScriptedNode node;
    node.result(R"({"chain":"main"})");
    const auto info = connect(node)->get_blockchain_info();
    REQUIRE(info.has_error());
    CHECK(info.error().code == ErrorCode::malformed);
    CHECK(info.error().context.find("getblockchaininfo") != std::string::npos);
    CHECK(info.error().context.find("blocks") != std::string::npos);
}

TEST_CASE("a wrong password is rejected, naming the node and not the password") {
    const ScriptedNode node;
    const auto rpc =
        open_bitcoin_rpc({.url = node.url(), .user = "u", .password = Secret("hunter2")}).value();
    const auto hash = rpc->get_best_block_hash();
    REQUIRE(hash.has_error());
    CHECK(hash.error().code == ErrorCode::rejected);
    CHECK(hash.error().context ==
          "node " + node.url() + ": getbestblockhash: the node refuses our user and password");
}

TEST_CASE("a cookie is read again when the node refuses it") {
    const TemporaryFolder folder;
    const auto cookie = folder.path() / ".cookie";
    ScriptedNode node;
    node.accept_only(auth_one);
    REQUIRE(replace_file(cookie, "__cookie__:one"));
    const auto rpc = open_bitcoin_rpc({.url = node.url(), .cookie_file = cookie}).value();
    node.result("null");
    REQUIRE(rpc->submit_block("00"));

    node.accept_only(auth_two);
    REQUIRE(replace_file(cookie, "__cookie__:two\n"));
    node.result("null");
    CHECK(rpc->submit_block("00"));
}

TEST_CASE("a cookie that stays wrong is rejected and its file named") {
    const TemporaryFolder folder;
    const auto cookie = folder.path() / ".cookie";
    REQUIRE(replace_file(cookie, "__cookie__:one"));
    const ScriptedNode node;
    const auto hash =
        open_bitcoin_rpc({.url = node.url(), .cookie_file = cookie}).value()->get_best_block_hash();
    REQUIRE(hash.has_error());
    CHECK(hash.error().code == ErrorCode::rejected);
    CHECK(hash.error().context.find(cookie.string()) != std::string::npos);
}

TEST_CASE("a cookie file that is not there yet is unavailable") {
    const ScriptedNode node;
    const auto hash = open_bitcoin_rpc({.url = node.url(), .cookie_file = "/nonexistent/cookie"})
                          .value()
                          ->get_best_block_hash();
    REQUIRE(hash.has_error());
    CHECK(hash.error().code == ErrorCode::unavailable);
    CHECK(hash.error().context.find("/nonexistent/cookie") != std::string::npos);
}

TEST_CASE("a node that warms up is unavailable, one that says no is rejected") {
    ScriptedNode node;
    node.answer(R"({"result":null,"error":{"code":-28,"message":"Verifying blocks…"},"id":1})",
                500);
    node.answer(R"({"result":null,"error":{"code":-8,"message":"out of range"},"id":1})", 500);
    const auto rpc = connect(node);
    const auto warming = rpc->get_block_hash(1);
    REQUIRE(warming.has_error());
    CHECK(warming.error().code == ErrorCode::unavailable);
    const auto refused = rpc->get_block_hash(99);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::rejected);
    CHECK(refused.error().context ==
          "node " + node.url() + ": getblockhash: error -8: out of range");
}

TEST_CASE("HTTP statuses of a node that does not answer the call have their own errors") {
    ScriptedNode node;
    node.answer("Work queue depth exceeded", 503);
    node.answer("", 403);
    node.answer("<html>nothing here</html>", 404);
    const auto rpc = connect(node);
    CHECK(rpc->get_best_block_hash().error().code == ErrorCode::unavailable);
    CHECK(rpc->get_best_block_hash().error().code == ErrorCode::rejected);
    CHECK(rpc->get_best_block_hash().error().code == ErrorCode::rejected);
}

TEST_CASE("a node that is down is unavailable and named") {
    std::string url;
    { url = ScriptedNode().url(); }
    const auto hash = open_bitcoin_rpc({.url = url}).value()->get_best_block_hash();
    REQUIRE(hash.has_error());
    CHECK(hash.error().code == ErrorCode::unavailable);
    CHECK(hash.error().context.starts_with("node " + url + ": getbestblockhash: "));
}

TEST_CASE("a long poll ends by cancel, and so does every later call") {
    http::Router router;
    std::promise<http::Responder> asked;
    router.add(http::Method::post, "/",
               [&](const http::Request&, const http::Responder& responder) {
                   asked.set_value(responder);
               });
    const auto server = http::Server::start({}, router).value();
    const auto rpc =
        open_bitcoin_rpc({.url = "http://127.0.0.1:" + std::to_string(server.port())}).value();
    std::thread canceller([&] {
        const auto kept = asked.get_future().get();
        rpc->cancel();
    });
    const auto answer = rpc->get_block_template({.longpoll_id = "x", .timeout = 60s});
    canceller.join();
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == ErrorCode::cancelled);
    CHECK(rpc->get_best_block_hash().error().code == ErrorCode::cancelled);
}

TEST_CASE("a node's broken url is malformed") {
    const auto rpc = open_bitcoin_rpc({.url = "127.0.0.1:8332"});
    REQUIRE(rpc.has_error());
    CHECK(rpc.error().code == ErrorCode::malformed);
}
