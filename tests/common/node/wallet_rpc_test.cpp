// The wallet's calls against a scripted HTTP server.
#include "common/node/wallet_rpc.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "tests/common/node/scripted_node.hpp"

using namespace lode;
using namespace lode::node;
using bitcoin::Satoshi;
using lode::test::ScriptedNode;

namespace {

constexpr std::string_view txid_text =
    "00000000000000000000000000000000000000000000000000000000000000aa";
const bitcoin::Hash256 txid = bitcoin::from_display_hex(txid_text).value();

std::unique_ptr<WalletRpc> connect(const ScriptedNode& node) {
    return open_wallet_rpc({.url = node.url(), .user = "u", .password = Secret("p")}, "pay out")
        .value();
}

std::string request(std::string_view method, std::string_view params) {
    return R"({"id":1,"method":")" + std::string(method) + R"(","params":[)" + std::string(params) +
           "]}";
}

bitcoin::Transaction a_transaction() {
    bitcoin::Transaction transaction;
    transaction.inputs.push_back({.previous = {txid, 1}});
    transaction.outputs.push_back({Satoshi(5), {0x51}});
    return transaction;
}
const std::string hex = to_hex(bitcoin::serialise(a_transaction()));

// The call succeeds only with a right answer.
template <class Call>
void refuses(std::initializer_list<const char*> answers, Call call) {
    for (const auto* answer : answers) {
        CAPTURE(answer);
        ScriptedNode node;
        node.result(answer);
        const auto result = call(*connect(node));
        REQUIRE(result.has_error());
        CHECK(result.error().code == ErrorCode::malformed);
    }
}

}  // namespace

TEST_CASE("calls go to the wallet's own path") {
    ScriptedNode node;
    node.result("7");
    CHECK(connect(node)->height().value() == 7);
    CHECK(node.last_path() == "/wallet/pay out");
    CHECK(node.last_request() == request("getblockcount", ""));
}

TEST_CASE("without a name the node's only wallet is meant") {
    ScriptedNode node;
    node.result("7");
    auto wallet =
        open_wallet_rpc({.url = node.url(), .user = "u", .password = Secret("p")}, "").value();
    REQUIRE(wallet->height());
    CHECK(node.last_path() == "/");
}

TEST_CASE("coins come with exact amounts, and only those that can be signed for") {
    ScriptedNode node;
    const std::string txid_field = R"({"txid":")" + std::string(txid_text) + R"(","vout":)";
    node.result("[" + txid_field +
                R"(3,"amount":0.29,"scriptPubKey":"5151","confirmations":6,"solvable":true},)" +
                txid_field +
                R"(4,"amount":1E-8,"scriptPubKey":"51","confirmations":0,"solvable":false}])");
    const auto coins = connect(node)->coins().value();
    CHECK(node.last_request() == request("listunspent", "0,9999999,[],false"));
    REQUIRE(coins.size() == 1);
    CHECK(coins[0].at == bitcoin::OutPoint{txid, 3});
    CHECK(coins[0].amount == Satoshi(29'000'000));
    CHECK(coins[0].script == Bytes{0x51, 0x51});
    CHECK(coins[0].confirmations == 6);
}

TEST_CASE("a list of coins that makes no sense is refused") {
    const auto call = [](WalletRpc& wallet) { return wallet.coins(); };
    refuses(
        {"null", "{}", "[1]", "[{}]",
         R"([{"txid":"00","vout":0,"amount":1,"scriptPubKey":"","confirmations":1,"solvable":true}])"},
        call);
}

