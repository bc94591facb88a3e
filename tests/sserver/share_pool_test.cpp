// Memory comes round, what was in it does not.
#include "sserver/share_pool.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <thread>

#include "common/messages/share.pb.h"

using namespace lode;
using namespace lode::sserver;

namespace {

void fill(v1::Share& share) {
    share.set_user(std::string(64, 'u'));
    share.set_worker("rig");
    share.set_sequence(7);
    share.set_solves_block(true);
    share.mutable_bitcoin()->set_nonce(3);
    share.mutable_bitcoin()->set_payout_script(std::string(25, 's'));
}

// As the bus reads it: a proof without a field is that of an empty one.
bool empty(const v1::Share& share) {
    return share.ByteSizeLong() == 0 ||
           (share.bitcoin().ByteSizeLong() == 0 && share.ByteSizeLong() == 2);
}

}  // namespace

TEST_CASE("a message that came back is given out again, empty") {
    SharePool pool;
    auto share = pool.take();
    const v1::Share* const place = share.get();
    fill(*share);
    share.reset();
    share = pool.take();
    CHECK(share.get() == place);
    CHECK(empty(*share));
}

TEST_CASE("a message that somebody holds is not given out") {
    SharePool pool;
    const std::shared_ptr<const v1::Share> held = pool.take();
    CHECK(pool.take().get() != held.get());
}

TEST_CASE("messages come back from any thread") {
    SharePool pool;
    std::vector<std::shared_ptr<v1::Share>> shares;
    std::vector<const v1::Share*> places;
    for (int i = 0; i < 100; ++i) {
        shares.push_back(pool.take());
        fill(*shares.back());
        places.push_back(shares.back().get());
    }
    std::thread([&] { shares.clear(); }).join();
    for (int i = 0; i < 100; ++i) {
        shares.push_back(pool.take());
        CHECK(std::ranges::count(places, shares.back().get()) == 1);
        CHECK(empty(*shares.back()));
    }
}

TEST_CASE("a message may outlive its pool") {
    std::optional<SharePool> pool(std::in_place);
    const auto share = pool->take();
    pool.reset();
    fill(*share);
    CHECK(share->worker() == "rig");
}
