// The bodies of the API, to the byte.
#include "statshttpd/answers.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/json/document.hpp"

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);

Measured measured(std::uint64_t work, std::int64_t shares, std::chrono::seconds covered) {
    return {.sum = {bitcoin::Work(0, work), shares}, .covered = covered};
}

bitcoin::Hash256 a_hash() {
    return bitcoin::from_display_hex(std::string(62, '0') + "2a").value();
}

constexpr std::string_view hash_text =
    "000000000000000000000000000000000000000000000000000000000000002a";

PoolAnswer a_pool() {
    return {.chain = "btc",
            .coin = "bitcoin",
            .network = "main",
            .rates = {.minute = measured(60, 1, 60s),
                      .five_minutes = measured(600, 2, 300s),
                      .fifteen_minutes = measured(2700, 3, 900s),
                      .hour = measured(14400, 4, 3600s),
                      .day = measured(432000, 5, 86400s)},
            .active = {.users = 2, .workers = 7},
            .job = CurrentJob{.id = JobId(1'700'000'000ULL << 16 | 3),
                              .height = 800'001,
                              .difficulty = "57321508229258.04",
                              .work = bitcoin::Work(0, 600'000),
                              .clean = true,
                              .produced = noon - 1500ms},
            .last_block =
                LastBlock{.hash = a_hash(), .height = 799'000, .state = "accepted", .found = noon},
            .record = {.effort = 1.25,
                       .luck_day = {},
                       .luck_week = 0.99999,
                       .luck_month = 1,
                       .promise = Promise{"pplns", 10'000}},
            .nodes = {{"http://a", false, "no answer", noon}},
            .now = noon,
            .uptime = 90s};
}

}  // namespace

TEST_CASE("the pool") {
    CHECK(to_json(a_pool()) ==
          R"({"chain":"btc","coin":"bitcoin","network":"main","height":800000,)"
          R"("network_difficulty":"57321508229258.04",)"
          R"("hashrate_1m":1,"hashrate_5m":2,"hashrate_15m":3,"hashrate_1h":4,"hashrate_24h":5,)"
          R"("shares_1h":4,"shares_24h":5,"work_1h":"14400","work_24h":"432000",)"
          R"("users":2,"workers":7,)"
          R"("job":{"id":"6553f1000003","height":800001,"clean":true,"age_ms":1500},)"
          R"("last_block":{"height":799000,"hash":")" +
              std::string(hash_text) +
              R"(","state":"accepted","found_unix_ms":1795262400000},)"
              R"("effort":"1.2500","luck_24h":null,"luck_7d":"1.0000","luck_30d":"1.0000",)"
              R"("scheme":"pplns","fee_ppm":10000,)"
              R"("network_now":{"height":800000,"difficulty":"57321508229258.04","hashrate":1000},)"
              R"("nodes":[{"node":"http://a","usable":false,"reason":"no answer",)"
              R"("since_unix_ms":1795262400000}],"uptime_ms":90000})");
}

TEST_CASE("a pool that has no job and no block yet says null") {
    auto pool = a_pool();
    pool.job.reset();
    pool.last_block.reset();
    pool.record = {};
    pool.nodes = {};
    const auto body = to_json(pool);
    CHECK(body.find(R"("height":null,"network_difficulty":null,)") != std::string::npos);
    CHECK(body.find(R"("job":null,"last_block":null,"effort":null,)") != std::string::npos);
    CHECK(body.find(R"("scheme":null,"fee_ppm":null,"network_now":null,"nodes":[],)") !=
          std::string::npos);
}

TEST_CASE("a job from a clock ahead of ours is of no age") {
    auto pool = a_pool();
    pool.job->produced = noon + 2s;
    CHECK(to_json(pool).find(R"("age_ms":0})") != std::string::npos);
}

TEST_CASE("a hash rate beyond 64 bits is written as the integer it is") {
    auto pool = a_pool();
    pool.rates.minute = {.sum = {bitcoin::Work(60'000, 0), 1}, .covered = 60s};
    CHECK(to_json(pool).find(R"("hashrate_1m":18446744073709551616000,)") != std::string::npos);
}

TEST_CASE("workers") {
    const WorkerPage workers{.total = 12,
                             .rows = {{.user = "alice",
                                       .worker = "rig",
                                       .five_minutes = measured(600, 2, 300s),
                                       .hour = measured(14400, 4, 3600s),
                                       .last_share = noon}}};
    CHECK(to_json(workers, {.limit = 1, .offset = 3}) ==
          R"({"total":12,"limit":1,"offset":3,"workers":[{"user":"alice","worker":"rig",)"
          R"("hashrate_5m":2,"hashrate_1h":4,"shares_1h":4,)"
          R"("last_share_unix_ms":1795262400000}]})");
}

TEST_CASE("a worker's name is text, whatever it holds") {
    const WorkerPage workers{.total = 1,
                             .rows = {{.user = "a\"b\n",
                                       .worker = "\xff",
                                       .five_minutes = {},
                                       .hour = {},
                                       .last_share = noon}}};
    const auto body = json::Document::parse(to_json(workers, {}));
    REQUIRE(body);
    const auto row = body.value().root().member("workers")[0];
    CHECK(row.member("user").string() == "a\"b\n");
    CHECK(row.member("worker").string() == "\xef\xbf\xbd");  // U+FFFD
}

TEST_CASE("blocks") {
    const BlocksPage blocks{
        .total = 1,
        .rows = {{.height = 799'000,
                  .hash = a_hash(),
                  .state = "confirmed",
                  .reward = bitcoin::Satoshi(312'500'000),
                  .confirmations = 101,
                  .user = "alice",
                  .worker = "",
                  .found = noon,
                  .credit = "final",
                  .bits = 0x1d00ffff,
                  .effort = 0.5,
                  .answers = {{"http://127.0.0.1:8332", "accepted", noon + 1ms}}}}};
    CHECK(to_json(blocks, {}) ==
          R"({"total":1,"limit":100,"offset":0,"blocks":[{"height":799000,"hash":")" +
              std::string(hash_text) +
              R"(","state":"confirmed","credit":"final","reward":312500000,"confirmations":101,)"
              R"("user":"alice","worker":"","found_unix_ms":1795262400000,"difficulty":"1",)"
              R"("effort":"0.5000","answers":[)"
              R"({"node":"http://127.0.0.1:8332","answer":"accepted",)"
              R"("answered_unix_ms":1795262400001}]}]})");
}

TEST_CASE("no rows are an empty list") {
    CHECK(to_json(BlocksPage{}, {}) == R"({"total":0,"limit":100,"offset":0,"blocks":[]})");
    CHECK(to_json(WorkerPage{}, {}) == R"({"total":0,"limit":100,"offset":0,"workers":[]})");
}
