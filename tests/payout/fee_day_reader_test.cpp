// Of several nodes two must tell a day's fees alike.
#include "payout/fee_day_reader.hpp"

#include <catch2/catch_test_macros.hpp>
#include <future>

using namespace lode;
using namespace lode::payout;
using namespace std::chrono_literals;

namespace {

constexpr auto day = from_unix_ms(1'795'219'200'000);  // 2026-11-21

bitcoin::Hash256 hash_of(std::int64_t height) {
    bitcoin::Hash256 hash;
    hash.bytes[0] = static_cast<std::uint8_t>(height);
    hash.bytes[1] = static_cast<std::uint8_t>(height >> 8);
    return hash;
}
std::int64_t height_of(const bitcoin::Hash256& hash) {
    return hash.bytes[0] + 256 * hash.bytes[1];
}

// A chain with a block every ten minutes from noon before the day on; each pays its height in fees.
class Node final : public node::NodeRpc {
  public:
    std::int64_t blocks = 300;
    std::int64_t odd_height = -1;  // whose fees this node tells otherwise
    bool down = false;

    [[nodiscard]] const std::string& url() const override { return url_; }
    Result<std::string> get_block_template(const node::TemplateRequest&) override { return no(); }
    Result<std::optional<std::string>> propose_block(const std::string&) override { return no(); }
    Result<std::optional<std::string>> submit_block(const std::string&) override { return no(); }
    Result<node::ChainInfo> get_blockchain_info() override {
        if (down) return no();
        node::ChainInfo info;
        info.blocks = blocks;
        return info;
    }
    Result<bitcoin::Hash256> get_best_block_hash() override { return no(); }
    Result<bitcoin::Hash256> get_block_hash(std::int64_t height) override {
        return hash_of(height);
    }
    Result<node::BlockHeaderInfo> get_block_header(const bitcoin::Hash256& hash) override {
        node::BlockHeaderInfo header;
        const auto time = day - 12h + height_of(hash) * 10min;
        header.median_time = static_cast<std::uint32_t>(to_unix_seconds(time));
        return header;
    }
    Result<node::BlockStats> get_block_stats(const bitcoin::Hash256& hash) override {
        const auto height = height_of(hash);
        return node::BlockStats{.hash = hash,
                                .height = height,
                                .fees = bitcoin::Satoshi(height == odd_height ? 1 : height),
                                .subsidy = bitcoin::Satoshi(5'000)};
    }
    Result<std::chrono::seconds> uptime() override { return no(); }
    Result<void> precious_block(const bitcoin::Hash256&) override { return no(); }
    void cancel() override {}

  private:
    static auto no() -> decltype(failure(ErrorCode::unavailable, "")) {
        return failure(ErrorCode::unavailable, "down");
    }
    std::string url_ = "http://node";
};

Result<std::optional<FeeDay>> ask(std::vector<Node> scripted) {
    FeeDayReader::Nodes nodes;
    for (Node& one : scripted) nodes.push_back(std::make_unique<Node>(std::move(one)));
    runtime::Loop home("home");
    std::promise<Result<std::optional<FeeDay>>> told;
    FeeDayReader reader(std::move(nodes), home, [&](UnixTime of, const auto& fees) {
        CHECK(of == day);
        told.set_value(fees);
    });
    home.post([&] { reader.ask(day); });
    auto answer = told.get_future();
    REQUIRE(answer.wait_for(60s) == std::future_status::ready);
    return answer.get();
}

}  // namespace

TEST_CASE("a day's fees are those of its blocks but the three highest and lowest") {
    const auto fees = ask({Node{}}).value().value();
    // Heights 72 … 215 are of the day.
    CHECK(fees.blocks == 138);
    CHECK(fees.subsidies == bitcoin::Satoshi(138 * 5'000));
    CHECK(fees.fees == bitcoin::Satoshi((75 + 212) * 138 / 2));
}

TEST_CASE("nodes that agree are believed, one of two that is silent is waited for") {
    CHECK(ask({Node{}, Node{}}).value());
    Node down;
    down.down = true;
    const auto alone = ask({Node{}, std::move(down)});
    CHECK(alone.error().code == ErrorCode::unavailable);
    CHECK(alone.error().context.starts_with("1 of 2 nodes"));
    Node other;
    other.down = true;
    CHECK(ask({Node{}, Node{}, std::move(other)}).value());
}

TEST_CASE("nodes that differ freeze nothing") {
    Node odd;
    odd.odd_height = 100;
    const auto differ = ask({Node{}, std::move(odd)});
    CHECK(differ.error().code == ErrorCode::conflict);
}

TEST_CASE("a day that one node has not deep enough is asked for again") {
    Node late;
    late.blocks = 219;
    CHECK_FALSE(ask({Node{}, std::move(late)}).value());
}
