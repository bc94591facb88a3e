// What a share costs sserver by part, and a job for many sessions, without sockets and disks:
// nanoseconds of CPU beside floors that only hash or copy. A share is verified and refused, or
// verified and taken; the port counts, and every 64 shares all are durable.
//   sserver_bench [ROUNDS]   default 20, of 200 sessions with 50 shares each
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "common/base/assert.hpp"
#include "common/stratum/response.hpp"
#include "sserver/loop_sessions.hpp"
#include "tests/sserver/builders.hpp"

namespace {

using namespace lode;
using namespace lode::sserver;

constexpr std::uint32_t sessions_count = 200;
constexpr std::uint32_t shares_each = 50;
constexpr std::uint32_t shares_count = sessions_count * shares_each;
constexpr std::uint32_t idle_count = 10'000;
constexpr int branch_size = 12;  // a block of 2,000 to 4,000 transactions
constexpr const char* user = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq.rig7";

double cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// Keeps the compiler from leaving out what gives `value`.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

// The least time a step took in any round: what others do on the machine only adds.
class Stage {
  public:
    explicit Stage(const char* name) : name_(name) {}
    template <class Round>
    void run(const Round& round) {
        const double before = cpu_ns();
        round();
        least_ = std::min(least_, cpu_ns() - before);
    }
    void print(std::uint32_t steps) const {
        std::printf("%-44s %8.0f ns\n", name_, least_ / steps);
    }

  private:
    const char* name_;
    double least_ = 1e18;
};

JobPtr big_job(std::uint64_t id) {
    v1::Job message = test::job_message({.id = id, .network_exponent = 40});
    for (int i = 1; i < branch_size; ++i) {
        message.mutable_bitcoin()->add_merkle_branch(std::string(32, 'c'));
    }
    message.mutable_bitcoin()->set_coinbase_suffix(std::string(150, 's'));
    return make_job(message, {.made = test::start.steady}).value();
}

// The share that a session sends as its n-th.
stratum::Submit submit_of(std::uint32_t n) {
    stratum::Submit submit = test::a_submit();
    submit.user = user;
    submit.extranonce2 = *stratum::short_bytes_from_hex("00000000" + stratum::hex32(n));
    submit.nonce = n * 0x9e3779b9U;
    submit.version_bits = 0x00002000;
    return submit;
}

std::string line_of(const stratum::Submit& submit, std::uint32_t n) {
    return R"({"params": [")" + std::string(user) + R"(", ")" + stratum::job_id_text(*submit.job) +
           R"(", "00000000)" + stratum::hex32(n) + R"(", ")" + stratum::hex32(submit.time) +
           R"(", ")" + stratum::hex32(submit.nonce) + R"(", "00002000"], "id": )" +
           std::to_string(n + 4) + R"(, "method": "mining.submit"})";
}

class CountingPort final : public LoopPort {
  public:
    void send(ClientId, std::string_view text) override { bytes += text.size(); }
    void send(ClientId, const SharedText& text) override { bytes += text->size(); }
    void close(ClientId) override { std::abort(); }
    void look_at(ClientId, SteadyTime) override {}
    [[nodiscard]] bool ask_to_let_go(const SessionId&, ClientId) override { return false; }
    Result<void> publish(const SharePtr& share) override {
        newest = share->sequence();
        return success();
    }
    void spool(const SharePtr&) override { std::abort(); }
    void read_spool(Sequence, std::size_t) override { std::abort(); }
    void forget_spooled(Sequence) override { std::abort(); }
    [[nodiscard]] bool spool_full() const override { return true; }
    void solved(const std::shared_ptr<const v1::SolvedShare>&) override { std::abort(); }

    std::size_t bytes = 0;
    std::uint64_t newest = 0;
};

ClientId client(std::uint32_t slot) {
    return ClientId((std::uint64_t{1} << 32) | slot);
}

ListenerRules listener_at(int exponent) {
    ListenerRules rules;
    rules.vardiff.exponent_min = rules.vardiff.exponent_max = exponent;  // it stays
    rules.start_exponent = exponent;
    return rules;
}

// A loop with logged-in sessions, all at one difficulty.
struct Pool {
    Pool(int exponent, std::uint32_t count) : listener(listener_at(exponent)) {
        world.rules.users.mode = UserMode::address;
        sessions.job(big_job(0x1000), now.steady);
        const std::string authorize =
            R"({"id":2,"method":"mining.authorize","params":[")" + std::string(user) + R"(","x"]})";
        for (std::uint32_t i = 0; i < count; ++i) {
            LODE_ASSERT(sessions.admit(IpAddress(), now.steady));
            sessions.opened({client(i), IpAddress()}, listener, now.steady);
            sessions.line(client(i),
                          R"({"id":3,"method":"mining.configure","params":[["version-rolling"],)"
                          R"({"version-rolling.mask":"1fffe000"}]})",
                          now);
            sessions.line(client(i), R"({"id":1,"method":"mining.subscribe","params":[]})", now);
            sessions.line(client(i), authorize, now);
        }
    }
    void submit_all(const std::vector<std::string>& lines) {
        for (std::uint32_t i = 0; i < shares_count; ++i) {
            sessions.line(client(i % sessions_count), lines[i / sessions_count], now);
            if (i % 64 == 63) all_durable();
        }
        all_durable();
    }
    void all_durable() {
        while (durable < port.newest) sessions.stream().delivered(Sequence(++durable), now.steady);
    }
    [[nodiscard]] std::uint64_t counted(ShareVerdict verdict) const {
        return probe.verdicts[static_cast<std::size_t>(verdict)].value();
    }

