// What markets of hash power demand of every job, over random sequences of jobs, suggestions,
// shares and new connections.
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>

#include "common/json/document.hpp"
#include "common/messages/job.pb.h"
#include "sserver/job_gate.hpp"
#include "tests/sserver/session_miner.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

ListenerRules rented() {
    ListenerRules rules;
    rules.start_exponent = 19;
    rules.vardiff.exponent_min = 19;
    return rules;
}

// One connection after another to one session, each checked as a market's proxy would.
struct Market : Miner {
    Market() {
        publish(true);
        connect();
    }

    void connect() {
        Session next(world.view, rules, 0, now.steady);
        if (session.number()) next.resume(session.leave(), now.steady);
        session = std::move(next);
        prev_hash.clear();
        (void)subscribe();
        hear(authorize());
    }
    // A jobmaker calls jobs clean as it likes.
    void publish(bool clean) {
        v1::JobMessage message;
        *message.mutable_job() =
            job_message({.id = ++last_job, .network_exponent = 40, .clean = clean, .tip = tip});
        message.set_produced_unix_ms(to_unix_ms(now.unix));
        const JobPtr job = gate.take(message, {.now = now}).value();
        REQUIRE(job);
        world.book.add(job, now.steady);
        hear(session.offer(job, now.steady));
    }
    void hear(const Reply& reply) {
        std::string text = reply.text + (reply.notify ? *reply.notify : "");
        for (std::size_t end; (end = text.find('\n')) != std::string::npos;) {
            const auto line = json::Document::parse(text.substr(0, end));
            text.erase(0, end + 1);
            REQUIRE(line);
            const auto method = line.value().root().member("method").string().value_or("");
            if (method == "mining.set_difficulty") difficulty(line.value().root());
            if (method == "mining.notify") notify(line.value().root().member("params"));
        }
    }
    void difficulty(const json::Value& line) {
        const auto value = line.member("params")[0].uint64();
        REQUIRE(value);
        CHECK(*value >= 500'000);
        has_difficulty = true;
    }
    void notify(const json::Value& params) {
        CHECK(has_difficulty);
        const std::string id(params[0].string().value());
        const std::string hash(params[1].string().value());
        const bool clean = params[8].boolean().value();
        const bool first = prev_hash.empty();
        // A first one is clean but for a reissue that a resumed session goes on with.
        CHECK((first || clean == (hash != prev_hash)));
        // Only who comes back sees a job twice.
        CHECK((ids.insert(id).second || first));
        prev_hash = hash;
    }

    ListenerRules rules = rented();
    JobGate gate{10min};
    std::uint64_t last_job = 0x2000;
    std::uint8_t tip = 1;
    std::string prev_hash;  // of the connection's last job
    bool has_difficulty = false;
    std::set<std::string> ids;
};

}  // namespace

TEST_CASE("clean means another previous hash, job ids are unique, no difficulty is below 500,000") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        std::mt19937 random(seed);
        Market market;
        for (int step = 0; step < 300; ++step) {
            market.advance(std::chrono::seconds(random() % 40));
            switch (random() % 6) {
                case 0:
                    ++market.tip;
                    [[fallthrough]];
                case 1:
                case 2:
                    market.publish(random() % 2 == 0);
                    break;
                case 3:
                    market.hear(
                        market.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[)" +
                                   std::to_string(1 + random() % 4'000'000) + "]}"));
                    break;
                case 4:
                    market.hear(market.authorize("alice.rig", random() % 8 == 0 ? "d=1" : "x"));
                    break;
                default:
                    if (random() % 4 == 0) market.connect();
            }
        }
        CHECK(market.ids.size() > 50);
    }
}
