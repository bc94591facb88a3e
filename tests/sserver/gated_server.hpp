// The whole sserver on a bus whose share topic does what a test says.
#pragma once

#include "tests/sserver/gated_bus.hpp"
#include "tests/sserver/service_harness.hpp"

namespace lode::test {

// A server that takes its bus for Kafka, with one loop.
class GatedServer {
  public:
    GatedServer(const std::filesystem::path& folder, GatedBus::Gate gate,
                const std::string& settings = "")
        : server_(folder,
                  "id = 5\nloops = 1\nspool_after = \"50ms\"\n" + settings +
                      "\n[bus]\nurl = \"kafka://127.0.0.1:1\"",
                  RunningServer::free_port(), [this, gate](std::unique_ptr<bus::Bus> behind) {
                      auto gated = std::make_unique<GatedBus>(std::move(behind), gate);
                      bus_ = gated.get();
                      return gated;
                  }) {
        REQUIRE(server_.started);
    }
    RunningServer* operator->() { return &server_; }
    [[nodiscard]] GatedBus& bus() { return *bus_; }

    // Asks again until it is so, which a dead thing never is.
    template <class Question>
    void wait_until(Question so) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!so()) REQUIRE(std::chrono::steady_clock::now() < end);
    }
    [[nodiscard]] std::string detail() { return server_.health().detail; }

  private:
    GatedBus* bus_ = nullptr;
    RunningServer server_;
};

inline void mine_shares(GatedServer& server, WireMiner& miner, int count) {
    for (; count > 0; --count) {
        const auto answer = miner.submit(*server->last_job, Want::share_only, miner.next_nonce);
        REQUIRE(answer.find(R"("id":77,"result":true)") != std::string::npos);
    }
}

// The disk as it is now is what a kill would leave. The lease stays behind: it knows copies.
inline void copy_as_killed(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::create_directories(to / "sserver");
    for (const char* name : {"spool", "jobs", "epoch"}) {
        std::filesystem::copy(from / "sserver" / name, to / "sserver" / name,
                              std::filesystem::copy_options::recursive);
    }
}

}  // namespace lode::test
