// Any bytes of a miner, line by line, into a loop's sessions: what is sent back is whole lines of
// JSON, nothing follows a close, and the shares published have no gap.
#include <algorithm>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/json/document.hpp"
#include "sserver/loop_sessions.hpp"
#include "tests/sserver/builders.hpp"

namespace {

using namespace lode;
using namespace lode::sserver;

class CheckingPort final : public LoopPort {
  public:
    void send(ClientId, std::string_view text) override {
        LODE_ASSERT(!closed && text.ends_with('\n'));
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            LODE_ASSERT(json::Document::parse(text.substr(0, end)));
            text.remove_prefix(end + 1);
        }
    }
    void send(ClientId client, const SharedText& text) override { send(client, *text); }
    void close(ClientId) override { closed = true; }
    void look_at(ClientId, SteadyTime) override {}
    bool ask_to_let_go(const SessionId&, ClientId) override { return false; }
    Result<void> publish(const std::shared_ptr<const v1::Share>& share) override {
        if (share->user() == "refused") return failure(ErrorCode::exhausted, "full");
        LODE_ASSERT(share->sequence() == ++published);
        LODE_ASSERT(share->user().size() <= user_size_max);
        LODE_ASSERT(share->worker().size() <= worker_size_max);
        return success();
    }
    // A stream without a spool asks for none of these.
    void spool(const SharePtr&) override { LODE_ASSERT(false); }
    void read_spool(Sequence, std::size_t) override { LODE_ASSERT(false); }
    void forget_spooled(Sequence) override { LODE_ASSERT(false); }
    bool spool_full() const override { return false; }
    void solved(const std::shared_ptr<const v1::SolvedShare>& share) override {
        LODE_ASSERT(share->bitcoin().header().size() == 80);
    }

    bool closed = false;
    std::uint64_t published = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const log::Capture silence;
    test::World world;
    metrics::Registry registry;
    LoopProbe probe(registry, 0);
    CheckingPort port;
    Guard guard({}, GuardProbe(registry), [](const Ban&) {});
    LoopSessions sessions({.rules = world.rules,
                           .numbers = world.numbers,
                           .parked = world.parked,
                           .guard = guard,
                           .stream = {.id = stream_id(5, 1, 0)}},
                          port, probe);
    // Every second hash is a share, as on regtest.
    static const JobPtr job = test::a_job({.network_exponent = exponent_min});
    sessions.job(job, test::start.steady);
    const ClientId client(1);
    LODE_ASSERT(sessions.admit(IpAddress(), test::start.steady));
    sessions.opened({client, IpAddress()}, test::starting_at(exponent_min), test::start.steady);
    std::string_view text = as_chars({data, size});
    while (!text.empty() && !port.closed) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        sessions.line(client, text.substr(0, end), test::start);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    for (std::uint64_t i = 1; i <= port.published; ++i) {
        if (i % 3 == 0) sessions.closed(client, {"gone"}, test::start.steady);
        port.closed = false;
        sessions.stream().delivered(Sequence(i), test::start.steady);
    }
    return 0;
}
