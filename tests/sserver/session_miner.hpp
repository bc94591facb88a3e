// A miner at one session of its own: says lines, finds shares, moves time by hand.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <string_view>

#include "common/stratum/client.hpp"
#include "tests/sserver/builders.hpp"

namespace lode::test {

// The salts that a miner works with: those of the notifications it had.
class ToldSalts {
  public:
    void hear(std::string_view lines) {
        for (; !lines.empty(); lines.remove_prefix(lines.find('\n') + 1)) {
            const auto message = stratum::parse_pool_line(lines.substr(0, lines.find('\n')));
            REQUIRE(message);
            const auto* job = std::get_if<stratum::PoolJob>(&message.value().body);
            if (job == nullptr) continue;
            const JobId id = stratum::parse_job_id(job->id).value();
            if (sserver::parse_wire_id(id).reissue == 0) continue;
            std::copy(job->coinbase_prefix.end() - sserver::salt_size, job->coinbase_prefix.end(),
                      salts_[id].begin());
        }
    }
    // Empty for a job that was not sent again.
    [[nodiscard]] std::optional<sserver::Salt> of(JobId id) const {
        const auto found = salts_.find(id);
        if (found == salts_.end()) return std::nullopt;
        return found->second;
    }

  private:
    std::map<JobId, sserver::Salt> salts_;
};

struct Miner {
    explicit Miner(int start_exponent = -30)
        : session(world.view, starting_at(start_exponent), 0, now.steady) {
        world.book.add(a_job(), now.steady);
    }

    sserver::Reply say(std::string_view line) {
        const auto request = reader.read(line);
        REQUIRE(request);
        return heard(session.receive(request.value(), now));
    }
    sserver::Reply subscribe() {
        return say(R"({"id":1,"method":"mining.subscribe","params":["test/1"]})");
    }
    sserver::Reply authorize(const std::string& user = "alice.rig",
                             const std::string& password = "x") {
        return say(R"({"id":2,"method":"mining.authorize","params":[")" + user + R"(",")" +
                   password + R"("]})");
    }
    // Wishes for 2^exponent.
    sserver::Reply suggest(int wished) {
        const auto target = sserver::share_target(wished).target.to_hash();
        return say(R"({"id":3,"method":"mining.suggest_target","params":[")" +
                   bitcoin::to_display_hex(target) + "\"]}");
    }
    void login() {
        (void)subscribe();
        (void)authorize();
    }
    sserver::Reply next_job(const JobSpec& spec) {
        const sserver::JobPtr job = a_job(spec, now.steady);
        world.book.add(job, now.steady);
        return heard(session.offer(job, now.steady));
    }
    // The first share at or above `nonce` that is as wanted.
    sserver::Reply submit(Want want = Want::share_only, stratum::Submit like = a_submit()) {
        const sserver::JobIssue issue = sserver::parse_wire_id(*like.job);
        const sserver::JobPtr job = world.book.find(issue.job)->job;
        const auto found = mine(*job,
                                {.extranonce1 = 5u << 20,
                                 .exponent = exponent,
                                 .want = want,
                                 .salt = salts.of(*like.job)},
                                like);
        nonce = found.nonce + 1;
        return heard(session.receive({.id = "9", .body = found}, now));
    }
    sserver::Reply submit_at(const sserver::JobIssue& issue, Want want = Want::share_only) {
        stratum::Submit like = a_submit(sserver::wire_id(issue).value());
        like.nonce = nonce;
        return submit(want, like);
    }
    void advance(Duration by) {
        now.steady += by;
        now.unix += std::chrono::floor<std::chrono::milliseconds>(by);
    }

    sserver::Reply heard(sserver::Reply reply) {
        salts.hear(reply.text);
        return reply;
    }

    World world;
    sserver::Moment now = start;
    stratum::RequestReader reader;
    sserver::Session session;
    ToldSalts salts;
    int exponent = -30;  // that the miner works at
    std::uint32_t nonce = 0;
};

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace lode::test
