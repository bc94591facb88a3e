// The blocks blkmaker follows: the tracker's verdicts, their rows and their events. Any number of
// instances share the table; only who changed a row publishes, and what a dead one left unpublished
// another does. Events and time in, actions out.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "blkmaker/block_row.hpp"
#include "blkmaker/block_tracker.hpp"
#include "common/messages/block.pb.h"

namespace lode::blkmaker {

// A row to insert (from nothing) or to take from one state to another.
struct RowChange {
    std::optional<BlockState> from;
    BlockRow row;  // as it will be
    std::vector<v1::NodeAnswer> answers;
};
struct PublishEvent {
    BlockRow row;
    std::vector<v1::NodeAnswer> answers;
};
// The event of this state is on the bus.
struct MarkPublished {
    bitcoin::Hash256 block;
    BlockState state;
};
using BookAction = std::variant<SubmitBlock, PreferBlock, AskBlock, RaiseAlert, RowChange,
                                PublishEvent, MarkPublished>;
using BookActions = std::vector<BookAction>;

class BlockBook {
  public:
    // A healthy database inserts a row in some ms; the pool hears of a block at the latest now,
    // so that it builds on it while the database is away.
    static constexpr auto announce_after = std::chrono::milliseconds(200);

    explicit BlockBook(TrackerOptions options) : tracker_(options) {}

    // The bytes of a block are there. One from the journal may be over long ago: it is published
    // only when the table does not know it.
    enum class Origin { live, journal };
    [[nodiscard]] BookActions solved(const BlockRow& row, Origin origin, SteadyTime now);
    // A block whose row a crash or a full backlog may have prevented: it is inserted unless it is
    // there, and goes on from what the row says.
    [[nodiscard]] BookActions recorded(const BlockRow& row);
    // Each node's last answer about a block that is followed.
    [[nodiscard]] std::vector<v1::NodeAnswer> answers(const bitcoin::Hash256& block) const;

    // `word`: what the node said, none when it was not reached.
    [[nodiscard]] BookActions submit_answered(const SubmitBlock& to,
                                              const std::optional<v1::NodeAnswer>& word,
                                              SubmitAnswer answer, SteadyTime now);
    [[nodiscard]] BookActions viewed(const AskBlock& asked, const BlockView& view);
    void view_failed(const AskBlock& asked);
    // The node does not answer: what it said of blocks no longer counts.
    void node_lost(std::size_t node);
    [[nodiscard]] BookActions tip_changed(std::size_t node, std::uint32_t height,
                                          TipChange change = TipChange::reorganised);
    [[nodiscard]] BookActions tick(SteadyTime now);

    // We changed the row; or we did not, and this is its state (none: there is no row).
    [[nodiscard]] BookActions row_changed(const RowChange& change);
    [[nodiscard]] BookActions row_stands(const RowChange& change, std::optional<BlockState> state);
    // All rows that are not final or not published, as read now and then: an event that lacks at
    // two looks running has no living publisher.
    [[nodiscard]] BookActions rows_seen(const std::vector<StoredRow>& rows);

    [[nodiscard]] BookActions published(const MarkPublished& event);
    // It is sent again at the next tick, though the block goes on meanwhile.
    void not_published(const MarkPublished& event);

    [[nodiscard]] bool follows(const bitcoin::Hash256& block) const;
    [[nodiscard]] bool has_bytes(const bitcoin::Hash256& block) const;
    [[nodiscard]] std::size_t size() const { return followed_.size(); }

  private:
    struct Followed {
        BlockRow row;
        bool has_bytes = false;
        std::vector<v1::NodeAnswer> answers;
        std::optional<SteadyTime> unannounced_since;
    };
    using Event = std::pair<bitcoin::Hash256, BlockState>;

    // The tracker's actions, a change of state as the change of a row.
    [[nodiscard]] BookActions translate(const Actions& actions);
    void follow(const BlockRow& row, BookActions& actions);
    void publish(const BlockRow& row, const std::vector<v1::NodeAnswer>& answers,
                 BookActions& actions);
    void join(BookActions& actions, BookActions more) const;

    BlockTracker tracker_;
    std::map<bitcoin::Hash256, Followed> followed_;
    std::map<Event, PublishEvent> publishing_;  // on their way to the bus
    std::set<Event> refused_;                   // those of them that the bus did not take
    std::set<Event> unpublished_;               // lacked at the last look
};

}  // namespace lode::blkmaker
