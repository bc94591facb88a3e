// Tips of scripted nodes, one each of what a node may be.
#include "sserver/node_watcher.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "common/http/server.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::sserver;

namespace {

constexpr std::string_view work_text =
    "0000000000000000000000000000000000000000000000000000000000000102";

// Answers every call with the same body.
http::Server a_node(const std::string& body) {
    http::Router router;
    router.add(http::Method::post, "/", [body](const auto&, const http::Responder& responder) {
        responder.send({.status = 200, .body = body});
    });
    return http::Server::start({}, router).value();
}

std::string info(std::string_view syncing) {
    return R"({"error":null,"id":1,"result":{"chain":"regtest","blocks":7,"headers":7,)"
           R"("bestblockhash":"00000000000000000000000000000000000000000000000000000000000000aa",)"
           R"("initialblockdownload":)" +
           std::string(syncing) + R"(,"chainwork":")" + std::string(work_text) + R"("}})";
}

config::NodeConfig settings_of(const http::Server& node) {
    return {.url = "http://127.0.0.1:" + std::to_string(node.port()),
            .user = "u",
            .password = Secret("p")};
}

}  // namespace

TEST_CASE("each node's tip is told by its number; who syncs or makes no sense has none") {
    const http::Server good = a_node(info("false"));
    const http::Server syncing = a_node(info("true"));
    const http::Server broken = a_node("{}");
    test::WaitingScheduler home;
    std::map<std::size_t, std::optional<NodeTip>> tips;
    const auto watcher = NodeWatcher::open(
        {settings_of(syncing), settings_of(good), settings_of(broken)}, home,
        [&](std::size_t node, const std::optional<NodeTip>& tip) { tips[node] = tip; });
    REQUIRE(watcher);
    home.run_until([&] { return tips.size() == 3; });
    CHECK_FALSE(tips[0]);
    CHECK_FALSE(tips[2]);
    REQUIRE(tips[1]);
    CHECK(tips[1]->height == 7);
    CHECK(tips[1]->chainwork == bitcoin::Uint256(0x102));
}

TEST_CASE("a node whose url is none is refused") {
    test::WaitingScheduler home;
    const auto watcher = NodeWatcher::open({{.url = "nonsense"}}, home, [](auto, const auto&) {});
    REQUIRE_FALSE(watcher);
    CHECK(watcher.error().code == ErrorCode::malformed);
}
