// A miner at one session of its own: says lines, finds shares, moves time by hand.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "tests/sserver/builders.hpp"

namespace lode::test {

struct Miner {
    explicit Miner(int start_exponent = -30)
        : session(world.view, starting_at(start_exponent), 0, now.steady) {
        world.book.add(a_job(), now.steady);
    }

    sserver::Reply say(std::string_view line) {
        const auto request = reader.read(line);
        REQUIRE(request);
        return session.receive(request.value(), now);
    }
    sserver::Reply subscribe() {
        return say(R"({"id":1,"method":"mining.subscribe","params":["test/1"]})");
    }
    sserver::Reply authorize(const std::string& user = "alice.rig",
                             const std::string& password = "x") {
        return say(R"({"id":2,"method":"mining.authorize","params":[")" + user + R"(",")" +
                   password + R"("]})");
    }
    void login() {
        (void)subscribe();
        (void)authorize();
    }
    sserver::Reply next_job(const JobSpec& spec) {
        const sserver::JobPtr job = a_job(spec, now.steady);
        world.book.add(job, now.steady);
        return session.offer(job, now.steady);
    }
    // The first share at or above `nonce` that is as wanted.
    sserver::Reply submit(Want want = Want::share_only, stratum::Submit like = a_submit()) {
        const sserver::JobIssue issue = sserver::parse_wire_id(*like.job);
        const sserver::JobPtr job = world.book.find(issue.job)->job;
        const auto found =
            mine(*job, {.extranonce1 = 5u << 20, .exponent = exponent, .want = want}, like);
        nonce = found.nonce + 1;
        return session.receive({.id = "9", .body = found}, now);
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

    World world;
    sserver::Moment now = start;
    stratum::RequestReader reader;
    sserver::Session session;
    int exponent = -30;  // that the miner works at
    std::uint32_t nonce = 0;
};

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace lode::test