    test::World world;
    ListenerRules listener;
    Moment now = test::start;
    CountingPort port;
    metrics::Registry registry;
    LoopProbe probe{registry, 0};
    // All sessions are of one address.
    Guard guard{{.connections_max = 1'000'000, .connects_per_minute = 1'000'000},
                GuardProbe(registry),
                [](const Ban&) {}};
    LoopSessions sessions{{.rules = world.rules,
                           .numbers = world.numbers,
                           .parked = world.parked,
                           .guard = guard,
                           .stream = {.id = stream_id(5, 1, 0)}},
                          port,
                          probe};
    std::uint64_t durable = 0;
};

struct Prepared {
    Prepared() {
        for (std::uint32_t n = 0; n < shares_each; ++n) {
            submits.push_back(submit_of(n));
            lines.push_back(line_of(submits.back(), n));
        }
    }
    [[nodiscard]] ShareClaim claim(std::uint32_t i) {
        return {.job = *job,
                .standing = Standing::in_force,
                .extranonce1 = extranonce1(5, SessionNumber(i % sessions_count)),
                .version_mask = 0x1fffe000,
                .exponent = exponent_min,
                .worker = &worker,
                .submit = submits[i / sessions_count],
                .oldest_job = job->id,
                .roots = roots};
    }

    JobPtr job = big_job(0x1000);
    Worker worker = parse_login(user, {}).value();
    Origin origin{"sserver-5", "main"};
    MerkleRoots roots;
    std::vector<stratum::Submit> submits;
    std::vector<std::string> lines;
};

// Only the compressions that a share needs: two of the coinbase behind the prefix, three for each
// step of the branch, three of the header, and one for the coinbase's second hash.
void hash_floor(const Prepared& prepared) {
    const Bytes blocks(64, 7);
    bitcoin::Sha256State state;
    const auto count = prepared.job->coinbase_suffix.size() / 64 + 2 + 3 * branch_size + 3;
    for (std::size_t i = 0; i < count; ++i) state.compress(blocks);
    keep(state);
}

// ---- the parts -----------------------------------------------------------------------------

class Parts {
  public:
    void round(Prepared& prepared) {
        each(floor_, [&](std::uint32_t) { hash_floor(prepared); });
        std::string buffer;
        each(copy_, [&](std::uint32_t i) {
            buffer = prepared.lines[i / sessions_count];
            keep(buffer);
        });
        stratum::RequestReader reader;
        each(read_, [&](std::uint32_t i) {
            const auto request = reader.read(prepared.lines[i / sessions_count]);
            if (!request || request.value().body.index() != 4) std::abort();
        });
        std::vector<DuplicateFilter> unused(1);
        each(judge_, [&](std::uint32_t i) {
            ShareClaim claim = prepared.claim(i);
            claim.exponent = exponent_max;
            keep(judge(claim, unused[0], test::start.steady));
        });
        each(again_, [&](std::uint32_t i) {
            ShareClaim claim = prepared.claim(i % sessions_count);
            claim.exponent = exponent_max;
            keep(judge(claim, unused[0], test::start.steady));
        });
        std::vector<DuplicateFilter> seen(sessions_count);
        std::vector<Judgement> judgements(shares_count);
        each(remember_, [&](std::uint32_t i) {
            judgements[i] = judge(prepared.claim(i), seen[i % sessions_count], test::start.steady);
        });
        each(message_, [&](std::uint32_t i) {
            const ShareClaim claim = prepared.claim(i);
            keep(make_share({prepared.origin, claim, judgements[i].check, test::start.unix}));
        });
        each(answer_, [&](std::uint32_t) { keep(stratum::true_line("1234")); });
    }
    void print() const {
        for (const Stage* stage :
             {&floor_, &copy_, &read_, &judge_, &again_, &remember_, &message_, &answer_}) {
            stage->print(shares_count);
        }
    }

  private:
    template <class Step>
    static void each(Stage& stage, const Step& step) {
        stage.run([&] {
            for (std::uint32_t i = 0; i < shares_count; ++i) step(i);
        });
    }
    Stage floor_{"floor: the hash function's blocks"};
    Stage copy_{"floor: a copy of the line"};
    Stage read_{"read the request"};
    Stage judge_{"judge, refused"};
    Stage again_{"judge, refused, extranonce2 as before"};
    Stage remember_{"judge, taken and remembered"};
    Stage message_{"make the message"};
    Stage answer_{"write the answer"};
};

}  // namespace

int main(int count, char** arguments) {
    const int rounds = count > 1 ? std::atoi(arguments[1]) : 20;
    Prepared prepared;
    Parts parts;
    Stage refused("whole share, refused");
    Stage taken("whole share, taken and answered");
    Stage notify("a job to one of 10,000 sessions");
    Pool idle(exponent_max, idle_count);
    for (int round = 0; round < rounds; ++round) {
        parts.round(prepared);
        Pool hard(exponent_max, sessions_count);
        refused.run([&] { hard.submit_all(prepared.lines); });
        if (hard.counted(ShareVerdict::low_difficulty) != shares_count) std::abort();
        Pool easy(exponent_min, sessions_count);
        taken.run([&] { easy.submit_all(prepared.lines); });
        // At the least difficulty one hash in 65,536 is no share.
        if (easy.counted(ShareVerdict::accepted) < shares_count - 10) std::abort();
        const JobPtr job = big_job(0x1001 + static_cast<std::uint64_t>(round));
        notify.run([&] { idle.sessions.job(job, test::start.steady); });
    }
    parts.print();
    refused.print(shares_count);
    taken.print(shares_count);
    notify.print(idle_count);
    return 0;
}
