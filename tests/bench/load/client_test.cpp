// Logins, answers and jobs, from lines as pools write them.
#include "tests/bench/load/client.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/bench/load/pool_lines.hpp"

namespace lode::load {
namespace {

using namespace pool_lines;

TEST_CASE("a client is ready once it is subscribed, authorised and has a job, in any order") {
    std::vector<std::string> lines = {authorised(), job(1), subscribed()};
    std::ranges::sort(lines);
    do {
        Jobs jobs;
        Client client;
        CHECK(client.hear(lines[0], jobs, 1).meaning == Meaning::nothing);
        CHECK(client.hear(lines[1], jobs, 1).meaning == Meaning::nothing);
        CHECK(client.hear(lines[2], jobs, 1).meaning == Meaning::ready);
        CHECK(client.hear(job(2), jobs, 2).meaning == Meaning::job);
        CHECK(client.extranonce2_size() == 8);
    } while (std::ranges::next_permutation(lines).found);
}

TEST_CASE("a refused login is told apart") {
    Jobs jobs;
    Client client;
    const auto line = without_newline(stratum::error_line("2", stratum::RejectCode::unauthorised));
    CHECK(client.hear(line, jobs, 1).meaning == Meaning::refused);
    CHECK_FALSE(client.ready());
}

TEST_CASE("an answer is read the same in the plain shape and in any other") {
    Jobs jobs;
    Client client;
    for (const char* line : {R"({"id":1000007,"result":true,"error":null})",
                             R"({"error": null, "id": 1000007, "result": true})"}) {
        const Heard heard = client.hear(line, jobs, 1);
        CHECK(heard.meaning == Meaning::answer);
        CHECK(heard.id == 1'000'007);
        CHECK(heard.code == 0);
    }
    const std::string plain =
        without_newline(stratum::error_line("1000008", stratum::RejectCode::duplicate));
    const Heard heard = client.hear(plain, jobs, 1);
    CHECK(heard.code == 22);
    CHECK(heard.text == "duplicate share");
    const Heard other =
        client.hear(R"({"result":false,"id":1000008,"error":[22,"Duplicate",null]})", jobs, 1);
    CHECK(other.meaning == Meaning::answer);
    CHECK(other.code == 22);
}

TEST_CASE("a difficulty counts from the job that follows it") {
    Jobs jobs;
    Client client = working(jobs, -32);
    const auto before = client.target();
    CHECK(client.hear(difficulty(3), jobs, 2).meaning == Meaning::nothing);
    CHECK(client.target() == before);
    CHECK(client.hear(job(2), jobs, 3).meaning == Meaning::job);
    CHECK(client.target() == bitcoin::target_of_difficulty({8, 1}));
}

TEST_CASE("a job counts each client that has it, and when the first and the last had it") {
    Jobs jobs;
    std::vector<Client> clients(3);
    std::int64_t now = 10;
    for (Client& client : clients) {
        // Whether it is clean differs between clients and makes no other job.
        const auto clean = now == 10 ? stratum::CleanJobs::yes : stratum::CleanJobs::no;
        static_cast<void>(client.hear(job(5, 1, clean), jobs, now++));
    }
    static_cast<void>(clients[0].hear(job(6, 2), jobs, now));
    REQUIRE(jobs.spreads().size() == 2);
    CHECK(jobs.spreads()[0].clients == 3);
    CHECK(jobs.spreads()[0].first_ns == 10);
    CHECK(jobs.spreads()[0].last_ns == 12);
    CHECK(jobs.spreads()[1].clients == 1);
    CHECK(jobs.spreads()[1].job.merkle_branch.size() == 3);
}

TEST_CASE("a line that is no job and one that is not JSON end the login") {
    Jobs jobs;
    Client client;
    CHECK(client.hear(R"({"method":"mining.notify","params":[]})", jobs, 1).meaning ==
          Meaning::refused);
    CHECK(client.hear("HTTP/1.1 400 Bad Request", jobs, 1).meaning == Meaning::refused);
}

TEST_CASE("client.reconnect sends off") {
    Jobs jobs;
    Client client = working(jobs, -32);
    CHECK(client.hear(without_newline(stratum::reconnect_line()), jobs, 1).meaning ==
          Meaning::sent_off);
}

}  // namespace
}  // namespace lode::load
