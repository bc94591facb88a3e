// The server's defence as a whole: bans reach every loop and the bus.
#include <catch2/catch_test_macros.hpp>

#include "common/messages/event.pb.h"
#include "tests/sserver/service_harness.hpp"

using namespace lode;
using namespace lode::test;

namespace {

void talk_nonsense(std::uint16_t port) {
    Client client(port);
    client.send("one\ntwo\nthree\nfour\nfive\n");
    CHECK(client.closed_by_server());
}

}  // namespace

TEST_CASE("a ban on one loop closes the address's connections on the other, and is told") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(), "loops = 2\nban_after = 1\n");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    WireMiner miner(server.port());
    miner.login();
    talk_nonsense(server.port());  // on the other loop, which has fewer connections
    talk_nonsense(server.port());  // the miner's connection makes up for one
    CHECK(miner.client().read_until("banned for 300 s: malformed").find("show_message") !=
          std::string::npos);
    CHECK(miner.client().closed_by_server());
    CHECK(Client(server.port()).closed_by_server());

    auto events = all_of(server, bus::topics::event);
    while (events.empty()) events = all_of(server, bus::topics::event);
    REQUIRE(events.size() == 1);
    CHECK(events[0]->ban().address() == "127.0.0.1");
    CHECK(events[0]->ban().reason() == "malformed");
    CHECK(events[0]->ban().seconds() == 300);
    CHECK(events[0]->chain() == "regtest");
}

TEST_CASE("an address on the allow list talks as it likes") {
    const TemporaryFolder folder;
    RunningServer server(folder.path(),
                         "ban_after = 1\nmax_connects_per_minute = 1\nallow = [\"127.0.0.0/8\"]\n");
    server.publish({.id = 0x1000});
    REQUIRE(server.listens());
    for (int i = 0; i < 5; ++i) talk_nonsense(server.port());
    WireMiner miner(server.port());
    miner.login();
    CHECK(all_of(server, bus::topics::event).empty());
}
