// Messages of the bus as they come in.
#include "statshttpd/live_pool.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/bitcoin/target.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "statshttpd/live_windows.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

std::string text(ByteView bytes) {
    return std::string(as_chars(bytes));
}

v1::JobMessage a_job(std::int64_t generation, std::uint64_t id) {
    v1::JobMessage message;
    message.set_generation(generation);
    message.set_produced_unix_ms(1'700'000'000'000);
    message.mutable_job()->set_job_id(id);
    message.mutable_job()->set_height(101);
    message.mutable_job()->set_clean(true);
    const auto target = bitcoin::target_from_bits(0x1d00ffff).value();
    message.mutable_job()->set_network_target(text(target.to_hash().view()));
    return message;
}

v1::BlockEvent a_block(char name, std::int64_t found, v1::BlockState state) {
    v1::BlockEvent event;
    event.set_block_hash(std::string(32, name));
    event.set_height(static_cast<std::uint32_t>(found));
    event.set_found_unix_ms(found);
    event.set_state(state);
    return event;
}

}  // namespace

TEST_CASE("the newest job is the current one") {
    LivePool pool;
    CHECK_FALSE(pool.job());
    REQUIRE(pool.take(a_job(5, 1)));
    REQUIRE(pool.take(a_job(5, 2)));
    REQUIRE(pool.job());
    CHECK(pool.job()->id == JobId(2));
    CHECK(pool.job()->height == 101);
    CHECK(pool.job()->clean);
    CHECK(pool.job()->difficulty == "1");
    CHECK(pool.job()->produced == from_unix_ms(1'700'000'000'000));
}

TEST_CASE("a job of a jobmaker that was replaced is passed over") {
    LivePool pool;
    REQUIRE(pool.take(a_job(5, 2)));
    REQUIRE(pool.take(a_job(4, 3)));
    CHECK(pool.job()->id == JobId(2));
}

TEST_CASE("a job that comes after a newer one of its jobmaker is passed over") {
    LivePool pool;
    REQUIRE(pool.take(a_job(5, 4)));
    REQUIRE(pool.take(a_job(5, 3)));
    CHECK(pool.job()->id == JobId(4));
    // Another's ids may be lower: its clock or what it had seen was behind.
    REQUIRE(pool.take(a_job(6, 3)));
    CHECK(pool.job()->id == JobId(3));
}

TEST_CASE("heartbeats and claims leave the job as it is") {
    LivePool pool;
    REQUIRE(pool.take(a_job(5, 2)));
    v1::JobMessage heartbeat;
    heartbeat.set_generation(5);
    heartbeat.mutable_heartbeat()->set_job_id(2);
    REQUIRE(pool.take(heartbeat));
    v1::JobMessage claim;
    claim.mutable_claim();
    REQUIRE(pool.take(claim));
    CHECK(pool.job()->id == JobId(2));
}

TEST_CASE("a job without a right target or a height is refused and changes nothing") {
    LivePool pool;
    REQUIRE(pool.take(a_job(5, 2)));
    auto wrong = a_job(6, 3);
    wrong.mutable_job()->set_network_target("short");
    CHECK_FALSE(pool.take(wrong));
    wrong = a_job(6, 3);
    wrong.mutable_job()->clear_height();
    CHECK_FALSE(pool.take(wrong));
    CHECK(pool.job()->id == JobId(2));
    REQUIRE(pool.take(a_job(5, 4)));
    CHECK(pool.job()->id == JobId(4));
}

TEST_CASE("the block found last is told with its newest state") {
    LivePool pool;
    REQUIRE(pool.take(a_block('a', 1000, v1::FOUND)));
    REQUIRE(pool.take(a_block('b', 2000, v1::FOUND)));
    REQUIRE(pool.take(a_block('a', 1000, v1::CONFIRMED)));
    REQUIRE(pool.take(a_block('b', 2000, v1::ACCEPTED)));
    REQUIRE(pool.last_block());
    CHECK(pool.last_block()->hash.bytes[0] == 'b');
    CHECK(pool.last_block()->state == "accepted");
    CHECK(pool.last_block()->height == 2000);
    CHECK(pool.last_block()->found == from_unix_ms(2000));
}

TEST_CASE("each state has the name that the database gives it") {
    const std::pair<v1::BlockState, const char*> names[] = {
        {v1::FOUND, "found"},       {v1::SUBMITTED, "submitted"}, {v1::ACCEPTED, "accepted"},
        {v1::REJECTED, "rejected"}, {v1::CONFIRMED, "confirmed"}, {v1::ORPHANED, "orphaned"}};
    LivePool pool;
    for (const auto& [state, name] : names) {
        REQUIRE(pool.take(a_block('a', 1000, state)));
        CHECK(pool.last_block()->state == name);
    }
}

TEST_CASE("a block event without a state or a right hash is refused") {
    LivePool pool;
    CHECK_FALSE(pool.take(a_block('a', 1000, v1::BLOCK_STATE_UNSPECIFIED)));
    auto wrong = a_block('a', 1000, v1::FOUND);
    wrong.set_block_hash("short");
    CHECK_FALSE(pool.take(wrong));
    CHECK_FALSE(pool.last_block());
}

TEST_CASE("a share is taken in with its owner, work and time, or refused by field") {
    v1::Share share;
    share.set_user("alice");
    share.set_worker("rig");
    share.set_work(text(bitcoin::Work(1, 2).to_bytes()));
    share.set_produced_unix_ms(1'700'000'000'123);
    const auto parsed = parse_share(share);
    REQUIRE(parsed);
    CHECK(parsed.value().user == "alice");
    CHECK(parsed.value().worker == "rig");
    CHECK(parsed.value().work == bitcoin::Work(1, 2));
    CHECK(parsed.value().accepted == from_unix_ms(1'700'000'000'123));

    const auto complaint = [&share](auto alter) {
        v1::Share wrong = share;
        alter(wrong);
        const auto refused = parse_share(wrong);
        REQUIRE(refused.has_error());
        return refused.error().context.substr(0, refused.error().context.find(':'));
    };
    CHECK(complaint([](v1::Share& s) { s.clear_user(); }) == "user");
    CHECK(complaint([](v1::Share& s) { s.set_user(std::string(129, 'a')); }) == "user");
    CHECK(complaint([](v1::Share& s) { s.set_worker(std::string(65, 'a')); }) == "worker");
    CHECK(complaint([](v1::Share& s) { s.set_work("short"); }) == "work");
}