TEST_CASE("balances, an address, an estimate") {
    ScriptedNode node;
    auto wallet = connect(node);
    node.result(R"({"mine":{"trusted":1.5,"untrusted_pending":0,"immature":0.00000001}})");
    const auto balances = wallet->balances().value();
    CHECK(balances.trusted == Satoshi(150'000'000));
    CHECK(balances.immature == Satoshi(1));
    node.result("\"bcrt1q\"");
    CHECK(wallet->change_address().value() == "bcrt1q");
    node.result(R"({"feerate":0.00012345,"blocks":6})");
    CHECK(wallet->fee_rate(6).value() == Satoshi(12'345));
    CHECK(node.last_request() == request("estimatesmartfee", "6"));
    node.result(R"({"errors":["Insufficient data"],"blocks":6})");
    CHECK(wallet->fee_rate(6).value() == std::nullopt);
}

TEST_CASE("a signed transaction is whole or refused with the node's reason") {
    ScriptedNode node;
    auto wallet = connect(node);
    node.result(R"({"hex":")" + hex + R"(","complete":true})");
    CHECK(wallet->sign(a_transaction()).value() == a_transaction());
    CHECK(node.last_request() == request("signrawtransactionwithwallet", '"' + hex + '"'));
    node.result(R"({"hex":")" + hex +
                R"(","complete":false,"errors":[{"error":"Input not found"}]})");
    const auto partial = wallet->sign(a_transaction());
    REQUIRE(partial.has_error());
    CHECK(partial.error().code == ErrorCode::rejected);
    CHECK(partial.error().context.ends_with("signatures are missing: Input not found"));
}

TEST_CASE("a PSBT is filled without signing, and taken back when it is signed") {
    ScriptedNode node;
    auto wallet = connect(node);
    node.result("\"bare\"");
    node.result(R"({"psbt":"filled","complete":false})");
    CHECK(wallet->to_psbt(a_transaction()).value() == "filled");
    CHECK(node.last_request() == request("walletprocesspsbt", R"("bare",false,"DEFAULT",true)"));
    node.result(R"({"hex":")" + hex + R"(","complete":true})");
    CHECK(wallet->finish_psbt("signed").value() == a_transaction());
    node.result(R"({"psbt":"filled","complete":false})");
    CHECK(wallet->finish_psbt("filled").error().code == ErrorCode::rejected);
}

TEST_CASE("sending what is in the chain already is no failure, anything else is") {
    ScriptedNode node;
    auto wallet = connect(node);
    node.result('"' + std::string(txid_text) + '"');
    CHECK(wallet->send(a_transaction()));
    CHECK(node.last_request() == request("sendrawtransaction", '"' + hex + '"'));
    node.answer(R"({"result":null,"error":{"code":-27,"message":"already in utxo set"}})", 500);
    CHECK(wallet->send(a_transaction()));
    node.answer(R"({"result":null,"error":{"code":-25,"message":"bad-txns-inputs"}})", 500);
    CHECK(wallet->send(a_transaction()).error().code == ErrorCode::rejected);
    node.answer(R"({"result":null,"error":{"code":-28,"message":"Loading"}})", 500);
    CHECK(wallet->send(a_transaction()).error().code == ErrorCode::unavailable);
}

TEST_CASE("a test says nothing or why the node would refuse") {
    ScriptedNode node;
    auto wallet = connect(node);
    node.result(R"([{"allowed":true}])");
    CHECK(wallet->test(a_transaction()).value() == std::nullopt);
    node.result(R"([{"allowed":false,"reject-reason":"missing-inputs"}])");
    CHECK(wallet->test(a_transaction()).value() == "missing-inputs");
    refuses({"[]", "{}"}, [](WalletRpc& each) { return each.test(a_transaction()); });
}

TEST_CASE("a transaction that the wallet does not know is none") {
    ScriptedNode node;
    auto wallet = connect(node);
    node.answer(R"({"result":null,"error":{"code":-5,"message":"non-wallet"}})", 500);
    CHECK_FALSE(wallet->find(txid).value());
    node.result(R"({"hex":")" + hex + R"(","confirmations":2,"blockhash":")" +
                std::string(txid_text) + R"("})");
    const auto found = wallet->find(txid).value();
    REQUIRE(found);
    CHECK(found->transaction == a_transaction());
    CHECK(found->confirmations == 2);
    CHECK(found->block == txid);
    node.result(R"({"hex":")" + hex + R"(","confirmations":-3})");
    CHECK(wallet->find(txid).value()->confirmations == -3);
    refuses({R"({"hex":"00","confirmations":1})", R"({"confirmations":1})"},
            [](WalletRpc& each) { return each.find(txid); });
}

