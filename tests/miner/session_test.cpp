// A connection played through by hand.
#include "miner/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/log.hpp"
#include "common/bitcoin/target.hpp"
#include "common/stratum/fields.hpp"

using namespace lode;
using namespace lode::miner;
using namespace std::chrono_literals;

namespace {

const SteadyTime start = SteadyTime{} + 1h;

Session new_session(std::string resume_id = "") {
    return Session({.user = "u.w",
                    .password = Secret("x"),
                    .host = "pool.example",
                    .agent = "test/1",
                    .resume_id = std::move(resume_id),
                    .connection = 7});
}

template <class T>
const T& only(const Actions& actions) {
    REQUIRE(actions.size() == 1);
    REQUIRE(std::holds_alternative<T>(actions[0]));
    return std::get<T>(actions[0]);
}

std::string notify_line(std::string_view id, std::uint8_t tip, stratum::CleanJobs clean) {
    bitcoin::Hash256 prev_hash;
    prev_hash.bytes[0] = tip;
    const Bytes prefix{1};
    return stratum::encode_notify({stratum::parse_job_id(id).value(),
                                   prev_hash,
                                   prefix,
                                   {},
                                   0x20000000,
                                   0x207fffff,
                                   1'700'000'000})
        .line(Bytes{2}, clean);
}

const std::string configured = stratum::configure_line("1", {.version_mask = 0x1fffe000});
const std::string subscribed = stratum::subscribe_line("2", {"sid", {1, 2, 3, 4}, 8});
const std::string authorised = stratum::true_line("3");

// Connected, subscribed and authorised with job 1a of tip 1.
Session mining_session(WorkPtr* work) {
    Session session = new_session();
    only<Send>(session.connected(start));
    CHECK(session.line(configured).empty());
    CHECK(session.line(subscribed).empty());
    CHECK(session.line(authorised).empty());
    CHECK(session.line(stratum::set_difficulty_line({1, 4})).empty());
    *work = only<SetWork>(session.line(notify_line("1a", 1, stratum::CleanJobs::yes))).work;
    return session;
}

Found found_on(const WorkPtr& work) {
    return {work, {0, 0, 0, 0, 0, 0, 0, 9}, 0x2000, {77, {}}, false};
}

}  // namespace

TEST_CASE("a connection asks for version rolling, a subscription and authorisation at once") {
    Session session = new_session("old");
    CHECK(only<Send>(session.connected(start)).lines ==
          "{\"id\":1,\"method\":\"mining.configure\",\"params\":[[\"version-rolling\"],"
          "{\"version-rolling.mask\":\"1fffe000\",\"version-rolling.min-bit-count\":1}]}\n"
          "{\"id\":2,\"method\":\"mining.subscribe\",\"params\":[\"test/1\",\"old\"]}\n"
          "{\"id\":3,\"method\":\"mining.authorize\",\"params\":[\"u.w\",\"x\"]}\n");
}

TEST_CASE("a job becomes work with the session's extranonce, mask and difficulty") {
    WorkPtr work;
    const Session session = mining_session(&work);
    CHECK(session.authorised());
    CHECK(session.session_id() == "sid");
    CHECK(work->job.id == "1a");
    CHECK(work->extranonce1 == Bytes{1, 2, 3, 4});
    CHECK(work->extranonce2_size == 8);
    CHECK(work->version_mask == 0x1fffe000);
    CHECK(work->share_target == bitcoin::target_of_difficulty({1, 4}));
    CHECK(work->network_target == bitcoin::target_from_bits(0x207fffff).value());
    CHECK(work->connection == 7);
}

TEST_CASE("a job that comes before the authorisation waits for it") {
    Session session = new_session();
    static_cast<void>(session.connected(start));
    static_cast<void>(session.line(subscribed));
    CHECK(session.line(notify_line("1", 1, stratum::CleanJobs::yes)).empty());
    CHECK(only<SetWork>(session.line(authorised)).work->job.id == "1");
}

TEST_CASE("difficulty, extranonce and mask hold from the next job on") {
    WorkPtr work;
    Session session = mining_session(&work);
    CHECK(session.line(stratum::set_difficulty_line({1, 8})).empty());
    CHECK(session.line(stratum::set_extranonce_line(Bytes{9}, 4)).empty());
    CHECK(session.line(stratum::set_version_mask_line(0x0000e000)).empty());
    CHECK(session.difficulty() == "0.125");
    const WorkPtr next =
        only<SetWork>(session.line(notify_line("2", 1, stratum::CleanJobs::no))).work;
    CHECK(next->share_target == bitcoin::target_of_difficulty({1, 8}));
    CHECK(next->extranonce1 == Bytes{9});
    CHECK(next->extranonce2_size == 4);
    CHECK(next->version_mask == 0xe000);
    CHECK(next->tip == work->tip);
}

TEST_CASE("a clean job is a new tip") {
    WorkPtr work;
    Session session = mining_session(&work);
    const auto next = session.line(notify_line("2", 2, stratum::CleanJobs::yes));
    CHECK(only<SetWork>(next).work->tip == work->tip + 1);
}

TEST_CASE("a pool that refuses to configure is mined without version rolling") {
    Session session = new_session();
    static_cast<void>(session.connected(start));
    CHECK(session.line(stratum::error_line("1", stratum::RejectCode::other)).empty());
    static_cast<void>(session.line(subscribed));
    static_cast<void>(session.line(authorised));
    const WorkPtr work =
        only<SetWork>(session.line(notify_line("1", 1, stratum::CleanJobs::yes))).work;
    CHECK(work->version_mask == 0);
    CHECK(only<Send>(session.found(found_on(work), start)).lines ==
          "{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"u.w\",\"1\","
          "\"0000000000000009\",\"6553f100\",\"0000004d\"]}\n");
}

TEST_CASE("a found share is submitted and its answer told") {
    WorkPtr work;
    Session session = mining_session(&work);
    CHECK(only<Send>(session.found(found_on(work), start)).lines ==
          "{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"u.w\",\"1a\","
          "\"0000000000000009\",\"6553f100\",\"0000004d\",\"00002000\"]}\n");
    only<ShareAccepted>(session.line(stratum::true_line("4")));
    CHECK(session.line(stratum::true_line("4")).empty());
    static_cast<void>(session.found(found_on(work), start));
    const auto rejected = session.line(stratum::error_line("5", stratum::RejectCode::duplicate));
    CHECK(only<ShareRejected>(rejected).rejection.code == 22);
}

TEST_CASE("a share found for an earlier connection is not submitted") {
    WorkPtr work;
    Session session = mining_session(&work);
    auto old = std::make_shared<Work>(*work);
    old->connection = 6;
    CHECK(session.found(found_on(old), start).empty());
}

TEST_CASE("a refused authorisation is final") {
    Session session = new_session();
    static_cast<void>(session.connected(start));
    static_cast<void>(session.line(subscribed));
    const auto actions = session.line(stratum::error_line("3", stratum::RejectCode::unauthorised));
    CHECK(only<AuthorisationRefused>(actions).rejection.code == 24);
    CHECK_FALSE(session.authorised());
}

TEST_CASE("a refused subscription ends the connection, not the miner") {
    Session session = new_session();
    static_cast<void>(session.connected(start));
    const auto actions = session.line(stratum::error_line("2", stratum::RejectCode::other, "busy"));
    CHECK(only<Close>(actions).reason == "subscription refused: busy");
}

TEST_CASE("a pool that does not answer within a minute is given up") {
    WorkPtr work;
    Session session = mining_session(&work);
    CHECK(session.tick(start + 10min).empty());
    static_cast<void>(session.found(found_on(work), start + 10min));
    CHECK(session.tick(start + 10min + 59s).empty());
    CHECK(only<Close>(session.tick(start + 11min)).reason == "no answer for 60 s");
}

TEST_CASE("a reconnect is followed to another port of the same host only") {
    const log::Capture quiet;
    WorkPtr work;
    Session session = mining_session(&work);
    const auto here = session.line(stratum::reconnect_line({"pool.example", 3334, 5}));
    CHECK(only<Close>(here).port == 3334);
    CHECK(only<Close>(here).wait == 5s);
    const auto away = session.line(stratum::reconnect_line({"evil.example", 3334, 5}));
    CHECK(only<Close>(away).port == 0);
    CHECK(quiet.text().find("names another host") != std::string::npos);
    CHECK(only<Close>(session.line(stratum::reconnect_line())).port == 0);
}

TEST_CASE("the pool's own questions are answered") {
    WorkPtr work;
    Session session = mining_session(&work);
    CHECK(only<Send>(session.line(stratum::get_version_line(9))).lines ==
          "{\"id\":9,\"result\":\"test/1\",\"error\":null}\n");
    CHECK(only<Send>(session.line(R"({"id":8,"method":"mining.ping","params":[]})")).lines ==
          "{\"id\":8,\"result\":\"pong\",\"error\":null}\n");
}

TEST_CASE("messages are logged, what is unknown is passed over") {
    const log::Capture captured;
    WorkPtr work;
    Session session = mining_session(&work);
    CHECK(session.line(stratum::show_message_line("maintenance at noon")).empty());
    CHECK(captured.text().find("maintenance at noon") != std::string::npos);
    CHECK(session.line(R"({"id":null,"method":"mining.dance","params":[]})").empty());
    CHECK(session.line(R"({"id":99,"result":true,"error":null})").empty());
}

TEST_CASE("a pool that speaks no Stratum or gives senseless jobs is left") {
    WorkPtr work;
    CHECK(only<Close>(mining_session(&work).line("HTTP/1.1 400 Bad Request"))
              .reason.starts_with("the pool speaks no Stratum: "));
    Session early = new_session();
    static_cast<void>(early.connected(start));
    CHECK(only<Close>(early.line(notify_line("1", 1, stratum::CleanJobs::yes))).reason ==
          "the pool gave a job before the subscription");
    std::string line = notify_line("5", 1, stratum::CleanJobs::yes);
    line.replace(line.find("207fffff"), 8, "00000000");
    CHECK(only<Close>(mining_session(&work).line(line)).reason ==
          "the pool's job has no target: 5");
}
