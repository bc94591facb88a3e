// A row becomes the event that the pool hears.
#include "blkmaker/block_event.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::blkmaker;

TEST_CASE("an event says everything the row and the nodes said") {
    BlockRow row;
    row.chain = "btc";
    row.hash.bytes.fill(1);
    row.prev_hash.bytes.fill(2);
    row.height = 7;
    row.state = BlockState::accepted;
    row.reward = bitcoin::Satoshi(5'000'000'000);
    row.user = "alice";
    row.worker = "rig";
    row.job = JobId(99);
    row.found = from_unix_ms(1000);
    row.confirmations = 3;
    const std::vector answers{
        node_answer("http://127.0.0.1:8332", "duplicate", from_unix_ms(1500))};
    const auto event = block_event(row, answers, {"blkmaker-1", from_unix_ms(2000)});
    CHECK(event->produced_unix_ms() == 2000);
    CHECK(event->source() == "blkmaker-1");
    CHECK(event->chain() == "btc");
    CHECK(event->state() == v1::ACCEPTED);
    CHECK(event->block_hash() == std::string(32, '\1'));
    CHECK(event->prev_hash() == std::string(32, '\2'));
    CHECK(event->height() == 7);
    CHECK(event->reward() == 5'000'000'000);
    CHECK(event->user() == "alice");
    CHECK(event->worker() == "rig");
    CHECK(event->job_id() == 99);
    CHECK(event->found_unix_ms() == 1000);
    CHECK(event->confirmations() == 3);
    CHECK(event->answers(0).node() == "http://127.0.0.1:8332");
    CHECK(event->answers(0).answer() == "duplicate");
    CHECK(event->answers(0).answered_unix_ms() == 1500);
}

TEST_CASE("a block off the chain has no confirmations to tell") {
    BlockRow row;
    row.state = BlockState::orphaned;
    row.confirmations = -1;
    const auto event = block_event(row, {}, {"blkmaker-1", {}});
    CHECK(event->state() == v1::ORPHANED);
    CHECK(event->confirmations() == 0);
}
