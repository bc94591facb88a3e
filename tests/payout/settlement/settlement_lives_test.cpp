// Blocks live at random, the settlement crashes at random and is called again, in any order: the
// ledger ends as the lives say, whatever way led there.
#include "tests/payout/settlement/pool_model.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr int cases = 20'000;

class Chance {
  public:
    explicit Chance(std::uint64_t seed) : random_(seed) {}
    std::int64_t below(std::int64_t end) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
    }
    bool one_in(std::int64_t n) { return below(n) == 0; }

  private:
    std::mt19937_64 random_;
};

class Life {
  public:
    Life(BaseScheme base, std::uint64_t seed) : pool(base), chance_(seed) {}

    void run() {
        for (int event = 0; event < 45; ++event) happen();
        for (auto& block : pool.blocks) resolve(block);
        pool.reach = pool.now += std::chrono::hours(1);
        stale_.reset();
        pool.settle();
    }

    PoolModel pool;

  private:
    void happen() {
        pool.now += milliseconds(chance_.below(chance_.one_in(15) ? 100'000'000 : 90'000));
        switch (chance_.below(9)) {
            case 0:
            case 1: {  // one in eight waited in a spool for hours
                const auto age = chance_.one_in(8) ? chance_.below(60'000'000) : 0;
                pool.share(pool.now - milliseconds(age), 1 + chance_.below(4),
                           static_cast<std::uint64_t>(1 + chance_.below(5)));
                break;
            }
            case 2:
                if (pool.blocks.size() < 6) pool.find(found());
                break;
            case 3:
            case 4:
            case 5:
                if (!pool.blocks.empty()) {
                    live(pool.blocks[static_cast<std::size_t>(
                        chance_.below(std::ssize(pool.blocks)))]);
                }
                break;
            case 6:
                pool.reach = pool.now;
                break;
            default:
                settle();
        }
    }

    PoolModel::Block found() {
        PoolModel::Block block;
        block.seen.hash.bytes[0] = static_cast<std::uint8_t>(chance_.below(256));
        block.seen.hash.bytes[1] = ++made_;
        block.seen.height = made_;
        // Two of one millisecond now and then.
        block.seen.found = chance_.one_in(9) && !pool.blocks.empty() &&
                                   pool.blocks.back().seen.found >= pool.closed
                               ? pool.blocks.back().seen.found
                               : pool.now;
        block.seen.solo = chance_.one_in(6);
        block.seen.base = pool.terms.base;
        block.value = {Satoshi(1 + chance_.below(5'000)), Satoshi(chance_.below(300))};
        block.finder = 1 + chance_.below(4);
        return block;
    }

    void live(PoolModel::Block& block) {
        if (chance_.one_in(3)) block.seen.is_cut = true;
        switch (block.seen.life) {
            case BlockLife::pending:
                become(block, chance_.one_in(5) ? BlockLife::dead : BlockLife::alive, 1);
                break;
            case BlockLife::alive: {  // an orphan at depth 1, 6 or 99
                if (chance_.one_in(4)) return become(block, BlockLife::dead, 0);
                const int next = block.confirmations == 1 ? 6 : block.confirmations == 6 ? 99 : 101;
                become(block, next == 101 ? BlockLife::mature : BlockLife::alive, next);
                break;
            }
            case BlockLife::dead:
                if (may_come_back(block)) become(block, BlockLife::alive, 1);
                break;
            case BlockLife::mature:
                break;
        }
    }
    static void become(PoolModel::Block& block, BlockLife life, int confirmations) {
        block.seen.life = life;
        block.confirmations = confirmations;
    }
    // Not behind a later block that is mature: that would be a re-org deeper than maturity.
    [[nodiscard]] bool may_come_back(const PoolModel::Block& block) const {
        return std::ranges::none_of(pool.blocks, [&](const PoolModel::Block& other) {
            return other.seen.life == BlockLife::mature && other.seen.found >= block.seen.found;
        });
    }
    void resolve(PoolModel::Block& block) {
        block.seen.is_cut = true;
        if (block.seen.life == BlockLife::pending || block.seen.life == BlockLife::alive) {
            become(block, chance_.one_in(3) ? BlockLife::dead : BlockLife::mature, 101);
        }
    }

    // Whole, up to a crash, or by a plan made earlier, as who was held up would.
    void settle() {
        if (stale_ && chance_.one_in(3)) {
            pool.carry_out(*stale_, 1'000);
            stale_.reset();
        }
        const auto todo = plan(pool.situation());
        if (chance_.one_in(4)) stale_ = todo;
        const auto steps = chance_.one_in(2) ? 1'000 : chance_.below(4);
        pool.carry_out(todo, static_cast<std::size_t>(steps));
    }

    Chance chance_;
    std::uint8_t made_ = 0;
    std::optional<Plan> stale_;
};

}  // namespace

TEST_CASE("the ledger ends as the blocks' lives say, by whatever way") {
    const auto base = GENERATE(BaseScheme::pplns, BaseScheme::prop);
    std::size_t mature = 0;
    std::size_t taken_back = 0;
    for (int seed = 0; seed < cases; ++seed) {
        Life life(base, static_cast<std::uint64_t>(seed));
        life.run();
        PoolModel& pool = life.pool;
        for (const auto& block : pool.blocks) {
            const auto& seen = block.seen;
            if (seen.life == BlockLife::mature) {
                ++mature;
                REQUIRE(seen.credit == CreditState::final);
            } else {
                taken_back += seen.credit == CreditState::reversed ? 1 : 0;
                REQUIRE(seen.credit != CreditState::final);
                REQUIRE(pool.posted_for(seen.hash).empty());
            }
        }
        auto ends = pool.ledger;
        std::erase_if(ends, [](const auto& entry) { return entry.second == 0; });
        REQUIRE(ends == pool.balances_by_lives());
        // Once more changes nothing.
        const int posted = pool.posted;
        REQUIRE(pool.settle() == 0);
        REQUIRE(pool.posted == posted);
    }
    CHECK(mature > cases);
    CHECK(taken_back > cases / 20);
}
