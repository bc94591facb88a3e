// Who writes and who publishes; what the nodes' answers prove is the tracker's.
#include "blkmaker/block_book.hpp"

#include <iterator>
#include <utility>

#include "common/base/assert.hpp"

namespace lode::blkmaker {

using bitcoin::Hash256;

bool BlockBook::follows(const Hash256& block) const {
    return followed_.contains(block);
}

bool BlockBook::has_bytes(const Hash256& block) const {
    const auto found = followed_.find(block);
    return found != followed_.end() && found->second.has_bytes;
}

BookActions BlockBook::solved(const BlockRow& row, Origin origin, SteadyTime now) {
    const auto [place, added] = followed_.try_emplace(row.hash);
    Followed& followed = place->second;
    if (added) followed.row = row;
    followed.has_bytes = true;
    BookActions actions = translate(
        tracker_.add(row.hash, row.height, followed.row.state, BlockTracker::Start::submit));
    if (!added) return actions;
    if (origin == Origin::live) followed.unannounced_since = now;
    actions.emplace_back(RowChange{std::nullopt, row, {}});
    return actions;
}

BookActions BlockBook::recorded(const BlockRow& row) {
    return {RowChange{std::nullopt, row, {}}};
}

std::vector<v1::NodeAnswer> BlockBook::answers(const Hash256& block) const {
    const auto found = followed_.find(block);
    return found == followed_.end() ? std::vector<v1::NodeAnswer>{} : found->second.answers;
}

BookActions BlockBook::submit_answered(const SubmitBlock& to,
                                       const std::optional<v1::NodeAnswer>& word,
                                       SubmitAnswer answer, SteadyTime now) {
    const auto found = followed_.find(to.block);
    if (found != followed_.end() && word) {
        auto& answers = found->second.answers;
        std::erase_if(answers, [&](const auto& one) { return one.node() == word->node(); });
        answers.push_back(*word);
    }
    return translate(tracker_.submit_answered(to.block, to.node, answer, now));
}

BookActions BlockBook::viewed(const AskBlock& asked, const BlockView& view) {
    return translate(tracker_.block_viewed(asked.block, asked.node, view));
}

void BlockBook::view_failed(const AskBlock& asked) {
    tracker_.view_failed(asked.block, asked.node);
}

void BlockBook::node_lost(std::size_t node) {
    tracker_.node_lost(node);
}

BookActions BlockBook::tip_changed(std::size_t node, std::uint32_t height, TipChange change) {
    return translate(tracker_.tip_changed(node, height, change));
}

BookActions BlockBook::tick(SteadyTime now) {
    BookActions actions;
    for (auto& [hash, followed] : followed_) {
        auto& since = followed.unannounced_since;
        if (!since || now - *since < announce_after) continue;
        since.reset();
        BlockRow row = followed.row;
        row.state = BlockState::found;
        row.confirmations = 0;
        publish(row, {}, actions);
    }
    for (const Event& event : std::exchange(refused_, {})) {
        actions.emplace_back(publishing_.at(event));
    }
    join(actions, translate(tracker_.tick(now)));
    return actions;
}

BookActions BlockBook::row_changed(const RowChange& change) {
    BookActions actions;
    publish(change.row, change.answers, actions);
    if (const auto found = followed_.find(change.row.hash); found != followed_.end()) {
        found->second.unannounced_since.reset();
    } else {
        follow(change.row, actions);
    }
    return actions;
}

BookActions BlockBook::row_stands(const RowChange& change, std::optional<BlockState> state) {
    BookActions actions;
    const auto found = followed_.find(change.row.hash);
    if (!state) {
        // Its row was not written when too many waited: it begins again.
        BlockRow row = change.row;
        row.state = BlockState::found;
        row.confirmations = 0;
        actions.emplace_back(RowChange{std::nullopt, row, {}});
    }
    if (found == followed_.end()) return actions;
    found->second.unannounced_since.reset();
    found->second.row.state = state.value_or(BlockState::found);
    join(actions, translate(tracker_.row_stands(change.row.hash, found->second.row.state)));
    return actions;
}

BookActions BlockBook::rows_seen(const std::vector<StoredRow>& rows) {
    BookActions actions;
    std::set<Event> lacking;
    for (const StoredRow& stored : rows) {
        const BlockRow& row = stored.row;
        const Event event{row.hash, row.state};
        if (stored.publication == Publication::lacking && !publishing_.contains(event)) {
            lacking.insert(event);
            if (unpublished_.contains(event)) publish(row, {}, actions);
        }
        if (const auto found = followed_.find(row.hash); found != followed_.end()) {
            found->second.row.state = row.state;
            join(actions, translate(tracker_.row_stands(row.hash, row.state)));
            continue;
        }
        follow(row, actions);
    }
    unpublished_ = std::move(lacking);
    return actions;
}

void BlockBook::follow(const BlockRow& row, BookActions& actions) {
    auto more = tracker_.add(row.hash, row.height, row.state, BlockTracker::Start::follow_only);
    if (!tracker_.follows(row.hash)) return;
    followed_[row.hash].row = row;
    join(actions, translate(more));
}

BookActions BlockBook::published(const MarkPublished& event) {
    publishing_.erase({event.block, event.state});
    refused_.erase({event.block, event.state});
    return {event};
}

void BlockBook::not_published(const MarkPublished& event) {
    LODE_ASSERT(publishing_.contains({event.block, event.state}));
    refused_.insert({event.block, event.state});
}

// An event on its way is not sent again: a bus that is away keeps what it was given.
void BlockBook::publish(const BlockRow& row, const std::vector<v1::NodeAnswer>& answers,
                        BookActions& actions) {
    const PublishEvent event{row, answers};
    if (!publishing_.emplace(Event{row.hash, row.state}, event).second) return;
    actions.emplace_back(event);
}

BookActions BlockBook::translate(const Actions& actions) {
    BookActions out;
    for (const Action& action : actions) {
        const auto* change = std::get_if<ChangeState>(&action);
        if (change == nullptr) {
            std::visit(
                [&out](const auto& one) {
                    if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, ChangeState>) {
                        out.emplace_back(one);
                    }
                },
                action);
            continue;
        }
        Followed& followed = followed_.at(change->block);
        followed.row.state = change->to;
        followed.row.confirmations = change->confirmations;
        out.emplace_back(RowChange{change->from, followed.row, followed.answers});
    }
    std::erase_if(followed_, [this](const auto& one) { return !tracker_.follows(one.first); });
    return out;
}

void BlockBook::join(BookActions& actions, BookActions more) const {
    actions.insert(actions.end(), std::make_move_iterator(more.begin()),
                   std::make_move_iterator(more.end()));
}

}  // namespace lode::blkmaker
