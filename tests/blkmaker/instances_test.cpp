// Property: several instances over one table and one bus, with nodes that do not answer, crashes
// between every two steps and writes whose answer is lost. The table ends at what the chain says,
// and the bus hears of it.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <random>

#include "blkmaker/block_book.hpp"
#include "tests/blkmaker/builders.hpp"

using namespace lode;
using namespace lode::blkmaker;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t nodes = 2;
constexpr std::int64_t maturity = 20;

enum class Fate { matures, orphaned, invalid };

// The chain as both nodes see it.
struct Chain {
    Fate fate;
    std::uint32_t tip;

    [[nodiscard]] BlockView view(const BlockRow& row) const {
        if (fate == Fate::invalid) return {false, 0, tip};
        // A side block's first confirmations are undone by the third block of its rivals.
        if (fate == Fate::orphaned && tip >= row.height + 2) return {true, -1, tip};
        return {true, std::int64_t{tip} - row.height + 1, tip};
    }
    // What none of the nodes took is lost too once it lies deep, if not all were asked before.
    [[nodiscard]] bool ends_as(BlockState state) const {
        if (fate == Fate::matures) return state == BlockState::confirmed;
        if (state == BlockState::orphaned) return true;
        return fate == Fate::invalid && state == BlockState::rejected;
    }
};

struct Transition {
    int author;  // of this life of an instance; each restart is another
    BlockState state;
};

struct Table {
    std::optional<BlockRow> row;
    std::optional<BlockState> published;
    std::vector<Transition> transitions;

    std::optional<BlockState> write(const RowChange& change, int author) {
        const bool fits = change.from ? row && row->state == *change.from : !row.has_value();
        if (!fits) return std::nullopt;
        row = change.row;
        transitions.push_back({author, row->state});
        return row->state;
    }
    void mark(const MarkPublished& event) {
        if (row && row->state == event.state) published = event.state;
    }
    [[nodiscard]] std::vector<StoredRow> unfinished() const {
        if (!row) return {};
        const bool done = published == row->state;
        if (is_final(row->state) && done) return {};
        return {{*row, done ? Publication::done : Publication::lacking}};
    }
};

class World {
  public:
    World(Fate fate, unsigned seed) : random_(seed), chain_{fate, test::a_row(1).height} {
        for (auto& one : instances_) restart(one);
    }

    void step() {
        now_ += 100ms;
        Instance& one = instances_[pick(instances_.size())];
        switch (pick(12)) {
            case 0:
                if (pick(4) == 0) restart(one);
                break;
            case 1:
                if (chain_.tip < row_.height + 2 * maturity && pick(3) == 0) ++chain_.tip;
                break;
            case 2:
                perform(one, one.book->tip_changed(pick(nodes), chain_.tip, change_of_tip()));
                break;
            case 3:
                perform(one, one.book->tick(now_));
                break;
            case 4:
                one.writes.emplace_back(Look{});
                break;
            case 5:
            case 6:
                deliver(one);
                break;
            case 7:
                one.book->node_lost(pick(nodes));
                break;
            default:
                pick(2) == 0 ? write(one) : answer(one);
        }
    }

    // Faults are over: everything under way ends, and everyone looks again until nothing moves.
    void settle() {
        faults_ = false;
        chain_.tip = row_.height + 2 * static_cast<std::uint32_t>(maturity);
        if (chain_.fate == Fate::orphaned) chain_.tip = row_.height + maturity - 1;
        for (int round = 0; round < 40; ++round) {
            now_ += 30s;
            for (Instance& one : instances_) {
                for (std::size_t node = 0; node < nodes; ++node) {
                    perform(one, one.book->tip_changed(node, chain_.tip, change_of_tip()));
                }
                perform(one, one.book->tick(now_));
                one.writes.emplace_back(Look{});
                while (!one.writes.empty() || !one.questions.empty() || !one.bus.empty()) {
                    write(one);
                    answer(one);
                    deliver(one);
                }
            }
        }
    }

    void check() const {
        REQUIRE(table_.row);
        CHECK(chain_.ends_as(table_.row->state));
        CHECK(table_.published == table_.row->state);
        for (std::size_t i = 0; i < table_.transitions.size(); ++i) check_told(i);
        for (std::size_t i = 1; i < table_.transitions.size(); ++i) {
            CHECK(table_.transitions[i - 1].state != BlockState::confirmed);
        }
        // What one instance tells, it tells in the order of the rows.
        CHECK(no_one_goes_back());
    }

  private:
    struct Look {};
    using Write = std::variant<RowChange, MarkPublished, Look>;
    using Question = std::variant<SubmitBlock, AskBlock>;
    struct Instance {
        std::unique_ptr<BlockBook> book;
        int life = 0;
        std::deque<Write> writes;
        std::deque<Question> questions;
        std::deque<PublishEvent> bus;
    };

    // Only the rivals of a side block undo anything.
    [[nodiscard]] TipChange change_of_tip() const {
        return chain_.fate == Fate::orphaned ? TipChange::reorganised : TipChange::extended;
    }

    std::size_t pick(std::size_t count) { return random_() % count; }

