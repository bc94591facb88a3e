// All sessions of a loop with a port that writes down what is wanted of it.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sserver/loop_sessions.hpp"
#include "tests/sserver/session_miner.hpp"

namespace lode::test {

using namespace sserver;

class RecordingPort final : public LoopPort {
  public:
    void send(ClientId client, std::string_view text) override { sent[client] += text; }
    void send(ClientId client, const SharedText& text) override { sent[client] += *text; }
    void close(ClientId client) override { closed.push_back(client); }
    void look_at(ClientId client, SteadyTime when) override { looks[client] = when; }
    bool ask_to_let_go(const SessionId& session, ClientId client) override {
        asked.emplace_back(session, client);
        return true;
    }
    Result<void> publish(const SharePtr& share) override {
        if (refuses) return failure(ErrorCode::exhausted, "the queue is full");
        published.push_back(share);
        return success();
    }
    // There is no spool here: share_stream_test has one.
    void spool(const SharePtr&) override { FAIL("no spool"); }
    void read_spool(Sequence, std::size_t) override { FAIL("no spool"); }
    void forget_spooled(Sequence) override { FAIL("no spool"); }
    [[nodiscard]] bool spool_full() const override { return true; }
    void solved(const std::shared_ptr<const v1::SolvedShare>& share) override {
        blocks.push_back(share);
    }

    std::map<ClientId, std::string> sent;
    std::vector<ClientId> closed;
    std::vector<std::pair<SessionId, ClientId>> asked;
    std::map<ClientId, SteadyTime> looks;
    std::vector<std::shared_ptr<const v1::Share>> published;
    std::vector<std::shared_ptr<const v1::SolvedShare>> blocks;
    bool refuses = false;
};

// A client's id as the loop makes it: generation above slot.
inline ClientId client(std::uint32_t slot, std::uint32_t generation = 1) {
    return ClientId((std::uint64_t{generation} << 32) | slot);
}

struct Loop {
    explicit Loop(LogAddresses addresses = LogAddresses::full) : log_addresses(addresses) {
        sessions.job(a_job(), now.steady);
    }

    void open(ClientId id, const std::string& text = "192.0.2.1") {
        const IpAddress address = IpAddress::parse(text).value();
        REQUIRE(sessions.admit(address, now.steady));
        sessions.opened({id, address}, test::starting_at(-30), now.steady);
    }
    void login(ClientId id) {
        open(id);
        sessions.line(id, R"({"id":1,"method":"mining.subscribe","params":[]})", now);
        sessions.line(id, R"({"id":2,"method":"mining.authorize","params":["alice.rig",""]})", now);
    }
    // A share found by the miner whose session number is given; with a salt on the job's first
    // reissue.
    std::string submit_line(std::uint32_t number, Want want, std::optional<Salt> salt = {}) {
        stratum::Submit begin = a_submit();
        begin.nonce = nonce;
        const auto found =
            mine(*job, {.extranonce1 = (5u << 20) | number, .want = want, .salt = salt}, begin);
        nonce = found.nonce + 1;
        return R"({"id":"s","method":"mining.submit","params":["alice.rig",")" +
               stratum::job_id_text(wire_id({JobId(0x1000), salt ? 1u : 0u})) +
               R"(","0000000000000000",")" + stratum::hex32(found.time) + "\",\"" +
               stratum::hex32(found.nonce) + "\"]}";
    }
    void submit(ClientId id, std::uint32_t number, Want want = Want::share_only) {
        sessions.line(id, submit_line(number, want), now);
    }
    void subscribe(ClientId id, const SessionId& session) {
        open(id);
        sessions.line(id,
                      R"({"id":1,"method":"mining.subscribe","params":["m",")" +
                          session_id_text(session) + "\"]}",
                      now);
    }
    [[nodiscard]] std::uint64_t counted(ShareVerdict verdict) {
        return probe.verdicts[static_cast<std::size_t>(verdict)].value();
    }

    World world;
    Moment now = start;
    JobPtr job = a_job();
    RecordingPort port;
    metrics::Registry registry;
    LoopProbe probe{registry, 0};
    std::vector<Ban> bans;
    LogAddresses log_addresses;
    GuardProbe guard_probe{registry};
    Guard guard{{.ban_after = 2}, guard_probe, [this](const Ban& ban) { bans.push_back(ban); }};
    LoopSessions sessions{{.rules = world.rules,
                           .numbers = world.numbers,
                           .parked = world.parked,
                           .guard = guard,
                           .log_addresses = log_addresses,
                           .stream = {.id = stream_id(5, 1, 0)}},
                          port,
                          probe};
    std::uint32_t nonce = 0;
};

inline const std::string answered = "{\"id\":\"s\",\"result\":true,\"error\":null}\n";

}  // namespace lode::test
