// Scripted nodes that lose blocks, over a real database with blocks that are final.
#include "payout/final_block_watch.hpp"

#include "common/base/log.hpp"
#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// Has the block that PoolRows found at each height up to its own; from `forked` on, others.
class Node final : public node::NodeRpc {
  public:
    std::int64_t tip = 100;
    std::int64_t forked = 1'000;
    bool down = false;
    int asked = 0;

    [[nodiscard]] const std::string& url() const override { return url_; }
    Result<std::string> get_block_template(const node::TemplateRequest&) override { return no(); }
    Result<std::optional<std::string>> propose_block(const std::string&) override { return no(); }
    Result<std::optional<std::string>> submit_block(const std::string&) override { return no(); }
    Result<node::ChainInfo> get_blockchain_info() override { return no(); }
    Result<bitcoin::Hash256> get_best_block_hash() override { return no(); }
    Result<bitcoin::Hash256> get_block_hash(std::int64_t height) override {
        ++asked;
        if (down) return no();
        if (height > tip) {
            return failure(ErrorCode::rejected, "error -8: Block height out of range");
        }
        auto hash = PoolRows::hash(static_cast<std::uint8_t>(height));
        if (height >= forked) hash.bytes[1] = 1;
        return hash;
    }
    Result<node::BlockHeaderInfo> get_block_header(const bitcoin::Hash256&) override {
        return no();
    }
    Result<node::BlockStats> get_block_stats(const bitcoin::Hash256&) override { return no(); }
    Result<std::chrono::seconds> uptime() override { return no(); }
    Result<void> precious_block(const bitcoin::Hash256&) override { return no(); }
    void cancel() override {}

  private:
    static Error no() { return {ErrorCode::unavailable, "down"}; }
    std::string url_ = "http://node";
};

constexpr int finals = 5;

struct Watched {
    log::Capture capture;
    PoolRows pool{settings(BaseScheme::pplns)};
    Node own;
    Node second;
    bool two = false;
    UnixTime now = midnight + days(1);

    Watched() {
        pool.work({.start = midnight, .user = 1, .hashes = 10});
        for (std::uint8_t id = 1; id <= finals + 1; ++id) {
            pool.find({.id = id,
                       .at = midnight + hours(id),
                       .state = id <= finals ? "confirmed" : "accepted"});
        }
        pool.reach(now);
        REQUIRE(pool.pass(now).finalised == finals);
    }
    FinalBlockWatch::Look look() {
        now += minutes(1);
        FinalBlockWatch::Neighbours neighbours{*pool.settler, own, {}};
        if (two) neighbours.others.push_back(&second);
        return FinalBlockWatch(std::move(neighbours)).look(now).value();
    }
    std::string pause() {
        const auto rows =
            pool.connection.query("SELECT reason FROM payout_pause WHERE paused = 1").value();
        return rows.empty() ? "" : rows.front().text(0);
    }
    std::int64_t lost() {
        return pool.connection.query("SELECT COUNT(*) FROM block_credit WHERE state = 'lost'")
            .value()
            .front()
            .integer(0);
    }
};

}  // namespace

TEST_CASE("of a chain that stands only the newest final block is asked for", "[database]") {
    Watched watched;
    CHECK(watched.look().reason.empty());
    CHECK(watched.own.asked == 1);
    CHECK(watched.pause().empty());
}

TEST_CASE("before any block is final nothing is asked", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    Node node;
    CHECK(FinalBlockWatch({*pool.settler, node}).look(midnight).error().code ==
          ErrorCode::unavailable);  // there are no terms yet
    pool.pass(midnight);
    CHECK(FinalBlockWatch({*pool.settler, node}).look(midnight).value().reason.empty());
    CHECK(node.asked == 0);
}

TEST_CASE("a node alone that lost final blocks pauses payments, once", "[database]") {
    Watched watched;
    const auto balances = watched.pool.balances();
    watched.own.forked = 3;
    const auto look = watched.look();
    CHECK(look.standing == Standing::gone);
    CHECK(look.reason.find("of height 5") != std::string::npos);
    CHECK(watched.pause().find(bitcoin::to_display_hex(PoolRows::hash(5))) != std::string::npos);
    CHECK(watched.lost() == 3);  // 3 to 5: all that are gone, at once
    CHECK(watched.look().reason.empty());
    CHECK(watched.pool.pass(watched.now).paused_for == 3);
    CHECK(watched.pool.balances() == balances);
    // Who has looked lets payments go on, and they do.
    watched.now += minutes(1);
    watched.pool.run("UPDATE payout_pause SET paused = 0, changed_unix_ms = ?",
                     {to_unix_ms(watched.now)});
    CHECK(watched.look().reason.empty());
    CHECK(watched.pause().empty());
    CHECK(watched.pool.pass(watched.now).paused_for == 0);
}

TEST_CASE("a node that is behind decides nothing, and nothing is paid by it", "[database]") {
    Watched watched;
    watched.own.tip = 4;
    for (int i = 0; i < 2; ++i) {
        const auto look = watched.look();
        CHECK(look.standing == Standing::unsure);
        CHECK(look.reason.find("out of range") != std::string::npos);
        CHECK(watched.pause().empty());
        watched.two = true;
    }
    watched.own.tip = 5;
    CHECK(watched.look().reason.empty());
}

TEST_CASE("of two nodes one holds payments back, and both pause them", "[database]") {
    Watched watched;
    watched.two = true;
    watched.own.forked = 5;
    CHECK(watched.look().standing == Standing::doubtful);
    watched.second.down = true;
    CHECK(watched.look().standing == Standing::doubtful);
    CHECK(watched.look().reason.find("of height 5") != std::string::npos);
    CHECK(watched.pause().empty());
    CHECK(watched.lost() == 0);
    watched.second.down = false;
    watched.second.forked = 5;
    CHECK(watched.look().standing == Standing::gone);
    CHECK_FALSE(watched.pause().empty());
    CHECK(watched.lost() == 1);
}

TEST_CASE("where the wallet's node does not answer nothing is judged", "[database]") {
    Watched watched;
    watched.own.down = true;
    CHECK(FinalBlockWatch({*watched.pool.settler, watched.own}).look(watched.now).error().code ==
          ErrorCode::unavailable);
    CHECK(watched.lost() == 0);
}
