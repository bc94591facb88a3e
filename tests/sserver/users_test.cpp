// Who may mine under which name.
#include "sserver/users.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sserver;

namespace {

const UserRules regtest{.mode = UserMode::address, .network = bitcoin::Network::regtest};
const UserRules open_pool{.mode = UserMode::open, .network = bitcoin::Network::regtest};
// The example address of BIP 173, for regtest.
const std::string address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

std::string refusal(std::string_view login, const UserRules& rules) {
    const auto worker = parse_login(login, rules);
    return worker ? "taken" : worker.error().context;
}

}  // namespace

TEST_CASE("an address with and without a worker is taken apart") {
    const auto plain = parse_login(address, regtest).value();
    CHECK(plain.user == address);
    CHECK(plain.name.empty());
    const auto named = parse_login(address + ".rig-1.left", regtest).value();
    CHECK(named.user == address);
    CHECK(named.name == "rig-1.left");
    CHECK(named.login == address + ".rig-1.left");
}

TEST_CASE("the user is canonical however the address was written") {
    std::string upper = address;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    const auto worker = parse_login(upper + ".Rig", regtest).value();
    CHECK(worker.user == address);
    CHECK(worker.name == "Rig");
    CHECK(worker.login == upper + ".Rig");
}

TEST_CASE("what is no address of this chain is refused with a text") {
    CHECK(refusal("alice", regtest).starts_with("user name is no payout address of this chain "));
    CHECK(refusal("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4.rig", regtest)
              .starts_with("user name is no payout address of this chain (regtest)"));
    CHECK(refusal(".rig", regtest) == "user name is empty");
    CHECK(refusal("", regtest) == "user name is empty");
}

TEST_CASE("an open pool takes names of its alphabet") {
    CHECK(parse_login("alice_B-2.rig", open_pool).value().user == "alice_B-2");
    CHECK(refusal("alice bob", open_pool) == "user name may have letters, digits, - and _ only");
    CHECK(refusal("al\xc3\xa9", open_pool) == "user name may have letters, digits, - and _ only");
    CHECK(parse_login(std::string(128, 'a'), open_pool));
    CHECK(refusal(std::string(129, 'a'), open_pool) == "user name is longer than 128 bytes");
}

TEST_CASE("worker names are bounded and harmless") {
    CHECK(parse_login("a." + std::string(64, 'w'), open_pool));
    CHECK(refusal("a." + std::string(65, 'w'), open_pool) == "worker name is longer than 64 bytes");
    CHECK(parse_login("a.rig#1/x:y@z", open_pool));
    for (const char* bad :
         {"a.b c", "a.b\"", "a.<b>", "a.b\\", "a.b\x01", "a.b\x7f", "a.\xc3\xa9"}) {
        INFO(bad);
        CHECK_FALSE(parse_login(bad, open_pool));
    }
}

TEST_CASE("a registered pool takes the names it knows, byte by byte") {
    RegisteredUsers users;
    const UserRules rules{.mode = UserMode::registered, .registered = &users};
    CHECK(refusal("alice", rules) == "the pool does not know its users yet, try again");
    users.set(std::make_shared<UserNames>(std::vector{mark_of("alice"), mark_of(address)}));
    const auto worker = parse_login("alice.rig", rules).value();
    CHECK(worker.user == "alice");
    CHECK(worker.name == "rig");
    CHECK(parse_login(address, rules));
    const std::string unknown =
        "user name is not registered: register with the pool first (case counts)";
    CHECK(refusal("bob.rig", rules) == unknown);
    CHECK(refusal("Alice", rules) == unknown);
    CHECK(refusal("al ice", rules) == "user name may have letters, digits, - and _ only");
    CHECK(refusal("", rules) == "user name is empty");
    users.set(std::make_shared<UserNames>(std::vector{mark_of("bob")}));
    CHECK(parse_login("bob", rules));
    CHECK(refusal("alice", rules) == unknown);
}
