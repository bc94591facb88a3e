// Every submit is checked by the computation that a server makes.
#include "tests/bench/load/share_maker.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "common/bitcoin/share_check.hpp"
#include "common/stratum/request.hpp"
#include "tests/bench/load/pool_lines.hpp"

namespace lode::load {
namespace {

// What a server makes of the submit that the maker found last.
bitcoin::ShareCheck served(const ShareMaker& maker, const Client& client) {
    std::string line;
    maker.append_line(first_submit_id, line);
    REQUIRE(line.ends_with('\n'));
    line.pop_back();
    stratum::RequestReader reader;
    const auto request = reader.read(line);
    REQUIRE(request);
    CHECK(request.value().id == "1000000");
    const auto& submit = std::get<stratum::Submit>(request.value().body);
    CHECK(submit.user == "user.7");
    CHECK(submit.job == JobId(1));
    const auto& work = *client.work();
    return bitcoin::check_share({.coinbase_prefix = work.coinbase_prefix,
                                 .coinbase_suffix = work.job.coinbase_suffix,
                                 .merkle_branch = work.job.merkle_branch,
                                 .version = work.job.version,
                                 .prev_hash = work.job.prev_hash,
                                 .bits = work.job.bits,
                                 .network_target = work.network_target},
                                {.extranonce1 = client.extranonce1().view(),
                                 .extranonce2 = submit.extranonce2.view(),
                                 .time = submit.time,
                                 .nonce = submit.nonce,
                                 .share_target = client.target()});
}

TEST_CASE("a thousand shares are valid, different, and solve no block") {
    Jobs jobs;
    const Client client = pool_lines::working(jobs, -32);
    ShareMaker maker;
    std::set<bitcoin::Hash256> seen;
    for (std::uint64_t number = 0; number < 10; ++number) {
        maker.begin(client, "user.7", number);
        for (int i = 0; i < 100; ++i) {
            REQUIRE(maker.next(Wanted::share));
            const auto check = served(maker, client);
            CHECK(check.meets_share_target);
            CHECK_FALSE(check.meets_network_target);
            CHECK(check.hash == maker.hash());
            seen.insert(check.hash);
        }
    }
    CHECK(seen.size() == 1000);
}

TEST_CASE("a solution meets the network's target, a low share meets none") {
    Jobs jobs;
    const Client client = pool_lines::working(jobs, 10);
    ShareMaker maker;
    maker.begin(client, "user.7", 0);
    REQUIRE(maker.next(Wanted::solution));
    CHECK(served(maker, client).meets_network_target);
    REQUIRE(maker.next(Wanted::low));
    const auto check = served(maker, client);
    CHECK_FALSE(check.meets_network_target);
    CHECK_FALSE(check.meets_share_target);
}

TEST_CASE("a difficulty that a few thousand hashes do not meet gives no share") {
    Jobs jobs;
    const Client client = pool_lines::working(jobs, 40);
    ShareMaker maker;
    maker.begin(client, "user.7", 0);
    CHECK_FALSE(maker.next(Wanted::share));
}

}  // namespace
}  // namespace lode::load
