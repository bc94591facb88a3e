// The common settings.
#include "common/config/pool.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using config::Document;
using config::PoolConfig;

namespace {

const std::string chain =
    "[[chain]]\n"
    "name = \"btc\"\n"
    "network = \"regtest\"\n"
    "payout_address = \"bcrt1q\"\n";
const std::string node =
    "[[chain.node]]\n"
    "url = \"http://127.0.0.1:18443\"\n"
    "cookie_file = \"/c\"\n";

Result<PoolConfig> read(const std::string& text) {
    const auto document = Document::parse(text, "lode.toml");
    REQUIRE(document);
    return config::pool_section().read(document.value());
}

std::string refusal(const std::string& text) {
    const auto pool = read(text);
    INFO(text);
    REQUIRE_FALSE(pool);
    return pool.error().context;
}

}  // namespace

TEST_CASE("the least that must be said gives a pool with every default") {
    const auto pool = read(chain + node);
    REQUIRE(pool);
    CHECK(pool.value().data_dir == "/var/lib/lode");
    CHECK(pool.value().bus.url == "embedded:");
    CHECK(pool.value().database.url == "sqlite:");
    CHECK(pool.value().chain().name == "btc");
    CHECK(pool.value().chain().coin == "bitcoin");
    CHECK(pool.value().chain().coinbase_tag == "/Lode/");
    CHECK(pool.value().chain().maturity == 101);
    REQUIRE(pool.value().chain().nodes.size() == 1);
    CHECK(pool.value().chain().nodes[0].cookie_file == "/c");
    CHECK_FALSE(pool.value().chain().nodes[0].zmq);
}

TEST_CASE("nodes belong to their chain in the order of the file") {
    const auto pool = read(chain + node +
                           "zmq = \"tcp://127.0.0.1:28332\"\n"
                           "priority = 1\n"
                           "[[chain.node]]\n"
                           "url = \"http://[::1]:8332\"\n"
                           "user = \"u\"\n"
                           "password = \"p\"\n");
    REQUIRE(pool);
    const auto& nodes = pool.value().chain().nodes;
    REQUIRE(nodes.size() == 2);
    CHECK(nodes[0].zmq == "tcp://127.0.0.1:28332");
    CHECK(nodes[0].priority == 1);
    CHECK(nodes[1].password.reveal() == "p");
}

TEST_CASE("exactly one chain with at least one node is supported") {
    CHECK(refusal("") == "lode.toml: chain: at least 1 [[chain]] is required");
    CHECK(refusal(chain) == "lode.toml:1: chain.node: at least 1 [[chain.node]] is required");
    CHECK(refusal(chain + node + chain + node) ==
          "lode.toml:8: chain: at most 1 [[chain]] is supported");
}

TEST_CASE("Kafka and MySQL are named by their URLs") {
    CHECK(read("[bus]\nurl = \"kafka://a:9092,b:9092\"\n" + chain + node));
    CHECK(read("[database]\nurl = \"mysql://u@h/db\"\npassword = \"p\"\n" + chain + node));
    CHECK(refusal("[bus]\nurl = \"kafka://a:9092,:1\"\n" + chain + node) ==
          R"(lode.toml:2: bus.url: must be "embedded:" or "kafka://…")");
    CHECK(refusal("[database]\nurl = \"sqlite:/x\"\n" + chain + node) ==
          R"(lode.toml:2: database.url: must be "sqlite:" or "mysql://…")");
}

TEST_CASE("a chain's name, network and tag keep to their rules") {
    const std::string rest = "payout_address = \"x\"\n" + node;
    const auto with = [&](const std::string& name, const std::string& network) {
        return "[[chain]]\nname = \"" + name + "\"\nnetwork = \"" + network + "\"\n" + rest;
    };
    CHECK(read(with("a-9", "main")));
    CHECK(refusal(with("BTC", "main")) ==
          "lode.toml:2: chain.name: must consist of a-z, 0-9 and -");
    CHECK(refusal(with("", "main")) == "lode.toml:2: chain.name: must not be empty");
    CHECK(refusal(with("abcdefghijklmnopq", "main")) ==
          "lode.toml:2: chain.name: is 17 bytes long, at most 16 are allowed");
    CHECK(refusal(with("a", "mainnet")) ==
          "lode.toml:3: chain.network: must be one of main, test, testnet4, signet, regtest");
    CHECK(refusal(chain + "coinbase_tag = \"0123456789012345678901234\"\n" + node) ==
          "lode.toml:5: chain.coinbase_tag: is 25 bytes long, at most 24 are allowed");
    CHECK(refusal("[[chain]]\nname = \"a\"\nnetwork = \"main\"\n" + node) ==
          "lode.toml:1: chain.payout_address: is required");
}

TEST_CASE("a node is entered by password or by cookie, not by both or neither") {
    const std::string url = chain + "[[chain.node]]\nurl = \"http://a:1\"\n";
    const std::string wrong =
        "lode.toml:5: chain.node: needs either user and password or cookie_file";
    CHECK(refusal(url) == wrong);
    CHECK(refusal(url + "user = \"u\"\n") == wrong);
    CHECK(refusal(url + "cookie_file = \"c\"\nuser = \"u\"\n") == wrong);
    CHECK(refusal(url + "cookie_file = \"c\"\nuser = \"u\"\npassword = \"p\"\n") == wrong);
    CHECK(read(url + "user = \"u\"\npassword = \"p\"\n"));
}

TEST_CASE("health ports follow one another in the order of the services") {
    CHECK(config::default_health_port("gbtmaker") == 9101);
    CHECK(config::default_health_port("sserver") == 9103);
    CHECK(config::default_health_port("proxy") == 9109);
}

TEST_CASE("a health port that others can reach needs the secret of direct messages") {
    CHECK(refusal("health_address = \"0.0.0.0\"\n" + chain + node)
              .ends_with("health_address needs direct_secret"));
    CHECK(read("health_address = \"0.0.0.0\"\ndirect_secret = \"s\"\n" + chain + node));
    CHECK(read("health_address = \"::1\"\n" + chain + node));
}

TEST_CASE("a user of Kafka belongs to a way of proving it, and a certificate to its key") {
    const std::string kafka = "[bus]\nurl = \"kafka://a:9092\"\n";
    CHECK_FALSE(read(kafka + "user = \"u\"\npassword = \"p\"\n" + chain + node));
    CHECK_FALSE(read(kafka + "security = \"sasl_ssl\"\n" + chain + node));
    CHECK_FALSE(read(kafka + "certificate_file = \"/c\"\n" + chain + node));
    CHECK(read(kafka + "security = \"sasl_ssl\"\nuser = \"u\"\npassword = \"p\"\n" + chain + node));
}