TEST_CASE("whether a coin is there is the chain's word") {
    ScriptedNode node;
    auto wallet = connect(node);
    node.result("null");
    CHECK_FALSE(wallet->is_unspent({txid, 2}).value());
    CHECK(node.last_request() == request("gettxout", '"' + std::string(txid_text) + "\",2,false"));
    node.result(R"({"value":1})");
    CHECK(wallet->is_unspent({txid, 2}).value());
}

TEST_CASE("transactions since a height are those in blocks, each once") {
    ScriptedNode node;
    auto wallet = connect(node);
    const std::string entry = R"({"txid":")" + std::string(txid_text) + R"(","confirmations":)";
    node.result("5");
    node.result("\"ab\"");
    node.result(R"({"transactions":[)" + entry + "1}," + entry + "1}," +
                R"({"txid":"bb","confirmations":0},{"txid":"bb","confirmations":-2}]})");
    CHECK(wallet->confirmed_since(9).value() == std::vector{txid});
    CHECK(node.last_request() == request("listsinceblock", R"("ab",1,true,false,true)"));
}

TEST_CASE("coins are locked one by one, and one that is locked is no failure") {
    ScriptedNode node;
    auto wallet = connect(node);
    node.answer(R"({"result":null,"error":{"code":-8,"message":"already locked"}})", 500);
    node.result("true");
    CHECK(wallet->lock({{txid, 0}, {txid, 1}}));
    CHECK(
        node.last_request() ==
        request("lockunspent", R"(false,[{"txid":")" + std::string(txid_text) + R"(","vout":1}])"));
    node.result("true");
    CHECK(wallet->unlock({{txid, 0}}));
}

TEST_CASE("a cancelled wallet answers so") {
    const ScriptedNode node;
    auto wallet = connect(node);
    wallet->cancel();
    CHECK(wallet->height().error().code == ErrorCode::cancelled);
}

TEST_CASE("what the wallet sent comes once each, from the pages of its list, newest first") {
    const auto entry = [](const std::string& id, const char* category, int heard) {
        return R"({"txid":")" + std::string(62, '0') + id + R"(","category":")" + category +
               R"(","confirmations":-2,"timereceived":)" + std::to_string(heard) + "}";
    };
    ScriptedNode node;
    node.result("[" + entry("aa", "send", 99) + "," + entry("bb", "send", 100) + "," +
                entry("bb", "send", 100) + "," + entry("cc", "receive", 101) + "]");
    const auto sends = connect(node)->sends_since(from_unix_ms(100'000)).value();
    CHECK(node.last_request() == request("listtransactions", R"("*",5000,0,true)"));
    REQUIRE(sends.size() == 1);
    CHECK(bitcoin::to_display_hex(sends[0].txid) == std::string(62, '0') + "bb");
    CHECK(sends[0].confirmations == -2);
    CHECK(sends[0].heard == from_unix_ms(100'000));
    refuses({"{}", "[1]", R"([{"category":"send"}])"},
            [](WalletRpc& wallet) { return wallet.sends_since({}); });
}

TEST_CASE("an address is the wallet's own when it has or watches it") {
    for (const auto& [answer, own] :
         {std::pair(R"({"ismine":true})", true), std::pair(R"({"ismine":false})", false),
          std::pair(R"({"ismine":false,"iswatchonly":true})", true)}) {
        ScriptedNode node;
        node.result(answer);
        CHECK(connect(node)->owns("address").value() == own);
        CHECK(node.last_request() == request("getaddressinfo", R"("address")"));
    }
    refuses({"{}", "1"}, [](WalletRpc& wallet) { return wallet.owns("address"); });
}
