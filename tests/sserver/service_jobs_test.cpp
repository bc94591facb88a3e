// Jobs that come straight while their jobmaker cannot reach the bus, through the whole server.
#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/gated_server.hpp"

using namespace lode;
using namespace lode::test;

namespace {

// What the job topic holds.
class JobTopic {
  public:
    explicit JobTopic(GatedServer& server) : server_(server) {
        server->on_loop([&] {
            bus::ConsumerOptions options;
            options.start = bus::StartAt::earliest;
            reader_.emplace(bus::Consumer<v1::JobMessage>::open(
                                server->bus(), bus::topics::job, "regtest", options, server->loop(),
                                [this](const auto& records) {
                                    for (const auto& one : records) {
                                        held_.push_back(one.message->SerializeAsString());
                                    }
                                })
                                .value());
            return 0;
        });
    }
    ~JobTopic() {
        server_->on_loop([this] {
            reader_.reset();
            return 0;
        });
    }
    [[nodiscard]] std::vector<std::string> held() {
        return server_->on_loop([this] { return held_; });
    }

  private:
    GatedServer& server_;
    std::vector<std::string> held_;
    std::optional<bus::Consumer<v1::JobMessage>> reader_;
};

v1::JobMessage direct_job(GatedServer& server, std::uint64_t id) {
    auto message = server->message_of({.id = id});
    message.set_source("jobmaker-1a2b3c4d");
    message.set_generation(7);
    return message;
}

// Waits, while time passes some hundred times as fast.
template <class Question>
void wait_long(GatedServer& server, Question so) {
    server.wait_until([&] {
        server->clock.advance(std::chrono::milliseconds(5));
        return so();
    });
}

std::size_t kept(const std::filesystem::path& folder) {
    const std::filesystem::directory_iterator files(folder / "sserver" / "jobs");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

TEST_CASE("a job that stays away from the bus is sent there as it came, others are not") {
    const TemporaryFolder folder;
    GatedServer server(folder.path(), GatedBus::Gate::open);
    JobTopic topic(server);
    auto had = server->message_of({.id = 0x1000});
    REQUIRE(server->post(had) == 200);
    server.wait_until([&] { return kept(folder.path()) == 1; });
    server->publish({.id = 0x1000});
    server.wait_until([&] { return kept(folder.path()) == 0; });
    const auto lost = direct_job(server, 0x2000);
    REQUIRE(server->post(lost) == 200);
    wait_long(server, [&] { return topic.held().size() == 2; });
    CHECK(topic.held().back() == lost.SerializeAsString());
    server.wait_until([&] { return kept(folder.path()) == 0; });
    // And once is enough: the next one comes behind it.
    const auto next = direct_job(server, 0x3000);
    REQUIRE(server->post(next) == 200);
    wait_long(server, [&] { return topic.held().size() > 2; });
    CHECK(topic.held().back() == next.SerializeAsString());
}

TEST_CASE("a server that is killed has the jobs of what it answered, and the next one sends them") {
    const TemporaryFolder folder;
    const TemporaryFolder killed;
    GatedServer server(folder.path(), GatedBus::Gate::shut);
    const auto lost = direct_job(server, 0x2000);
    REQUIRE(server->post(lost) == 200);
    REQUIRE(server->listens());
    WireMiner miner(server->port());
    miner.login();
    mine_shares(server, miner, 3);
    copy_as_killed(folder.path(), killed.path());
    REQUIRE(kept(killed.path()) == 1);
    GatedServer after(killed.path(), GatedBus::Gate::open);
    JobTopic topic(after);
    after.wait_until([&] { return after.bus().log().size() == 3; });
    after.wait_until([&] { return kept(killed.path()) == 0; });
    after.wait_until([&] { return !topic.held().empty(); });  // a reader of its own
    CHECK(topic.held() == std::vector{lost.SerializeAsString()});
}

TEST_CASE("a job of before that comes late goes to no miner") {
    const TemporaryFolder folder;
    GatedServer server(folder.path(), GatedBus::Gate::open);
    JobTopic topic(server);
    REQUIRE(server->post(direct_job(server, 0x2000)) == 200);
    REQUIRE(server->listens());
    WireMiner miner(server->port());
    miner.login();
    const auto newest = server->last_job;
    server->publish({.id = 0x1000, .clean = true, .tip = 9});
    server.wait_until([&] { return topic.held().size() == 1; });
    const auto answer = miner.submit(*newest, Want::share_only);
    CHECK(answer.find(R"("id":77,"result":true)") != std::string::npos);  // it is not stale
    CHECK(answer.find("mining.notify") == std::string::npos);
}