    // Everything under way is lost; some events had left already.
    void restart(Instance& one) {
        if (!one.bus.empty() && pick(2) == 0) {
            events_.push_back({one.life, one.bus.front().row.state});
        }
        if (one.book) dead_.push_back(one.life);
        one = Instance{.book = std::make_unique<BlockBook>(
                           TrackerOptions{.nodes = nodes, .maturity = maturity}),
                       .life = ++lives_,
                       .writes = {},
                       .questions = {},
                       .bus = {}};
        const auto origin = lives_ <= 2 ? BlockBook::Origin::live : BlockBook::Origin::journal;
        perform(one, one.book->solved(row_, origin, now_));
        one.writes.emplace_back(Look{});
    }

    void perform(Instance& one, const BookActions& actions) {
        for (const BookAction& action : actions) {
            std::visit(
                [&one]<class T>(const T& it) {
                    if constexpr (std::is_same_v<T, RowChange> ||
                                  std::is_same_v<T, MarkPublished>) {
                        one.writes.emplace_back(it);
                    } else if constexpr (std::is_same_v<T, SubmitBlock> ||
                                         std::is_same_v<T, AskBlock>) {
                        one.questions.emplace_back(it);
                    } else if constexpr (std::is_same_v<T, PublishEvent>) {
                        one.bus.push_back(it);
                    }
                },
                action);
        }
    }

    void write(Instance& one) {
        if (one.writes.empty() || (faults_ && pick(4) == 0)) return;
        const Write next = one.writes.front();
        one.writes.pop_front();
        if (const auto* mark = std::get_if<MarkPublished>(&next)) table_.mark(*mark);
        if (std::holds_alternative<Look>(next)) {
            perform(one, one.book->rows_seen(table_.unfinished()));
        }
        const auto* change = std::get_if<RowChange>(&next);
        if (change == nullptr) return;
        auto written = table_.write(*change, one.life);
        if (faults_ && pick(10) == 0) return restart(one);
        if (written && faults_ && pick(10) == 0) {
            // Its answer was lost: written again, and the row says what was wanted.
            written = table_.row->state == change->row.state ? written : std::nullopt;
        }
        if (written) return perform(one, one.book->row_changed(*change));
        const auto stands = table_.row ? std::optional(table_.row->state) : std::nullopt;
        perform(one, one.book->row_stands(*change, stands));
    }

    void answer(Instance& one) {
        if (one.questions.empty()) return;
        const Question question = one.questions.front();
        one.questions.pop_front();
        const bool reached = !faults_ || pick(3) != 0;
        if (const auto* submit = std::get_if<SubmitBlock>(&question)) {
            auto said = chain_.fate == Fate::invalid ? SubmitAnswer::refused : SubmitAnswer::stored;
            if (!reached) said = pick(2) == 0 ? SubmitAnswer::unreachable : SubmitAnswer::not_yet;
            perform(one, one.book->submit_answered(*submit, {}, said, now_));
        } else if (reached) {
            perform(one, one.book->viewed(std::get<AskBlock>(question), chain_.view(row_)));
        } else {
            one.book->view_failed(std::get<AskBlock>(question));
        }
    }

    void deliver(Instance& one) {
        if (one.bus.empty()) return;
        const MarkPublished event{one.bus.front().row.hash, one.bus.front().row.state};
        one.bus.pop_front();
        if (faults_ && pick(5) == 0) {
            unheard_.push_back(one.life);
            return one.book->not_published(event);
        }
        events_.push_back({one.life, event.state});
        perform(one, one.book->published(event));
    }

    // A change is published by its author; where that died or its delivery failed, by anyone, or
    // the row has gone on since.
    void check_told(std::size_t index) const {
        const Transition& change = table_.transitions[index];
        const bool last = index + 1 == table_.transitions.size();
        const bool told = std::ranges::any_of(
            events_, [&](const Transition& event) { return event.state == change.state; });
        if (last) CHECK(told);
        const bool author_lives = std::ranges::find(dead_, change.author) == dead_.end();
        const bool by_author = std::ranges::any_of(events_, [&](const Transition& event) {
            return event.state == change.state && event.author == change.author;
        });
        const bool was_heard = std::ranges::find(unheard_, change.author) == unheard_.end();
        if (author_lives && was_heard) CHECK(by_author);
    }

    // Once an instance told that a block is confirmed, it tells nothing else of it.
    bool no_one_goes_back() const {
        std::vector<int> done;
        for (const Transition& event : events_) {
            const bool over = std::ranges::find(done, event.author) != done.end();
            if (over && event.state != BlockState::confirmed) return false;
            if (event.state == BlockState::confirmed) done.push_back(event.author);
        }
        return true;
    }

    std::mt19937 random_;
    const BlockRow row_ = test::a_row(1);
    Chain chain_;
    Table table_;
    std::array<Instance, 2> instances_;
    std::vector<Transition> events_;
    std::vector<int> dead_;
    std::vector<int> unheard_;  // whose events the bus once refused
    int lives_ = 0;
    bool faults_ = true;
    SteadyTime now_{};
};

}  // namespace

TEST_CASE("whatever dies and whoever writes, rows end as the chain says and the bus hears it") {
    for (const Fate fate : {Fate::matures, Fate::orphaned, Fate::invalid}) {
        for (unsigned seed = 0; seed < 300; ++seed) {
            CAPTURE(fate, seed);
            World world(fate, seed);
            for (int i = 0; i < 400; ++i) world.step();
            world.settle();
            world.check();
        }
    }
}
